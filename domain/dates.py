"""Calendar arithmetic in a zone: local days, months, period ends, the instant a day begins."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PERIODS = ("month", "quarter", "year")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone by its IANA name; raises ZoneInfoNotFoundError or ValueError when unknown."""
    return ZoneInfo(name)


def local_day(at: datetime, zone: str) -> date:
    """The calendar day an instant falls on in a zone."""
    return at.astimezone(zone_of(zone)).date()


@lru_cache(maxsize=4096)
def start_of_day(day: date, zone: str) -> datetime:
    """The first instant (UTC) of a local day.

    Where the clocks skip midnight, `fold=0` reads 00:00 with the old offset, which is the very
    moment of the change; where midnight comes twice it is the first one.
    """
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)


def at_clock(day: date, minute: int, zone: str) -> datetime:
    """The instant (UTC) at which the clocks of a zone show a minute of a day. A time that they
    leave out is the first one after the gap, of one that comes twice the first."""
    where, clock = zone_of(zone), time(minute // 60, minute % 60)
    at = datetime.combine(day, clock, where).astimezone(UTC)
    back = at.astimezone(where)
    if (back.date(), back.time()) == (day, clock):
        return at
    low, high = at - timedelta(hours=3), at
    before = low.astimezone(where).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        same = middle.astimezone(where).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return high.replace(microsecond=0)


@lru_cache(maxsize=4096)
def add_months(day: date, months: int) -> date:
    """The same day months later, or the last day of that month: 31 January + 1 = 28 February."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def end_of(period: str, day: date) -> date:
    """The last day of the month, quarter or year that a day lies in."""
    if period == "year":
        return date(day.year, 12, 31)
    month = day.month if period == "month" else (day.month + 2) // 3 * 3
    return date(day.year, month, monthrange(day.year, month)[1])


def month_index(day: date) -> int:
    """Months counted through the years, so that they can be subtracted."""
    return day.year * 12 + day.month - 1


def first_of_month(index: int) -> date:
    """The first day of a month given by `month_index`."""
    return date(index // 12, index % 12 + 1, 1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since 1970 UTC, exact (no floating point)."""
    delta = at - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
