"""Ports of what care remembers by itself: rhythms of visits, and what came back into stock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.rhythms import Rhythm


class Rhythms(Protocol):
    """How often members come. Its cost grows with what happened, not with the members."""

    def touched(self, after: int, most: int) -> list[tuple[int, int]]:
        """Who bought, checked in, redeemed, was given or lost a purchase or was merged: the id of
        the row that says so, from `after` on in order, and the member."""

    def newest(self) -> int:
        """The newest of these ids, 0 if there is none."""

    def visits(self, member_ids: Collection[int], zone: str) -> dict[int, set[date]]:
        """The newest days on which each of them bought, checked in or redeemed, at least so many
        as a rhythm is made of; those who never bought or are no members any more are left out.
        Days are the club's."""

    def save(self, rhythms: Iterable[Rhythm]) -> None: ...

    def drop(self, member_ids: Collection[int]) -> None:
        """Forgets them; who has none stays so."""

    def put_due(self, due: Iterable[tuple[int, date | None]]) -> None:
        """Changes the day on which members' silence becomes unusual."""

    def of(self, member_ids: Collection[int]) -> dict[int, Rhythm]: ...

    def due(self, day: date, zone: str | None, after: int, most: int) -> list[Rhythm]:
        """Active and frozen members of a zone (None: the programme's) whose silence becomes
        unusual on a day, by id from `after` on."""

    def passed(self, day: date, most: int) -> list[Rhythm]:
        """Some of those whose day was before a day."""

    def after(self, member_id: int, most: int) -> list[Rhythm]:
        """By member from an id on."""

    def members_after(self, member_id: int, most: int) -> list[int]:
        """Active and frozen members from an id on."""


@dataclass(frozen=True, slots=True)
class Restock:
    """A benefit came back; members up to `reached` have been looked at."""

    id: int
    benefit_id: int
    at: datetime
    reached: int = 0


class Restocks(Protocol):
    """What was sold out and came back, until everybody who marked it was told."""

    def add(self, restock: Restock) -> None: ...

    def first(self) -> Restock | None:
        """The oldest that is not done."""

    def is_open(self, benefit_id: int) -> bool:
        """Whether one of a benefit is not done."""

    def fans(self, restock: Restock, most: int) -> list[int]:
        """Active members who had marked it by then, from `reached` on by id; those who wait for
        it or are offered one are left out."""

    def reach(self, restock_id: int, reached: int, done_at: datetime | None) -> None:
        """Notes how far it has come."""
