"""Ports of holds, of points by hand and of gifts between members."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple, Protocol

OPEN: Final = "open"
RELEASED: Final = "released"
SETTLED: Final = "settled"
MOVED: Final = "moved"


@dataclass(frozen=True, slots=True)
class Hold:
    """Points set aside. `id` is the posting that did it; `until`: when the club may release it;
    `ended_by` the posting that ended it, `moved_to` the hold that took its place in a merge."""

    id: int
    member_id: int
    unit: str
    amount: int
    until: datetime
    state: str = OPEN
    ended_by: int | None = None
    moved_to: int | None = None


class Holds(Protocol):
    """The register of holds. Whoever changes one has its member's lock."""

    def add(self, hold: Hold) -> bool:
        """Adds a hold; False if it is there."""

    def get(self, hold_id: int) -> Hold | None: ...

    def end(self, hold_id: int, state: str) -> bool:
        """Ends an open hold: True for exactly one caller."""

    def ended(self, hold_id: int, posting_id: int) -> None:
        """Keeps which posting ended it."""

    def moved(self, hold_id: int, to: int) -> None:
        """Keeps which hold took its place."""

    def ended_by(self, posting_id: int) -> Hold | None:
        """The hold that a posting has ended."""

    def open_of(self, member_id: int, unit: str) -> list[Hold]:
        """A member's open holds, the oldest first."""

    def overdue(self, now: datetime, most: int) -> list[Hold]:
        """Open holds whose time is over, the longest overdue first."""


class Expired(NamedTuple):
    """An expiry posting, and how much of it has not been given again."""

    posting_id: int
    at: datetime
    left: int


class Adjustments(Protocol):
    """Points by hand: the day's limit, and what expired and came back."""

    def take(self, who: str, day: date, points: int, limit: int) -> bool:
        """Uses so much of a day's limit; False (and nothing used) if it would be passed."""

    def used(self, who: str, day: date) -> int: ...

    def expired(self, member_ids: Collection[int], since: datetime) -> list[Expired]:
        """What expired since a moment and has not wholly come back, the oldest first."""

    def reinstated(self, posting_id: int, parts: Iterable[tuple[int, int]]) -> None:
        """Records that a posting gave (expiry posting, amount) again."""


class Gift(NamedTuple):
    """A gift as its giver's posting says it; `undone`: an operator took it back."""

    posting_id: int
    giver: int
    receiver: int
    points: int
    at: datetime
    undone: bool


class Gifts(Protocol):
    """Points that members handed to each other: pairs of postings."""

    def given(self, member_ids: Collection[int], since: datetime, until: datetime) -> int:
        """Points given away in a time, those taken back again not counted."""

    def of_giver(self, member_id: int, most: int) -> list[Gift]:
        """What a member gave away, the newest first."""

    def tries(self, who: str, since: datetime) -> int:
        """How often somebody has tried since a moment."""

    def count_try(self, who: str, now: datetime, since: datetime) -> int:
        """Counts one more, from zero again if the last count began before `since`."""
