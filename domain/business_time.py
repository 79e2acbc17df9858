"""Time in which the desk answers: open minutes across nights, holidays and clock changes.

SEMANTICS: Complaints. Spans are local wall time, minutes are real ones: a span that a change of
the clocks swallows shrinks, one that it repeats grows.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import Final

from domain.dates import local_day, zone_of
from domain.service_rules import BusinessHours, Span

OpenDay = Callable[[date], tuple[Span, ...]]
"""The spans of a local day, in order and apart from each other."""

Opening = tuple[datetime, datetime]
LOOKED_AHEAD: Final = 800
"""Days: a desk that opens on none of so many never does."""
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


class NeverOpen(ValueError):
    """No day within the next two years has hours: nothing can be promised."""


def add(start: datetime, minutes: int, zone: str, open_on: OpenDay) -> datetime:
    """The instant (UTC) at which so many business minutes after `start` are over; one that falls
    on closing time stays there. `start` itself for none. Raises NeverOpen."""
    left = minutes * _MINUTE
    if left <= timedelta():
        return start.astimezone(UTC)
    for begin, end in _forward(start, zone, open_on):
        begin = max(begin, start)
        if left <= end - begin:
            return (begin + left).astimezone(UTC)
        left -= max(end - begin, timedelta())
    raise NeverOpen


def before(end: datetime, minutes: int, zone: str, open_on: OpenDay) -> datetime:
    """The last instant (UTC) from which so many business minutes are left until `end`; one that
    falls on opening time stays there. `end` itself for none. Raises NeverOpen."""
    left = minutes * _MINUTE
    if left <= timedelta():
        return end.astimezone(UTC)
    for begin, close in _backward(end, zone, open_on):
        close = min(close, end)
        if left <= close - begin:
            return (close - left).astimezone(UTC)
        left -= max(close - begin, timedelta())
    raise NeverOpen


def between(start: datetime, end: datetime, zone: str, open_on: OpenDay) -> int:
    """The whole business minutes from `start` to `end`; negative if `end` comes first."""
    if end < start:
        return -between(end, start, zone, open_on)
    spent = timedelta()
    day, last = local_day(start, zone), local_day(end, zone)
    while day <= last:
        for begin, close in openings(day, zone, open_on):
            spent += max(min(close, end) - max(begin, start), timedelta())
        day += _DAY
    return spent // _MINUTE


def openings(day: date, zone: str, open_on: OpenDay) -> Iterator[Opening]:
    """From when to when (UTC) the desk is open on a local day; spans of no length are left out."""
    for span in open_on(day):
        begin, end = instant(day, span.begin, zone), instant(day, span.end, zone)
        if begin < end:
            yield begin, end


@lru_cache(maxsize=8192)
def instant(day: date, minute: int, zone: str) -> datetime:
    """The instant (UTC) at which a local clock shows so many minutes after midnight.

    What comes twice means the first time; what is skipped is the moment of the change, so later
    minutes never come earlier.
    """
    wall = datetime.combine(day, time()) + minute * _MINUTE
    early = wall.replace(tzinfo=zone_of(zone), fold=1).astimezone(UTC)
    late = wall.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC)
    return _change(early, late, zone) if early < late else late


def _change(low: datetime, high: datetime, zone: str) -> datetime:
    """The first second of the new offset in low < t ≤ high."""
    place = zone_of(zone)
    after = high.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(place).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


def _forward(start: datetime, zone: str, open_on: OpenDay) -> Iterator[Opening]:
    day = local_day(start, zone)
    for _ in range(LOOKED_AHEAD):
        yield from openings(day, zone, open_on)
        day += _DAY


def _backward(end: datetime, zone: str, open_on: OpenDay) -> Iterator[Opening]:
    day = local_day(end, zone)
    for _ in range(LOOKED_AHEAD):
        yield from reversed(tuple(openings(day, zone, open_on)))
        day -= _DAY


class Day(Enum):
    """What a calendar says of a day: as every week, a public holiday, or worked for one (调休)."""

    USUAL = "usual"
    HOLIDAY = "holiday"
    MADE_UP = "made_up"


def open_days(hours: BusinessHours, calendar: Callable[[date], Day]) -> OpenDay:
    """When the desk is open by its rules: not on closed days and holidays; on a day worked to
    make up for one as on Mondays."""

    def open_on(day: date) -> tuple[Span, ...]:
        kind = calendar(day)
        if day in hours.closed or kind is Day.HOLIDAY:
            return ()
        return hours.week[0 if kind is Day.MADE_UP else day.weekday()]

    return open_on
