"""Where members stand on the ladder: read, raised at once, kept with their history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain import levels, standings
from domain.care_rules import Care, CareRule, Occasion
from domain.dates import first_of_month, local_day, month_index, start_of_day
from domain.earning import hundredths
from domain.levels import Basis, NextLevel, Progress
from domain.money import Money
from domain.programme import MONEY_MEASURES, Condition, Level, Measure, Programme
from domain.standings import Change, Event, Outlook, Standing
from services import level_news
from services.ports import Work
from services.ports.points import LevelStep
from services.ports.post import Notice

DAY: Final = timedelta(days=1)
_HOWEVER_LATE: Final = 24 * 366
LEVEL: Final = ((("button.level", "level", ()),),)


@dataclass(frozen=True, slots=True)
class Shown:
    """A member's level as it is shown: what is missing to the next one (None at the top), and
    what becomes of it (None: it has no end)."""

    level: Level
    next: NextLevel | None
    kept: Standing
    outlook: Outlook | None


def standing(work: Work, member_id: int, now: datetime) -> Shown:
    """The level as it is kept, and the progress as of now. SEMANTICS: Levels."""
    programme = work.programmes.current()
    member = work.members.get(member_id)
    joined = local_day(member.joined_at, programme.zone)
    basis = bases(work, programme, {member_id: joined}, now)[member_id]
    today = local_day(now, programme.zone)
    kept = work.standings.of([member_id]).get(member_id)
    kept = kept or standings.first_standing(member_id, member.level, joined)
    level = programme.level(member.level)
    return Shown(
        level,
        levels.progress(programme.levels, level.key, basis, today),
        kept,
        standings.outlook(programme, kept, basis, today),
    )


def holding(programme: Programme, has: Shown) -> tuple[str, date | None]:
    """How the level that counts holds: `given` by hand, in `grace` or `until` a last day, `while`
    its conditions are met, or `always`."""
    kept = has.kept
    if kept.given and programme.level(kept.held.level).key != has.level.key:
        return "given", kept.given.until
    if kept.falls_on:
        return "grace", kept.falls_on - DAY
    if kept.held.until:
        return "until", kept.held.until
    return ("while" if standings.loses(programme, has.level.key) else "always"), None


# -- what levels are computed from ------------------------------------------------------


def bases(
    work: Work,
    programme: Programme,
    joined: Mapping[int, date],
    now: datetime,
    since: date | None = None,
) -> dict[int, Basis]:
    """The bases of several members, from what is stored; `joined`: their local days of joining.
    `since`: activity as far back as is needed to look at that day."""
    days = work.purchases.days(joined)
    activity = _activity(work, programme, joined, since or local_day(now, programme.zone))
    asks = any(condition.measure is Measure.GROWTH for condition in _conditions(programme))
    growth = work.standings.growth(joined) if asks else {}
    return {
        member_id: Basis.of_days(
            day, days.get(member_id, ()), activity.get(member_id), growth.get(member_id, 0)
        )
        for member_id, day in joined.items()
    }


def _activity(
    work: Work, programme: Programme, member_ids: Collection[int], day: date
) -> dict[int, dict[int, int]]:
    """Activity points by member and month; read only if a level asks."""
    asking = [c for c in _conditions(programme) if c.measure is Measure.ACTIVITY_PER_MONTH]
    if not asking:
        return {}
    months = max(condition.months or levels.AVERAGED_MONTHS for condition in asking)
    since = start_of_day(first_of_month(month_index(day) - months), programme.zone)
    found: dict[int, dict[int, int]] = {}
    for member_id, rows in work.standings.activity(member_ids, since).items():
        sums = found.setdefault(member_id, {})
        for at, points in rows:
            month = month_index(local_day(at, programme.zone))
            sums[month] = sums.get(month, 0) + points
    return found


def _conditions(programme: Programme) -> list[Condition]:
    return [condition for level in programme.levels for condition in level.conditions]


# -- keeping ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """A standing to be kept, with what its history says: `before` is the level that counted
    until now; `reason` and `source_id` name the occasion."""

    standing: Standing
    before: str
    changes: tuple[Change, ...]
    at: datetime
    reason: str
    source_id: str = ""


def keep(work: Work, programme: Programme, moves: Iterable[Move]) -> None:
    """Keeps standings and their history, and the levels that count now. Of several moves of one
    member the last standing holds."""
    moves = list(moves)
    last = {move.standing.member_id: move for move in moves}
    work.standings.save(move.standing for move in last.values())
    work.levels.record(_step(move, change) for move in moves for change in move.changes)
    first = {move.standing.member_id: move.before for move in reversed(moves)}
    work.levels.show(
        (member_id, counts, move.at)
        for member_id, move in last.items()
        if (counts := standings.counting(programme, move.standing).key) != first[member_id]
    )


def _step(move: Move, change: Change) -> LevelStep:
    return LevelStep(
        move.standing.member_id,
        move.at,
        change.from_level,
        change.to_level,
        move.reason,
        move.source_id,
        change.event.value,
        change.until,
    )


def joined(work: Work, member_id: int, level: str, now: datetime, reason: str = "join") -> None:
    """The first line of a member's history."""
    event = Event.JOINED.value
    work.levels.record([LevelStep(member_id, now, "", level, reason, "", event)])


def left(work: Work, member_id: int, level: str, now: datetime) -> None:
    """The last line of a member's history."""
    work.levels.record([LevelStep(member_id, now, level, "", "erase", "", Event.LEFT.value)])


def opened(
    work: Work, begun: Iterable[tuple[int, str, date, date | None]], now: datetime, reason: str
) -> None:
    """Levels that members bring from elsewhere: member, level, since when, the last day it holds
    (None: as long as the club's rules let a level hold). They are reviewed from the next night
    on. The members are new or locked; their level is set with this."""
    programme = work.programmes.current()
    today = local_day(now, programme.zone)
    moves = []
    for member_id, level, since, until in begun:
        first = standings.first_standing(member_id, level, since)
        until = until or standings.last_day(programme, level, max(since, today))
        held = replace(first.held, until=until, proven_on=today)
        change = Change(Event.JOINED, "", level, until)
        kept = replace(first, held=held, review_on=today + DAY)
        moves.append(Move(kept, "", (change,), now, reason))
    keep(work, programme, moves)


# -- rising at once ---------------------------------------------------------------------


class Climb:
    """Raises members while a batch is decided, and writes it all at the end.

    `counting`: the level of each member that counts now; `since`: their local days of joining.
    """

    def __init__(
        self, work: Work, programme: Programme, counting: Mapping[int, str], since: dict[int, date]
    ) -> None:
        self._work, self._programme = work, programme
        self._counting = {m: programme.level(level).key for m, level in counting.items()}
        kept = work.standings.of(counting)
        self._kept = {
            member_id: kept.get(member_id)
            or standings.first_standing(member_id, level, since[member_id])
            for member_id, level in self._counting.items()
        }
        self._moves: list[Move] = []

    def level(self, member_id: int) -> str:
        """The level that counts."""
        return self._counting[member_id]

    def rise(
        self, member_id: int, basis: Basis, today: date, at: datetime, reason: str, source: str
    ) -> str | None:
        """Raises a member to what the basis is good for, at once; the key of the level that
        counts if that is a higher one now. SEMANTICS: Levels."""
        programme, kept = self._programme, self._kept[member_id]
        ladder = programme.levels
        place = levels.rank(ladder, kept.held.level)
        level = levels.raised(ladder, kept.held.level, basis, today)
        if levels.rank(ladder, level.key) == place:
            self._look_again(member_id, kept, basis, today, at)
            return None
        now = standings.rise(programme, kept, level.key, today)
        now = replace(now, review_on=standings.next_review(programme, now, basis, today))
        if kept.corrected and kept.review_on:
            now = replace(now, review_on=min(now.review_on or kept.review_on, kept.review_on))
        change = Change(Event.UPGRADED, kept.held.level, level.key, now.held.until)
        self._move(Move(now, self._counting[member_id], (change,), at, reason, source))
        return self._shown(member_id, now)

    def _look_again(
        self, member_id: int, kept: Standing, basis: Basis, today: date, at: datetime
    ) -> None:
        """What was bought may decide something in a later night."""
        day = standings.after_purchase(self._programme, kept, basis, today)
        if day and (kept.review_on is None or day < kept.review_on):
            before = self._counting[member_id]
            self._move(Move(replace(kept, review_on=day), before, (), at, ""))

    def wait_for_night(self, member_id: int, now: datetime) -> None:
        """Lets the next night look at a member who was brought purchases of the past."""
        day = local_day(now, self._programme.zone) + DAY
        kept = self._kept[member_id]
        if kept.review_on is None or day < kept.review_on:
            before = self._counting[member_id]
            self._move(Move(replace(kept, review_on=day), before, (), now, ""))

    def _move(self, move: Move) -> None:
        self._moves.append(move)
        self._kept[move.standing.member_id] = move.standing

    def _shown(self, member_id: int, now: Standing) -> str | None:
        before = self._counting[member_id]
        counts = standings.counting(self._programme, now).key
        self._counting[member_id] = counts
        return counts if counts != before else None

    def write(self) -> None:
        """Writes what was decided."""
        if self._moves:
            keep(self._work, self._programme, self._moves)


def climb(work: Work, member_id: int, now: datetime, reason: str, source: str) -> str | None:
    """Raises a member's level at once to what is stored so far is good for; the key of the level
    that counts if that is a higher one now. The member is locked by the caller."""
    programme = work.programmes.current()
    member = work.members.get(member_id)
    since = {member_id: local_day(member.joined_at, programme.zone)}
    basis = bases(work, programme, since, now)[member_id]
    climbing = Climb(work, programme, {member_id: member.level}, since)
    today = local_day(now, programme.zone)
    level = climbing.rise(member_id, basis, today, now, reason, source)
    climbing.write()
    return level


def was_active(work: Work, member_id: int, source: tuple[str, int | str], now: datetime) -> None:
    """Activity points may lift a member at once, where the ladder asks for them; the member is
    told. Nothing for points of other sources. The member is locked by the caller."""
    if source[0] not in levels.ACTIVITY_SOURCES:
        return
    asks = {condition.measure for condition in _conditions(work.programmes.current())}
    if Measure.ACTIVITY_PER_MONTH not in asks:
        return
    level = climb(work, member_id, now, source[0], str(source[1]))
    if level is not None:
        tell_risen(work, member_id, level, f"{source[0]}:{source[1]}", now)


def tell_risen(work: Work, member_id: int, level: str, occasion: str, now: datetime) -> None:
    """Tells a member of the level they have risen to, at once: they stand at the till."""
    programme = work.programmes.current()
    rule = rule_for(programme.care, Occasion.LEVEL_CHANGED)
    if rule is None:
        return
    kept = work.standings.of([member_id]).get(member_id)
    until = kept.held.until if kept and kept.held.level == level else None
    news = level_news.of(work, programme, level, now)
    values = {**named(programme, level), "until": until, "news": news}
    notice = Notice("level.risen", values, LEVEL, dedupe=f"level:{occasion}", rule=rule.key)
    work.deliveries.to_member(member_id, notice, now)


def rule_for(care: Care, occasion: Occasion) -> CareRule | None:
    """The rule by which members are told of their level; None if the club has switched it off. A
    programme that says nothing of it tells them, however late."""
    found = [rule for rule in care.rules if rule.occasion is occasion]
    if not found:
        return CareRule(str(occasion), occasion, late_hours=_HOWEVER_LATE)
    return next((rule for rule in found if rule.on), None)


def named(programme: Programme, level: str) -> dict[str, Any]:
    """A level for a message: its names, sign and multiplier."""
    found = programme.level(level)
    factor = hundredths(found.multiplier)
    return {"names": dict(found.names), "emoji": found.emoji, "multiplier": factor}


def condition(progress: Progress, programme: Programme) -> dict[str, Any]:
    """A condition beside what a member has, for a message; money as money."""
    measure = progress.measure
    return {
        **_said(measure, progress.months, programme),
        "have": _amount(measure, progress.have, programme),
        "need": _amount(measure, progress.need, programme),
        "missing": _amount(measure, progress.missing, programme),
        "met": progress.met,
        "percent": 100 if progress.met else progress.have * 100 // progress.need,
    }


def asked(one: Condition, programme: Programme) -> dict[str, Any]:
    """What a level asks for, for a message."""
    need = _amount(one.measure, one.least, programme)
    return {**_said(one.measure, one.months, programme), "need": need}


def _said(measure: Measure, months: int, programme: Programme) -> dict[str, Any]:
    months = months or (levels.AVERAGED_MONTHS if measure in levels.AVERAGED else 0)
    return {"measure": measure.value, "months": months, "growth": dict(programme.growth_name)}


def _amount(measure: Measure, value: int, programme: Programme) -> Any:
    return Money(value, programme.currency) if measure in MONEY_MEASURES else value


# -- what was taken back ----------------------------------------------------------------


def corrected(work: Work, member_id: int, now: datetime) -> None:
    """A purchase was refunded, voided or moved away: the next night looks whether the level still
    holds. SEMANTICS: Points, refunds: a fall happens only at the nightly review."""
    look_again(work, member_id, now, corrected=True)


def look_again(work: Work, member_id: int, now: datetime, *, corrected: bool = False) -> None:
    """Lets the next night review a member's level; nothing for who never left the first one."""
    programme = work.programmes.current()
    today = local_day(now, programme.zone)
    kept = work.standings.of([member_id]).get(member_id)
    if kept is None:
        member = work.members.get(member_id)
        if programme.level(member.level) is programme.first_level:
            return
        since = local_day(member.joined_at, programme.zone)
        kept = standings.first_standing(member_id, member.level, since)
    soon = min(kept.review_on or today + DAY, today + DAY)
    corrected = corrected or kept.corrected
    work.standings.save([replace(kept, corrected=corrected, review_on=soon)])
