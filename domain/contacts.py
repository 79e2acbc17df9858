"""The contact budget: who still has room for a message this week, and what keeps its place."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from domain.birthdays import Birthday
from domain.care_rules import CareRule, Occasion
from domain.dates import local_day
from domain.timetable import moment

WEEK: Final = timedelta(days=7)
DAYS_AHEAD: Final = 8  # local days that seven times 24 hours can touch
LAST: Final = 10**6  # campaigns and surveys take what care leaves
KNOWN: Final = frozenset(
    {
        Occasion.BIRTHDAY,
        Occasion.BIRTHDAY_AHEAD,
        Occasion.ANNIVERSARY,
        Occasion.WELCOME,
        Occasion.HOLIDAY,
    }
)
"""Occasions whose day can be told beforehand."""


class Ahead(NamedTuple):
    """Care that is known to come; the lower `rank` keeps its place."""

    at: datetime
    rank: int


def has_place(
    past: Sequence[datetime], ahead: Iterable[Ahead], rank: int, per_week: int, now: datetime
) -> bool:
    """Whether a message may go now. SEMANTICS: Care.

    There are never more than `per_week` in any seven days, this one and what stands before it in
    rank within the next seven days included. `past`: when the member was written to before.
    """
    before = sorted(max(one.at, now) for one in ahead if one.rank < rank and one.at < now + WEEK)
    if _since(past, now) + 1 > per_week:
        return False
    return all(
        _since(past, at) + 1 + count <= per_week for count, at in enumerate(before, start=1)
    )


def _since(past: Sequence[datetime], at: datetime) -> int:
    return sum(one > at - WEEK for one in past)


# -- what is known to come --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """Who celebrates on a day: birthdays as (month, day) of either calendar; which holidays."""

    births: frozenset[tuple[int, int]] = frozenset()
    lunar: frozenset[tuple[int, int]] = frozenset()
    holidays: frozenset[str] = frozenset()

    def is_birthday(self, born: Birthday) -> bool:
        """Whether somebody born so celebrates."""
        return (born.month, born.day) in (self.lunar if born.lunar else self.births)


Calendar = Callable[[date], Day]


@dataclass(frozen=True, slots=True)
class Known:
    """What tells when a member's care comes. `joined_on`: the local day."""

    zone: str
    joined_on: date
    birthday: Birthday | None = field(default=None)


def ahead(
    rules: Iterable[CareRule], known: Known, on: Calendar, now: datetime, days: int = DAYS_AHEAD
) -> Iterator[tuple[CareRule, Ahead]]:
    """The care that rules will write for a member in the next local days, later than now."""
    today = local_day(now, known.zone)
    for rule in rules:
        if rule.occasion not in KNOWN:
            continue
        for day in (today + timedelta(days=plus) for plus in range(days)):
            if falls_on(rule, known, day, on):
                at = moment(day, rule.at, known.zone)
                if at > now:
                    yield rule, Ahead(at, rule.first)


def falls_on(rule: CareRule, known: Known, day: date, on: Calendar) -> bool:
    """Whether a rule greets this member on a day, of the KNOWN occasions."""
    born = known.birthday
    if rule.occasion is Occasion.BIRTHDAY:
        return born is not None and on(day).is_birthday(born)
    if rule.occasion is Occasion.BIRTHDAY_AHEAD:
        return born is not None and any(
            on(day + timedelta(days=plus)).is_birthday(born) for plus in rule.days
        )
    if rule.occasion is Occasion.ANNIVERSARY:
        return _anniversary(rule, known.joined_on, day)
    if rule.occasion is Occasion.WELCOME:
        return (day - known.joined_on).days in rule.days
    holidays = on(day).holidays
    return bool(holidays.intersection(rule.holidays) if rule.holidays else holidays)


def _anniversary(rule: CareRule, joined: date, day: date) -> bool:
    years = day.year - joined.year
    if years < 1 or (rule.days and years not in rule.days):
        return False
    return _same_day(joined, day.year) == day


@lru_cache(maxsize=4096)
def _same_day(joined: date, year: int) -> date:
    """Who joined on 29 February has their day on the 28th in a common year."""
    try:
        return joined.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
