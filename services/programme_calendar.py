"""On which days an earning rule can count, found by looking at every day of a long window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from domain.dates import end_of
from domain.programme import When

CYCLE: Final = 28
"""Years after which weekdays, days of the month and leap years meet again in the same way."""
_FIRST: Final = date(2000, 1, 1)
_EARLIEST: Final = date(1990, 1, 1)
_LATEST: Final = date(2110, 12, 31)
LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Day(NamedTuple):
    """A day with what rules ask of it. `nth`: its weekday comes so often in the month so far;
    `last_week`: it does not come again in the month."""

    day: date
    weekday: int
    nth: int
    last_week: bool
    last: bool


def window(rules: Iterable[When]) -> tuple[Day, ...]:
    """Days enough to decide whether rules can ever meet: a whole cycle beyond their dates."""
    given = [day for when in rules for day in (when.from_day, when.to_day) if day is not None]
    bounds = [min(max(day, _EARLIEST), _LATEST) for day in given] or [_FIRST]
    first = min(bounds) - timedelta(days=400)
    last = date(max(bounds).year + CYCLE, 12, 31)
    return _between(first, last)


@lru_cache(maxsize=4)
def _between(first: date, last: date) -> tuple[Day, ...]:
    return tuple(_day(first + timedelta(days=n)) for n in range((last - first).days + 1))


def _day(day: date) -> Day:
    left = (end_of("month", day) - day).days
    return Day(day, day.isoweekday(), (day.day + 6) // 7, left < 7, left == 0)


def days_of(when: When, days: Sequence[Day]) -> frozenset[date]:
    """The days of a window on which a rule's conditions of the calendar hold."""
    nth = {(one.weekday, one.nth) for one in when.nth_weekdays}
    first, last = when.from_day or date.min, when.to_day or date.max
    return frozenset(
        one.day
        for one in days
        if first <= one.day <= last
        and (not when.weekdays or one.weekday in when.weekdays)
        and (not when.months or one.day.month in when.months)
        and (not when.days_of_month or _in_month(one, when.days_of_month))
        and (not nth or _is_nth(one, nth))
    )


def _in_month(one: Day, days: tuple[int, ...]) -> bool:
    return one.day.day in days or (one.last and -1 in days)


def _is_nth(one: Day, nth: set[tuple[int, int]]) -> bool:
    return (one.weekday, one.nth) in nth or (one.last_week and (one.weekday, -1) in nth)


def longest(months: Iterable[int]) -> int:
    """How many days the longest of some months can have; of all months if none is given."""
    return max((LONGEST_MONTHS[month - 1] for month in months), default=31)
