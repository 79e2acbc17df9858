"""Where members stand on the ladder: from their purchases, at once after each of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain import levels
from domain.dates import first_of_month, local_day, month_index, start_of_day
from domain.levels import Basis, NextLevel
from domain.points import Unit
from domain.programme import Condition, Level, Measure, Programme
from services.ports import Work


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's level and what is missing to the next one (None at the top)."""

    level: Level
    next: NextLevel | None


def standing(work: Work, member_id: int, now: datetime) -> Standing:
    """The level as it is kept, and the progress as of now. SEMANTICS: Levels."""
    programme = work.programmes.current()
    member = work.members.get(member_id)
    joined = local_day(member.joined_at, programme.zone)
    basis = bases(work, programme, {member_id: joined}, now)[member_id]
    today = local_day(now, programme.zone)
    return Standing(
        programme.level(member.level),
        levels.progress(programme.levels, member.level, basis, today),
    )


def bases(
    work: Work, programme: Programme, joined: dict[int, date], now: datetime
) -> dict[int, Basis]:
    """The bases of several members, from what is stored; `joined`: their local days of joining."""
    days = work.purchases.days(joined)
    activity = _activity(work, programme, joined, now)
    growth = _growth(work, programme, joined)
    return {
        member_id: Basis.of_days(
            day, days.get(member_id, ()), activity.get(member_id), growth.get(member_id, 0)
        )
        for member_id, day in joined.items()
    }


def _activity(
    work: Work, programme: Programme, member_ids: Collection[int], now: datetime
) -> dict[int, dict[int, int]]:
    """Points for other things than purchases, by member and month; read only if a level asks."""
    asking = [c for c in _conditions(programme) if c.measure is Measure.ACTIVITY_PER_MONTH]
    if not asking:
        return {}
    months = max(condition.months or levels.AVERAGED_MONTHS for condition in asking)
    first = first_of_month(month_index(local_day(now, programme.zone)) - months)
    since = start_of_day(first, programme.zone) - timedelta(days=1)
    by_member: dict[int, dict[int, int]] = {}
    for member_id in member_ids:
        sums = by_member.setdefault(member_id, {})
        for at, points in work.ledger.activity(member_id, since):
            month = month_index(local_day(at, programme.zone))
            sums[month] = sums.get(month, 0) + points
    return by_member


def _growth(work: Work, programme: Programme, member_ids: Collection[int]) -> dict[int, int]:
    """The growth value of members; read only if a level asks."""
    if not any(condition.measure is Measure.GROWTH for condition in _conditions(programme)):
        return {}
    accounts = work.ledger.accounts(member_ids, Unit.GROWTH)
    return {member_id: account.wallet for member_id, account in accounts.items()}


def _conditions(programme: Programme) -> list[Condition]:
    return [condition for level in programme.levels for condition in level.conditions]
