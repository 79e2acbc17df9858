"""The level review of a night: who is due is looked at, in bulk, and told what concerns them.

Only this lets a level fall. SEMANTICS: Levels, nightly order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from domain import standings
from domain.care_rules import Occasion
from domain.dates import local_day
from domain.levels import Basis, progress, rank
from domain.members import MemberState
from domain.programme import Level, Programme
from domain.standings import Event, Reviewed, Standing
from domain.timetable import moment
from services import caring, level_news, levels
from services.care_kinds import Due, levels_told
from services.levels import Move
from services.ports import Work
from services.ports.standings import Kept

WALKED: Final = "levels.walked"
_DONE: Final = "done"
_AT_RISK: Final = "at_risk"
_News = tuple[Kept, str, dict[str, Any]]


def nothing_due(work: Work, day: date) -> bool:
    """Whether the night of a day has nobody to review, by reading alone."""
    return not work.standings.waiting(day, 1) and _walk_from(work) is None


def review_due(work: Work, day: date, now: datetime, after: int, most: int) -> int | None:
    """Reviews some of those who are due on a day of the programme; a cursor as long as there may
    be more, None when all is done. Doing it again changes nothing.

    After a changed ladder was published, everybody is looked at once, in the same steps.
    """
    due = work.standings.waiting(day, most)
    if due:
        _review(work, due, day, now)
    if len(due) == most:
        return after + 1
    return _walk(work, day, now, after, most)


# -- a changed ladder -------------------------------------------------------------------


def _walk(work: Work, day: date, now: datetime, after: int, most: int) -> int | None:
    start = _walk_from(work)
    if start is None:
        return None
    version = work.programmes.newest()
    members = work.standings.after(start, most)
    _review(work, members, day, now)
    done = len(members) < most
    work.settings.put(WALKED, f"{version}:{_DONE if done else members[-1]}")
    return None if done else after + 1


def _walk_from(work: Work) -> int | None:
    """After which member the walk through everybody goes on; None when there is none to do.

    A club's first ladder needs none, nor a version that leaves levels as they were.
    """
    version = work.programmes.newest()
    if not version:
        return None
    kept = work.settings.get(WALKED)
    before, _, place = kept.partition(":") if kept else ("", "", _DONE)
    if before == str(version):
        return None if place == _DONE else int(place)
    seen = int(before) if before else work.programmes.published()[0][0]
    if place == _DONE and _same(work.programmes.version(seen), work.programmes.current()):
        return None
    return 0


def held_under(work: Work) -> list[int]:
    """The versions by whose ladders levels may be kept today: the newest, and those that were
    published since everybody was last walked through."""
    versions = [version for version, _ in work.programmes.published()]
    kept = work.settings.get(WALKED)
    if not kept or not versions:
        return versions
    seen, _, place = kept.partition(":")
    before = [one for one in versions if one < int(seen)]
    first = int(seen) if place == _DONE or not before else before[-1]
    return [one for one in versions if one >= first]


def _same(one: Programme, other: Programme) -> bool:
    return (one.levels, one.holding) == (other.levels, other.holding)


# -- reviewing --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """One member under review."""

    member: Kept
    kept: Standing
    new: bool


def _review(work: Work, member_ids: list[int], day: date, now: datetime) -> None:
    """Reviews members together: what they are reviewed by is read for all of them at once."""
    programme = work.programmes.current()
    members = work.standings.members(member_ids)
    cases = _cases(work, programme, members)
    idle = [one for one in cases if one.member.state != MemberState.ACTIVE]
    work.standings.save(replace(one.kept, review_on=None) for one in idle)
    active = [one for one in cases if one.member.state == MemberState.ACTIVE]
    joined = {one.member.id: local_day(one.member.joined_at, programme.zone) for one in active}
    since = min((_since(one.kept, day) for one in active), default=day)
    basis = levels.bases(work, programme, joined, now, since)
    moves, news = [], []
    for one in active:
        rules_of = work.programmes.version
        seen = standings.review(programme, one.kept, basis[one.member.id], day, rules_of)
        if seen.standing == one.kept and not seen.changes:
            continue
        if one.new and seen.standing.review_on is None and not seen.changes:
            continue  # never left the first level, and nothing to look at later
        moves.append(_move(one, seen, day, now))
        told = _news(work, programme, one, seen, basis[one.member.id], now)
        news += [(one.member, *what) for what in told]
    levels.keep(work, programme, moves)
    _tell(work, programme, news, day, now)


def _cases(work: Work, programme: Programme, members: Iterable[Kept]) -> list[_Case]:
    members = list(members)
    kept = work.standings.of([member.id for member in members])
    return [
        _Case(member, kept.get(member.id) or _first(programme, member), member.id not in kept)
        for member in members
    ]


def _first(programme: Programme, member: Kept) -> Standing:
    level = member.level or programme.first_level.key
    since = local_day(member.level_since or member.joined_at, programme.zone)
    return standings.first_standing(member.id, level, since)


def _since(kept: Standing, day: date) -> date:
    """Activity is needed as far back as the day on which a corrected level was proven."""
    proven = [one.proven_on for one in (kept.held, *kept.earlier)] if kept.corrected else []
    return min([day, *proven])


def _move(case: _Case, seen: Reviewed, day: date, now: datetime) -> Move:
    return Move(seen.standing, case.member.level, seen.changes, now, "review", str(day))


# -- telling ----------------------------------------------------------------------------


def _tell(work: Work, programme: Programme, news: list[_News], day: date, now: datetime) -> None:
    """Tells whoever is in a chat, in their morning, as the rules of care say."""
    reached = work.standings.reachable({member.id for member, _, _ in news}) if news else set()
    for member, event, values in news:
        occasion = Occasion.LEVEL_AT_RISK if event == _AT_RISK else Occasion.LEVEL_CHANGED
        rule = levels.rule_for(programme.care, occasion)
        if rule is None or member.id not in reached:
            continue
        late = now - moment(day, rule.at, member.zone or programme.zone)
        due = Due(member.id, f"{event}:{day}", values)
        caring.care_for(work, rule, due, day, now, late=max(late, caring.ON_TIME))


def _news(
    work: Work, programme: Programme, case: _Case, seen: Reviewed, basis: Basis, now: datetime
) -> Iterable[tuple[str, dict[str, Any]]]:
    """What a review is told of: a rise, a fall, the end of what was given, a fall to come, and
    one that was averted after it had been told."""
    before = programme.level(case.member.level).key
    after = standings.counting(programme, seen.standing)
    held = seen.standing.held
    until = held.until if held.level == after.key else None
    values = {**levels.named(programme, after.key), "until": until}
    change = rank(programme.levels, after.key) - rank(programme.levels, before)
    ended = [c for c in seen.changes if c.event is Event.ENDED]
    if change > 0:
        yield "risen", {**values, "news": level_news.of(work, programme, after.key, now)}
    elif change < 0 and ended:
        names = levels.named(programme, ended[0].from_level)["names"]
        yield "ended", {**values, "given_names": names}
    elif change < 0:
        yield "fallen", {**values, "back": _way_back(programme, after, basis, now)}
    if seen.kept and not change:
        yield "kept", values
    if seen.at_risk and seen.at_risk.level.key != after.key:
        yield _AT_RISK, levels_told.at_risk(programme, after.key, seen.at_risk)


def _way_back(
    programme: Programme, level: Level, basis: Basis, now: datetime
) -> dict[str, Any] | None:
    """What leads up again, for who has fallen."""
    today = local_day(now, programme.zone)
    step = progress(programme.levels, level.key, basis, today)
    if step is None:
        return None
    conditions = [levels.condition(one, programme) for one in step.conditions]
    return {"names": dict(step.level.names), "need": step.need.value, "conditions": conditions}
