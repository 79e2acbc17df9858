"""Levels given by hand: with a last day and a reason, beside the automatic one, audited."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from domain import standings
from domain.care_rules import Occasion
from domain.dates import add_months, local_day
from domain.errors import ReasonMissing
from domain.level_errors import (
    BadLevelEnd,
    LevelEndFar,
    LevelEndPast,
    LevelNotHigher,
    LevelUnknown,
    NothingGiven,
)
from domain.levels import rank
from domain.members import require_active
from domain.programme import Level, Programme
from domain.standings import Change, Event, Given, Standing
from services import levels
from services.levels import LEVEL, Move
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

LONGEST_REASON: Final = 500
LONGEST_YEARS: Final = 5
_DAY: Final = timedelta(days=1)
_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def choices(work: Work, member_id: int, now: datetime) -> list[Level]:
    """The levels that can be given to a member: from what they have reached by themselves up."""
    programme = work.programmes.current()
    held = _standing(work, programme, member_id, now).held.level
    return list(programme.levels[max(1, rank(programme.levels, held)) :])


def given(work: Work, member_id: int) -> Given | None:
    """What a member was given by hand, if that lasts still."""
    kept = work.standings.of([member_id]).get(member_id)
    return kept.given if kept else None


def last_day(work: Work, text: str, now: datetime) -> date:
    """A last day as it is typed (2026-12-31, 2026/12/31, 2026年12月31日), or so many months from
    today (`+3`). Raises BadLevelEnd, LevelEndPast, LevelEndFar."""
    today = local_day(now, work.programmes.current().zone)
    clean = unicodedata.normalize("NFKC", text).strip()
    if clean.startswith("+") and clean[1:].isdecimal() and len(clean) < 4:
        return _checked(add_months(today, int(clean[1:])), today)
    match = _DATE.fullmatch(clean)
    if match is None:
        raise BadLevelEnd(text[:40])
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise BadLevelEnd(text[:40]) from None
    return _checked(day, today)


def _checked(day: date, today: date) -> date:
    if day < today:
        raise LevelEndPast(day)
    if day > add_months(today, 12 * LONGEST_YEARS):
        raise LevelEndFar(day, LONGEST_YEARS)
    return day


def give(
    work: Work,
    member_id: int,
    level: str,
    until: date,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Given:
    """Gives a level up to and including a day and tells the member; what was given before is
    replaced. The automatic level goes on beside it. SEMANTICS: Levels.

    Raises LevelUnknown, LevelNotHigher, LevelEndPast, LevelEndFar, ReasonMissing, MemberFrozen,
    MemberClosed.
    """
    programme = work.programmes.current()
    work.members.lock(member_id)
    member = work.members.get(member_id)
    require_active(member.state)
    today = local_day(now, programme.zone)
    reason = _reason(reason)
    kept = _standing(work, programme, member_id, now)
    _require_higher(programme, level, kept)
    made = Given(level, _checked(until, today), reason)
    days = [until + _DAY, until + _DAY - timedelta(days=programme.holding.told_days)]
    days += [kept.review_on] if kept.review_on else []
    after = replace(kept, given=made, told_for=None, review_on=min(d for d in days if d > today))
    before = programme.level(member.level).key
    change = Change(Event.GIVEN, before, level, until)
    move = Move(after, member.level, (change,), now, "manual", _who(actor))
    levels.keep(work, programme, [move])
    detail = {"level": level, "until": until.isoformat()}
    work.audit.add(actor, "level.give", ("member", member_id), now, detail, reason)
    values = {**levels.named(programme, level), "until": until}
    _tell(work, member_id, "level.given", values, now)
    return made


def end(work: Work, member_id: int, *, reason: str, actor: Actor, now: datetime) -> Level:
    """Ends what was given by hand before its day and tells the member; the level that counts now.
    Raises NothingGiven, ReasonMissing."""
    programme = work.programmes.current()
    work.members.lock(member_id)
    reason = _reason(reason)
    kept = _standing(work, programme, member_id, now)
    if kept.given is None:
        raise NothingGiven()
    was, member = kept.given, work.members.get(member_id)
    today = local_day(now, programme.zone)
    after = replace(kept, given=None, told_for=None, review_on=kept.review_on or today + _DAY)
    change = Change(Event.ENDED, was.level, kept.held.level)
    levels.keep(
        work, programme, [Move(after, member.level, (change,), now, "manual", _who(actor))]
    )
    work.audit.add(actor, "level.end", ("member", member_id), now, {"level": was.level}, reason)
    counts = standings.counting(programme, after)
    names = levels.named(programme, was.level)["names"]
    values = {**levels.named(programme, counts.key), "until": None, "given_names": names}
    _tell(work, member_id, "level.ended", values, now)
    return counts


def _who(actor: Actor) -> str:
    """Who it was, for a history that the member may export: staff by their number there."""
    return actor.name if actor.staff_id is None else str(actor.staff_id)


def _reason(text: str) -> str:
    reason = " ".join(text.split())[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing("level.give")
    return reason


def _require_higher(programme: Programme, level: str, kept: Standing) -> None:
    keys = tuple(one.key for one in programme.levels)
    if level not in keys:
        raise LevelUnknown(level, keys)
    if rank(programme.levels, level) < max(1, rank(programme.levels, kept.held.level)):
        raise LevelNotHigher(programme.level(kept.held.level).names)


def _standing(work: Work, programme: Programme, member_id: int, now: datetime) -> Standing:
    kept = work.standings.of([member_id]).get(member_id)
    if kept is not None:
        return kept
    member = work.members.get(member_id)
    since = local_day(member.joined_at, programme.zone)
    level = member.level or programme.first_level.key
    return standings.first_standing(member_id, level, since)


def _tell(work: Work, member_id: int, key: str, values: dict[str, object], now: datetime) -> None:
    rule = levels.rule_for(work.programmes.current().care, Occasion.LEVEL_CHANGED)
    key_of_rule = rule.key if rule else ""
    once = f"{key}:{member_id}:{work.new_id()}"
    notice = Notice(key, values, LEVEL, dedupe=once, rule=key_of_rule)
    work.deliveries.to_member(member_id, notice, now)
