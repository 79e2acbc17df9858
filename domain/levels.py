"""Levels: what a member's purchases come to, which level that is, and what is still missing."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from domain.dates import add_months, first_of_month, month_index
from domain.programme import Condition, Level, Measure, Need

AVERAGED_MONTHS: Final = 3
AVERAGED: Final = frozenset({Measure.PURCHASES_PER_MONTH, Measure.ACTIVITY_PER_MONTH})

ACTIVITY_SOURCES: Final = ("checkin", "survey", "referral", "profile", "event")
"""What bonus points must come from to be activity points: things a member does. Welcome points,
gifts (birthday, goodwill) and adjustments by hand are given, not done, and do not count."""


@dataclass(frozen=True, slots=True)
class DayTotal:
    """The purchases of one local day after refunds: minor units, how many, the largest one."""

    day: date
    minor: int
    purchases: int
    largest: int


@dataclass(slots=True)
class Basis:
    """What levels are computed from. Purchases can be added as an import goes on, in any order.

    `activity`: points for what ACTIVITY_SOURCES names, by `month_index`.
    """

    joined_on: date
    activity: Mapping[int, int] = field(default_factory=dict)
    growth: int = 0
    lifetime: int = 0
    largest: int = 0
    _days: list[date] = field(default_factory=list)
    _minor: list[int] = field(default_factory=list)
    _purchases: list[int] = field(default_factory=list)
    _largest: list[int] = field(default_factory=list)

    @classmethod
    def of_days(
        cls,
        joined_on: date,
        days: Iterable[DayTotal],
        activity: Mapping[int, int] | None = None,
        growth: int = 0,
    ) -> "Basis":
        """From daily totals, as a store keeps them."""
        basis = cls(joined_on, activity or {}, growth)
        for total in days:
            basis.add(total.day, total.minor, total.purchases, total.largest)
        return basis

    def add(self, day: date, minor: int, purchases: int = 1, largest: int | None = None) -> None:
        """One purchase more, or a day's. Chronological adding is fast, any order is right."""
        at = len(self._days)
        if self._days and day < self._days[-1]:
            at = bisect_right(self._days, day)
        self._days.insert(at, day)
        self._minor.insert(at, minor)
        self._purchases.insert(at, purchases)
        self._largest.insert(at, minor if largest is None else largest)
        self.lifetime += minor
        self.largest = max(self.largest, self._largest[at])

    def spent_in_months(self, today: date, months: int) -> int:
        """Last N months: local date later than today minus N months. SEMANTICS: Levels."""
        start = bisect_right(self._days, add_months(today, -months))
        return sum(self._minor[start : bisect_right(self._days, today)])

    def oldest_in_months(self, today: date, months: int) -> date | None:
        """The oldest day with purchases of the last N months; None if there is none."""
        start = bisect_right(self._days, add_months(today, -months))
        end = bisect_right(self._days, today)
        return next((self._days[at] for at in range(start, end) if self._minor[at]), None)

    def is_active_since(self, month: int) -> bool:
        """Whether anything was bought or done in a month (by `month_index`) or later."""
        bought = bool(self._days) and self._days[-1] >= first_of_month(month)
        return bought or any(at >= month and points for at, points in self.activity.items())

    def upto(self, day: date) -> "Basis":
        """What was bought up to a day. Activity is known by month, growth value as it is now."""
        last = month_index(day)
        activity = {month: points for month, points in self.activity.items() if month <= last}
        past = Basis(self.joined_on, activity, self.growth)
        for at in range(bisect_right(self._days, day)):
            past.add(self._days[at], self._minor[at], self._purchases[at], self._largest[at])
        return past

    def purchases_in(self, month: int) -> int:
        """How many purchases in a month given by `month_index`."""
        first = bisect_left(self._days, first_of_month(month))
        return sum(self._purchases[first : bisect_left(self._days, first_of_month(month + 1))])


class Average(NamedTuple):
    """A monthly average as a fraction, so that nothing is rounded before it is compared."""

    total: int
    months: int

    def reaches(self, least: int) -> bool:
        return self.total >= least * self.months


def per_month(amounts: Mapping[int, int], joined_on: date, today: date, months: int) -> Average:
    """The average over the last complete months. SEMANTICS: Levels.

    Months before joining do not count (the month of joining does); the running month is included
    when that raises the average and left out when it would lower it.
    """
    running, first = month_index(today), month_index(joined_on)
    complete = range(max(running - months, first), running)
    total, now = sum(amounts.get(month, 0) for month in complete), amounts.get(running, 0)
    count = len(complete)
    if count == 0 or now * count > total:
        return Average(total + now, count + 1)
    return Average(total, count)


class Progress(NamedTuple):
    """One condition beside what a member has. Money in minor units; `missing` is zero when met."""

    measure: Measure
    months: int
    have: int
    need: int
    missing: int
    met: bool


def progress_of(condition: Condition, basis: Basis, today: date) -> Progress:
    """Where a member stands on one condition; the boundary is ≥."""
    average = _average(condition, basis, today)
    have, met = average.total // average.months, average.reaches(condition.least)
    missing = 0 if met else -((average.total - condition.least * average.months) // average.months)
    return Progress(condition.measure, condition.months, have, condition.least, missing, met)


def _average(condition: Condition, basis: Basis, today: date) -> Average:
    months = condition.months or AVERAGED_MONTHS
    match condition.measure:
        case Measure.LIFETIME_SPEND:
            return Average(basis.lifetime, 1)
        case Measure.SINGLE_PURCHASE:
            return Average(basis.largest, 1)
        case Measure.SPEND_IN_MONTHS:
            return Average(basis.spent_in_months(today, condition.months), 1)
        case Measure.GROWTH:
            return Average(basis.growth, 1)
        case Measure.ACTIVITY_PER_MONTH:
            return per_month(basis.activity, basis.joined_on, today, months)
        case Measure.PURCHASES_PER_MONTH:
            counts = _counts(basis, today, months)
            return per_month(counts, basis.joined_on, today, months)


def _counts(basis: Basis, today: date, months: int) -> dict[int, int]:
    running = month_index(today)
    return {month: basis.purchases_in(month) for month in range(running - months, running + 1)}


def holds(level: Level, basis: Basis, today: date) -> bool:
    """Whether a member meets a level's conditions; a level without conditions always holds."""
    if not level.conditions:
        return True
    met = (_average(one, basis, today).reaches(one.least) for one in level.conditions)
    return all(met) if level.need is Need.ALL else any(met)


def qualify(ladder: Sequence[Level], basis: Basis, today: date) -> Level:
    """The highest level whose conditions hold; the first one is everybody's."""
    for level in reversed(ladder):
        if holds(level, basis, today):
            return level
    return ladder[0]


def rank(ladder: Sequence[Level], key: str) -> int:
    """The place of a level, the first is 0; a key that the ladder does not know counts as 0."""
    return next((place for place, level in enumerate(ladder) if level.is_called(key)), 0)


def homeless(before: Sequence[Level], now: Sequence[Level]) -> tuple[str, ...]:
    """The levels of an older ladder that the new one neither has nor says what became of them;
    the first one needs no word, its members are at the first of the new one."""
    return tuple(
        level.key for level in before[1:] if not any(one.is_called(level.key) for one in now)
    )


def raised(ladder: Sequence[Level], current: str, basis: Basis, today: date) -> Level:
    """The level after a purchase: it rises at once and never falls here (the nightly review
    decides falls). Only levels above the current one are looked at."""
    place = rank(ladder, current)
    for level in reversed(ladder[place + 1 :]):
        if holds(level, basis, today):
            return level
    return ladder[place]


@dataclass(frozen=True, slots=True)
class NextLevel:
    """The next step of the ladder and where the member stands on each of its conditions."""

    level: Level
    conditions: tuple[Progress, ...]

    @property
    def need(self) -> Need:
        return self.level.need


def progress(ladder: Sequence[Level], current: str, basis: Basis, today: date) -> NextLevel | None:
    """What is missing to the next level; None at the top."""
    place = rank(ladder, current)
    if place + 1 >= len(ladder):
        return None
    level = ladder[place + 1]
    return NextLevel(level, tuple(progress_of(c, basis, today) for c in level.conditions))
