"""Port of what members did, as a replay under other rules reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from domain.doings import Doing


class Lived(NamedTuple):
    """A member to be replayed."""

    id: int
    number: str
    name: str | None
    joined_at: datetime
    birth_month: int | None
    birth_lunar: bool


class Asked(NamedTuple):
    """What a replay needs to read: days of which zone and up to which one; money by category;
    what else changed the points that members hold."""

    zone: str
    last: date
    by_category: bool
    holding: bool


class Replays(Protocol):
    """Reads members and their doings in chunks; writes nothing."""

    def count(self) -> int:
        """How many members there are to replay."""

    def members(self, after: int, most: int) -> list[Lived]:
        """Active and frozen members with a higher id, in order."""

    def doings(self, members: Sequence[Lived], asked: Asked) -> dict[int, list[Doing]]:
        """What each of the members did, in the order of time."""

    def paid_with_points(self) -> tuple[int, int]:
        """How many points have paid bills, and how much of them in minor units."""
