"""What is right for a member on a day, counted on the wall's clock with nothing of the club's own.

Plain Python: days, hours and zones as a person would look them up.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NINE = time(9)
BIRTHDAY_LATE = timedelta(hours=72)
REMINDER_LATE = timedelta(hours=24)
REMINDED = (30, 7, 1)
LASTS = 40
HOME = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Home:
    """Where a member lives and when they sleep."""

    zone: str
    quiet: tuple[int, int]


@dataclass
class Lot:
    """Points: their last day, how many, when they were spent."""

    last: date
    points: int
    gone: datetime | None = None


@dataclass
class Living:
    """A member: where they lived since when, and what they have."""

    id: int
    chat: str
    born: tuple[int, int]
    homes: list[tuple[datetime, Home]]
    lots: list[Lot] = field(default_factory=list)

    def home(self, at: datetime) -> Home:
        """Where they live at a moment."""
        return next((home for since, home in reversed(self.homes) if since < at), self.homes[0][1])

    def unsettled(self, around: datetime) -> bool:
        """Whether they move about that time, so that the exact moment is open."""
        span = (around - timedelta(days=3), around + timedelta(days=10))
        return any(span[0] < since < span[1] for since, _ in self.homes)


@dataclass(frozen=True)
class Right:
    """When a message must leave (exactly), or `None`: it must not, and `reason` says why."""

    at: datetime | None
    reason: str = ""


def birthday_in(born: tuple[int, int], year: int) -> date:
    """The day that is celebrated; 29 February on the 28th where there is none."""
    month, day = born
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def at_nine(day: date, zone: str) -> datetime:
    """Nine in the morning on the wall; no zone of ours skips that hour on the first pass."""
    return datetime.combine(day, NINE, ZoneInfo(zone)).astimezone(UTC)


def is_quiet(at: datetime, zone: str, quiet: tuple[int, int]) -> bool:
    """Whether the wall's clock shows an hour in which the member sleeps."""
    begins, ends = quiet
    hour = at.astimezone(ZoneInfo(zone)).hour
    if begins == ends:
        return False
    return begins <= hour < ends if begins < ends else hour >= begins or hour < ends


def awake(at: datetime, zone: str, quiet: tuple[int, int]) -> datetime:
    """The first moment from `at` on at which the member is awake, minute by minute."""
    while is_quiet(at, zone, quiet):
        at = at.replace(second=0, microsecond=0) + MINUTE
    return at


def up(at: datetime, down: list[tuple[datetime, datetime]]) -> datetime:
    """The moment itself, or the end of the outage it falls into."""
    for begins, ends in down:
        if begins < at <= ends:
            return ends
    return at


Outages = list[tuple[datetime, datetime]]


def leaves(found: datetime, hour: datetime, late: timedelta, home: Home, down: Outages) -> Right:
    """When a message of an hour leaves. `found`: when the club looks for whom it concerns.

    Too late is what is written so late, and what then waits so long; the waiting counts from when
    it was to leave, a day after it was written at most.
    """
    seen = up(found, down)
    if seen - max(hour, found) > late:
        return Right(None, "too_late")
    at = due = awake(max(hour, seen), home.zone, home.quiet)
    while (back := up(at, down)) != at:
        at = awake(back, home.zone, home.quiet)
        due = due if at == back else at
    waited = at - min(due, seen + timedelta(days=1))
    return Right(None, "too_late") if waited > late else Right(at)


def greeting(who: Living, year: int, down: Outages) -> tuple[datetime, Right]:
    """The hour of the greeting of a year, and when it leaves."""
    day = birthday_in(who.born, year)
    home = who.home(at_nine(day, "UTC"))
    nine = at_nine(day, home.zone)
    return nine, leaves(nine, nine, BIRTHDAY_LATE, home, down)


def reminder(who: Living, day: date, down: Outages) -> tuple[datetime, Right]:
    """The hour of the reminder of a day, and when it leaves; the club looks five minutes after
    its own midnight. Nothing leaves if all of it is spent or over by then."""
    home = who.home(at_nine(day, "UTC"))
    night = datetime.combine(day, time(0, 5), HOME).astimezone(UTC)
    nine = at_nine(day, home.zone)
    right = leaves(night, nine, REMINDER_LATE, home, down)
    looked_at = [up(night, down), *([right.at] if right.at else ())]
    if all(reminded_of(who, day, at) for at in looked_at):
        return nine, right
    return nine, Right(None, "nothing_left")


def reminded_of(who: Living, day: date, at: datetime) -> dict[date, int]:
    """The points that a reminder of a day names as due at a moment, by their last day."""
    due: dict[date, int] = {}
    for lot in who.lots:
        there = (lot.gone is None or lot.gone > at) and lot.last >= at.astimezone(HOME).date()
        if (lot.last - day).days in REMINDED and there:
            due[lot.last] = due.get(lot.last, 0) + lot.points
    return due


def reminder_days(who: Living) -> set[date]:
    """The days on which there is something to remind of, spent or not."""
    return {lot.last - timedelta(days=before) for lot in who.lots for before in REMINDED}
