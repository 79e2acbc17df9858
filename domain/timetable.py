"""When something that happens daily at a local time is due, in any zone and on any day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from domain.dates import local_day, zone_of


class Occurrence(NamedTuple):
    """A local day and the instant (UTC) at which its time of day comes."""

    day: date
    at: datetime


def moment(day: date, clock: time, zone: str) -> datetime:
    """The instant at which a local clock shows a time on a day.

    A time that comes twice means the first; one that is skipped is taken with the offset from
    before the change, so it falls just after it. Every day has exactly one.
    """
    return datetime.combine(day, clock, zone_of(zone)).astimezone(UTC)


def daily(clock: time, zone: str, after: datetime, upto: datetime) -> Iterator[Occurrence]:
    """Every occurrence in after < t ≤ upto, in order."""
    day = local_day(after, zone) - timedelta(days=1)
    last = local_day(upto, zone) + timedelta(days=1)
    while day <= last:
        at = moment(day, clock, zone)
        if after < at <= upto:
            yield Occurrence(day, at)
        day += timedelta(days=1)
