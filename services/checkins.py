"""Daily check-in: once per local day of the programme, for points that count as activity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.checkins import WEEK, Ahead, Day, NoCheckIn, ahead, shares
from domain.dates import local_day, start_of_day
from domain.members import require_active
from domain.points import Unit
from domain.programme import CheckIn, Programme
from services import charters, expiry, ledger, levels
from services.ports import Work

SOURCE: Final = "checkin"


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A member's check-in of today. `new`: it was this very call; `extra`: how many of its points
    are for days in a row; `week`: the last seven days, today last, and whether the member checked
    in; `again_at`: when the next is possible."""

    today: Day
    new: bool
    extra: int
    week: tuple[bool, ...]
    ahead: Ahead | None
    again_at: datetime


def check_in(work: Work, member_id: int, now: datetime) -> CheckedIn:
    """Checks a member in for today, or says what today's check-in has given.

    The points are a bonus of the source `checkin`: activity for levels. Raises NoCheckIn,
    MemberFrozen, MemberClosed, RulesNotAccepted.
    """
    programme, rules = _rules(work)
    work.members.lock(member_id)
    member = work.members.get(member_id)
    require_active(member.state)
    charters.require_accepted(work, member)
    day = local_day(now, programme.zone)
    known = [one for one in work.checkins.since(member_id, day) if one.day == day]
    today = known[0] if known else _book(work, programme, rules, member_id, day, now)
    return CheckedIn(
        today,
        not known,
        0 if known else today.points - rules.points,
        _week(work, member_id, day),
        ahead(rules, today.streak),
        start_of_day(day + timedelta(days=1), programme.zone),
    )


def _rules(work: Work) -> tuple[Programme, CheckIn]:
    programme = work.programmes.current()
    if programme.checkin is None:
        raise NoCheckIn()
    return programme, programme.checkin


def _book(
    work: Work, programme: Programme, rules: CheckIn, member_id: int, day: date, now: datetime
) -> Day:
    streak = work.checkins.row(member_id, day - timedelta(days=1)) + 1
    why = shares(rules, streak, programme.version)
    points, growth = sum(share.points for share in why), programme.growth.checkin
    today = Day(work.new_id(), member_id, day, now, streak, points, growth)
    work.checkins.add(today)  # never in vain: the member is locked and the day was looked for
    source, key = (SOURCE, today.id), f"checkin:{member_id}:{day}"
    paid = ledger.bonus(work, member_id, points, key=key, source=source, now=now, explanation=why)
    ledger.bonus(
        work, member_id, growth, key=f"{key}:growth", source=source, now=now, unit=Unit.GROWTH
    )
    if paid is not None:
        work.checkins.booked(today.id, paid.id)
    expiry.extend(work, programme, member_id, SOURCE, now)
    _raise(work, today, now)
    return replace(today, posting_id=paid.id if paid else None)


def _raise(work: Work, today: Day, now: datetime) -> None:
    """Activity and growth may lift a member to the next level at once."""
    source = str(today.id)
    level = levels.climb(work, today.member_id, now, SOURCE, source)
    if level is not None:
        levels.tell_risen(work, today.member_id, level, f"{SOURCE}:{source}", now)


def _week(work: Work, member_id: int, day: date) -> tuple[bool, ...]:
    first = day - timedelta(days=WEEK - 1)
    there = {one.day for one in work.checkins.since(member_id, first)}
    return tuple(first + timedelta(days=place) in there for place in range(WEEK))
