"""Ports of what members tell the club: complaints and other tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.tickets import Ticket, TicketState


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a ticket. `media`: {"reference", "kind", "channel", "account"}."""

    author: str
    text: str
    at: datetime
    staff_id: int | None = None
    staff_name: str = ""
    media: tuple[Mapping[str, str], ...] = ()


class Tickets(Protocol):
    """Tickets and what was said."""

    def open(self, ticket: Ticket, key: str) -> bool:
        """Adds a ticket; False if the key or the number is taken."""

    def get(self, ticket_id: int) -> Ticket | None: ...
    def by_key(self, key: str) -> Ticket | None: ...
    def of_member(self, member_id: int, most: int) -> list[Ticket]:
        """The member's tickets, newest first."""

    def queue(self, most: int) -> list[Ticket]:
        """What waits for staff: open and assigned ones, the earliest promise first."""

    def say(self, ticket_id: int, said: Said, key: str) -> bool:
        """Adds a message; False if the key was used."""

    def thread(self, ticket_id: int, most: int) -> list[Said]:
        """The newest messages, oldest of them first."""

    def assign(self, ticket_id: int, staff_id: int, now: datetime, *, over: bool) -> bool:
        """Gives a running ticket to an operator; False if another one has it and not `over`."""

    def move(
        self,
        ticket_id: int,
        before: tuple[TicketState, ...],
        after: TicketState,
        now: datetime,
        due_at: datetime | None = None,
    ) -> bool:
        """Changes the state if it is one of `before`; the first answer and the end of the ticket
        keep their time, reopening counts, a new promise takes the place of the old."""

    def rate(self, ticket_id: int, rating: int) -> None: ...
    def posted(self, ticket_id: int, delivery_id: int, address_id: int, side: str) -> None:
        """Remembers that a delivery shows the ticket at an address, to the `member` or to
        `staff`."""

    def shown_by(self, address_id: int, message: str) -> tuple[int, str] | None:
        """The ticket that the sent message shows at an address, and to which side."""
