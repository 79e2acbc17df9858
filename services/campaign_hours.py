"""When each recipient of a campaign gets it: at once, at an hour of their own day, or at the hour
at which they usually buy. Quiet hours always hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from domain.campaign_plans import Timing, TimingKind, next_at
from domain.consent import send_at
from domain.dates import zone_of
from services.ports import Work
from services.ports.campaign_plans import Habit
from services.ports.campaigns import Campaign, Hours
from services.quiet import open_at

LOOKED_BACK: Final = timedelta(days=365)
HALF: Final = 30
"""Minutes after the full hour at which who is usually there in that hour gets it."""


def dues(
    work: Work, hours: Iterable[Hours], now: datetime, timing: Timing, begun: datetime
) -> dict[str, datetime]:
    """When members may be written to, by the key of their hours. An hour of the day is the first
    one since the campaign has `begun`: whose hour was over then gets it the next day."""
    programme = work.programmes.current()
    found = {}
    for one in hours:
        zone, at = one.zone or programme.zone, now
        if timing.kind is not TimingKind.AT_ONCE:
            at = max(now, next_at(begun, zone, timing.minute))
        found[one.key] = _open(work, at, zone, one.quiet_from, one.quiet_to)
    return found


def settle(work: Work, campaign: Campaign, within: tuple[int, int], now: datetime) -> None:
    """Gives rows `within` that were just written the usual hour of their members, where one is
    known: that at which they bought most often in the last year, of several the latest."""
    begun = campaign.started_at or now
    usual: dict[int, Habit] = {}
    for habit in work.campaign_subjects.habits(campaign.id, within, now - LOOKED_BACK):
        best = usual.get(habit.member_id)
        if best is None or (habit.times, habit.hour) > (best.times, best.hour):
            usual[habit.member_id] = habit
    members: dict[datetime, list[int]] = defaultdict(list)
    for habit in usual.values():
        members[_due(work, habit, begun, now)].append(habit.member_id)
    for at, some in sorted(members.items()):
        work.campaign_subjects.due(campaign.id, some, at)


def _due(work: Work, habit: Habit, begun: datetime, now: datetime) -> datetime:
    zone = habit.zone or work.programmes.current().zone
    there = begun.replace(hour=habit.hour, minute=HALF, second=0, microsecond=0)
    local = there.astimezone(zone_of(zone))
    at = max(now, next_at(begun, zone, local.hour * 60 + local.minute))
    return _open(work, at, zone, habit.quiet_from, habit.quiet_to)


def _open(
    work: Work, at: datetime, zone: str, quiet_from: int | None, quiet_to: int | None
) -> datetime:
    club = work.programmes.current().care.quiet
    if quiet_from is None or quiet_to is None:
        return send_at(at, zone, club)
    return open_at(at, zone, quiet_from, quiet_to)
