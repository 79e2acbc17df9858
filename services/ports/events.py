"""Ports of events and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.events import Answer, Event, Invitation


class Events(Protocol):
    """Events and who comes."""

    def all(self) -> list[Event]:
        """Every event, the earliest first."""

    def get(self, event_id: int) -> Event | None: ...
    def save(self, event: Event, content_hash: str, now: datetime) -> str:
        """Adds or changes the event with its key: `added`, `changed` or `same`."""

    def lock(self, event_id: int) -> None:
        """Locks the event until the end of the unit (nothing to do on SQLite)."""

    def of_member(self, member_id: int, now: datetime) -> list[tuple[Event, Invitation | None]]:
        """Events to come that the member is invited to or that are open to all."""

    def invitation(self, event_id: int, member_id: int) -> Invitation | None: ...
    def invite(
        self,
        event_id: int,
        places: Sequence[tuple[int, int | None]],
        now: datetime,
        *,
        batch: str,
        staff_id: int | None,
    ) -> None:
        """Adds places for members, each with the delivery that carries the invitation; who has a
        place already keeps it."""

    def come(self, event_id: int, member_id: int) -> None:
        """Adds a place for a member who was not invited, if there is none."""

    def answer(
        self, event_id: int, member_id: int, before: Answer, after: Answer, now: datetime
    ) -> bool:
        """Changes the answer if it still is `before`."""

    def take_seat(self, event_id: int) -> bool:
        """Takes a seat; False if none is left."""

    def free_seat(self, event_id: int) -> None: ...
    def to_invite(self, event_id: int, most: int) -> tuple[int, list[tuple[int, bool]]]:
        """How many members agreed to care or promotions, can be reached and have no place yet;
        and the first of them: id, and whether it was care that they agreed to."""

    def invited_by(self, event_id: int, batch: str) -> int:
        """How many one effect invited."""

    def counts(self, event_id: int) -> dict[str, int]:
        """How many were invited, and how many gave each answer."""
