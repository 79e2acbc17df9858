"""Port of how often the club's ready answers were shown, helped, or led to a person."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Protocol


class FaqDay(NamedTuple):
    """One answer on the days that were asked for."""

    key: str
    shown: int
    helped: int
    asked: int


class FaqCounts(Protocol):
    """Counts by local day of the club."""

    def add(self, day: date, key: str, *, shown: int = 0, helped: int = 0, asked: int = 0) -> None:
        """Adds to the day's counts of an answer."""

    def between(self, first: date, last: date) -> list[FaqDay]:
        """The sums of these days, both included, the most shown first."""
