"""Surveys: what is asked and which answers a question takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

RATINGS: Final = ("1", "2", "3", "4", "5")


class QuestionKind(StrEnum):
    """One of several options, or a rating from 1 to 5."""

    SINGLE = "single"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """`number` counts from 1; a rating has no options of its own."""

    id: int
    number: int
    kind: QuestionKind
    texts: Mapping[str, str]
    options: tuple[Option, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The answers it takes."""
        if self.kind is QuestionKind.RATING:
            return RATINGS
        return tuple(option.key for option in self.options)


@dataclass(frozen=True, slots=True)
class Survey:
    """`reward` in points, once per member and wave. Open from (inclusive) until (exclusive)."""

    id: int
    key: str
    names: Mapping[str, str]
    thanks: Mapping[str, str]
    reward: int
    wave: int = 1
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        opened = self.opens_at is None or self.opens_at <= now
        return opened and (self.closes_at is None or now < self.closes_at)


def average(counts: Mapping[int, int]) -> float | None:
    """The mean of ratings by how often each was given, None without any."""
    total = sum(counts.values())
    return sum(value * count for value, count in counts.items()) / total if total else None
