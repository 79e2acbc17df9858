"""The hours in which a member is not disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Final

from domain.consent import QuietHours, send_at
from services.ports import Work

CLUB: Final = QuietHours()
AFTERNOON: Final = time(17)


def quiet(quiet_from: int | None, quiet_to: int | None, club: QuietHours = CLUB) -> QuietHours:
    """A member's own quiet hours, else the club's; equal hours mean never quiet."""
    if quiet_from is None or quiet_to is None:
        return club
    return QuietHours(time(quiet_from % 24), time(quiet_to % 24))


def open_at(
    due: datetime,
    zone: str,
    quiet_from: int | None,
    quiet_to: int | None,
    club: QuietHours = CLUB,
) -> datetime:
    """The first moment from `due` on that lies outside the quiet hours."""
    return send_at(due, zone, quiet(quiet_from, quiet_to, club))


def open_for(work: Work, member_id: int, zone: str, due: datetime) -> datetime:
    """The first moment from `due` on at which a member may be disturbed: their own quiet hours
    count, else those of the programme."""
    extras, club = work.members.extras(member_id), work.programmes.current().care.quiet
    return open_at(due, zone, extras["quiet_from"], extras["quiet_to"], club)


def second_looks(at: time, quiet: QuietHours) -> Iterator[time]:
    """When those are looked for whom an hour of the day did not know: eight hours later, in the
    afternoon at the earliest, but before the day is over and before quiet hours begin; never for
    an hour just before that."""
    first = at.hour * 60 + at.minute
    starts = quiet.start.hour * 60 + quiet.start.minute
    end = starts if quiet.start != quiet.end and starts > first else 24 * 60
    second = min(max(first + 8 * 60, AFTERNOON.hour * 60), end - 15)
    if second > first:
        yield time(second // 60, second % 60)
