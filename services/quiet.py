"""The hours in which a member is not disturbed."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from domain.consent import QuietHours, send_at
from services.ports import Work

CLUB: Final = QuietHours()


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
