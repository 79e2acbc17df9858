"""Care: reminders of points about to expire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from domain.dates import local_day, start_of_day
from domain.members import Member, MemberState
from domain.points import Unit, day_before
from domain.programme import Programme
from domain.timetable import moment
from services.ports import Work
from services.ports.post import Notice, Waiting
from services.quiet import open_at

HOUR: Final = time(9)
EXPIRING: Final = "care.points_expiring"
_BENEFITS = ((("care.button_benefits", "benefits", ()),),)


def _open_at(work: Work, member: Member, due: datetime) -> datetime:
    extras = work.members.extras(member.id)
    zone = member.zone or work.programmes.current().zone
    return open_at(due, zone, extras["quiet_from"], extras["quiet_to"])


# -- points about to expire -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expiring:
    """What a member will lose soon: points by their last day, soonest first."""

    portions: tuple[tuple[int, date], ...]

    def values(self, due_days: Sequence[date]) -> dict[str, Any] | None:
        """As the message shows it: what it is written for, and what else goes soon. None if
        nothing is left of what it is written for."""
        shown = [{"points": points, "day": day} for points, day in self.portions]
        due = [portion for portion in shown if portion["day"] in due_days]
        later = [portion for portion in shown if portion["day"] not in due_days]
        return {"due": due, "later": later} if due else None


def expiring(work: Work, member_id: int, programme: Programme, now: datetime) -> Expiring:
    """What expires within the longest reminder."""
    horizon = local_day(now, programme.zone) + timedelta(
        days=max(programme.expiry_reminder_days, default=0)
    )
    found = work.ledger.summary(member_id, Unit.POINTS, now).expiring
    parts = [(part.amount, day_before(part.at, programme.zone)) for part in found]
    return Expiring(tuple(part for part in parts if part[1] <= horizon))


def reminder_members(work: Work, day: date, after: int, most: int) -> list[int]:
    """Members whose points have their last day just so many days after a day of the programme."""
    programme = work.programmes.current()
    found: set[int] = set()
    for last in _last_days(programme, day):
        since = start_of_day(last + timedelta(days=1), programme.zone)
        until = start_of_day(last + timedelta(days=2), programme.zone)
        found.update(work.care.expiring(since, until, after, most))
    return sorted(found)[:most]


def remind(work: Work, member_id: int, day: date, now: datetime) -> None:
    """Writes the reminder of a day, for the member's local morning; nothing if all is spent."""
    if not work.addresses.of_member(member_id):
        return
    programme = work.programmes.current()
    values = expiring(work, member_id, programme, now).values(_last_days(programme, day))
    member = work.members.get(member_id)
    if values is None or member.state not in (MemberState.ACTIVE, MemberState.FROZEN):
        return
    zone = member.zone or programme.zone
    due_at = _open_at(work, member, max(moment(day, HOUR, zone), now))
    notice = Notice(
        EXPIRING,
        values,
        _BENEFITS,
        bulk=True,
        dedupe=f"expiring:{member_id}:{day}",
        due_at=due_at,
    )
    if work.deliveries.to_member(member_id, notice, now) is None:
        work.deliveries.suppressed(member_id, notice, "unreachable", now)


def still_expiring(work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
    """The reminder's values at the moment of sending; None if what it was for is spent."""
    assert row.member_id is not None
    written_for = [date.fromisoformat(one["day"]) for one in row.message["values"]["due"]]
    return expiring(work, row.member_id, work.programmes.current(), now).values(written_for)


def _last_days(programme: Programme, day: date) -> list[date]:
    return [day + timedelta(days=before) for before in programme.expiry_reminder_days]
