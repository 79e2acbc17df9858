"""The contact budget: who still has room for a message this week, and what keeps its place."""

from calendar import isleap
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from domain.birthdays import Birthday
from domain.care_rules import CareRule, Occasion
from domain.dates import local_day
from domain.timetable import moment

WEEK: Final = timedelta(days=7)
DAYS_AHEAD: Final = 8  # local days that seven times 24 hours can touch
LAST: Final = 10**6  # campaigns and surveys take what care leaves


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


Calendar = Callable[[date], Day]
Coming = tuple[CareRule, Ahead]


@dataclass(frozen=True, slots=True)
class Known:
    """What tells when a member's care comes. `joined_on`: the local day."""

    zone: str
    joined_on: date
    birthday: Birthday | None = field(default=None)


class Forecast:
    """The care that rules will write in the next local days of a zone, ready to be asked for one
    member after the other."""

    def __init__(
        self,
        rules: Iterable[CareRule],
        zone: str,
        on: Calendar,
        now: datetime,
        days: int = DAYS_AHEAD,
    ) -> None:
        self._now = now
        self._all: list[Coming] = []
        self._births: dict[tuple[int, int, bool], list[Coming]] = defaultdict(list)
        self._joined: dict[date, list[Coming]] = defaultdict(list)
        self._yearly: dict[tuple[int, int], list[tuple[int, Coming]]] = defaultdict(list)
        today = local_day(now, zone)
        for rule in rules:
            for day in (today + timedelta(days=plus) for plus in range(days)):
                at = moment(day, rule.at, zone)
                if at > now:
                    self._add(rule, day, (rule, Ahead(at, rule.first)), on)

    def of(self, known: Known) -> list[Coming]:
        """What comes for a member, later than now."""
        joined, born = known.joined_on, known.birthday
        found = [*self._all, *self._joined.get(joined, ())]
        if born is not None:
            found += self._births.get((born.month, born.day, born.lunar), ())
        for year, coming in self._yearly.get((joined.month, joined.day), ()):
            years, only = year - joined.year, coming[0].days
            if years >= 1 and (not only or years in only):
                found.append(coming)
        return found

    def _add(self, rule: CareRule, day: date, coming: Coming, on: Calendar) -> None:
        if rule.occasion is Occasion.BIRTHDAY:
            self._celebrate(on(day), coming)
        elif rule.occasion is Occasion.BIRTHDAY_AHEAD:
            for plus in rule.days:
                self._celebrate(on(day + timedelta(days=plus)), coming)
        elif rule.occasion is Occasion.ANNIVERSARY:
            self._yearly[day.month, day.day].append((day.year, coming))
            if (day.month, day.day) == (2, 28) and not isleap(day.year):
                self._yearly[2, 29].append((day.year, coming))
        elif rule.occasion is Occasion.WELCOME:
            for since in rule.days:
                self._joined[day - timedelta(days=since)].append(coming)
        elif rule.occasion is Occasion.HOLIDAY:
            holidays = on(day).holidays
            if holidays.intersection(rule.holidays) if rule.holidays else holidays:
                self._all.append(coming)

    def _celebrate(self, day: Day, coming: Coming) -> None:
        for month, of in day.births:
            self._births[month, of, False].append(coming)
        for month, of in day.lunar:
            self._births[month, of, True].append(coming)
