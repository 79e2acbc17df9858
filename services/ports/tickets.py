"""Ports of complaints, suggestions and questions: the tickets and what was said about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from domain.tickets import Ticket, TicketState

Media = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a ticket; `author`: domain.tickets.Author.

    `media`: what platforms keep, as {"reference", "kind", "channel", "account", "name", "size",
    "mime", "seconds"} as far as known. `address_id`, `chat`, its `topic` and `message`: who wrote
    it where, so that its edit and replies to it find it. `quotes`: the message that it answers.
    """

    id: int
    ticket_id: int
    author: str
    text: str
    at: datetime
    staff_id: int | None = None
    staff_name: str = ""
    media: Media = ()
    album: str = ""
    address_id: int | None = None
    chat: str = ""
    message: str = ""
    quotes: int | None = None
    edited_at: datetime | None = None
    topic: str = ""


class Tickets(Protocol):
    """Tickets and what was said."""

    def open(self, ticket: Ticket, key: str) -> bool:
        """Adds a ticket; False if the key or the number is taken."""

    def lock(self, ticket_id: int) -> None:
        """Lets nobody else change the ticket until the end of the unit."""

    def get(self, ticket_id: int) -> Ticket | None: ...
    def by_key(self, key: str) -> Ticket | None: ...
    def by_number(self, number: int) -> Ticket | None: ...
    def of_member(self, member_id: int, most: int) -> list[Ticket]:
        """The member's tickets but those that were merged into others, newest first."""

    def open_of(self, member_id: int) -> list[Ticket]:
        """The member's running tickets, newest first."""

    def change(
        self, ticket_id: int, before: Collection[TicketState], values: Mapping[str, Any]
    ) -> bool:
        """Sets fields of domain.tickets.Ticket, and `cause`, `improvement` and `rated_at`, if the
        state is one of `before`."""

    def assign(self, ticket_id: int, staff_id: int, state: TicketState, *, over: bool) -> bool:
        """Gives a running ticket to an operator; False if another one has it and not `over`, or
        if it is done."""

    def answered(self, ticket_id: int, now: datetime) -> None:
        """Keeps when the first answer came."""

    def repoint(self, ticket_id: int, into: int) -> None:
        """What was merged into the one is merged into the other now."""

    def causes(self, ticket_id: int) -> tuple[str, str]:
        """What staff wrote of cause and improvement."""

    def say(self, said: Said, key: str) -> bool:
        """Adds a message; False if the key was used."""

    def said(self, said_id: int) -> Said | None: ...
    def said_by(self, key: str) -> Said | None:
        """The message of that key."""

    def written(self, address_id: int, chat: str, message: str) -> Said | None:
        """What somebody wrote with that message of a chat."""

    def of_album(self, ticket_id: int, address_id: int, album: str) -> Said | None:
        """The message that pieces of an album are collected in."""

    def edit(self, said_id: int, text: str, at: datetime) -> bool:
        """Changes the text; False if it is that already."""

    def grow(self, said_id: int, media: Media, text: str) -> None:
        """The message has these media and this text now."""

    def make_note(self, said_id: int) -> None:
        """The message is for staff only."""

    def thread(
        self, ticket_id: int, most: int, skip: int = 0, *, merged: bool = False
    ) -> list[Said]:
        """The newest messages but `skip`, oldest of them first; `merged`: also those of tickets
        that were merged into this one."""

    def count(self, ticket_id: int) -> int:
        """How many messages there are, of tickets merged into this one too."""

    def said_since(self, member_id: int, since: datetime) -> int:
        """How many messages the member has written of tickets."""

    def tell_to_wait(self, member_id: int, since: datetime, now: datetime) -> bool:
        """Keeps that the member is told to wait before saying more, by one of their tickets;
        False if they have been since then. The member is locked."""

    def unrated(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        """Tickets that were done in that time and are not rated, nor praise, nor merged; by id,
        those after one."""
