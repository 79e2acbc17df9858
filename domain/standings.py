"""How a level is held: until when, prolonged, lost after a grace, given by hand; all by the rules
of `programme.holding`. Rising happens at once, falling only in the review of a night.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.dates import add_months, end_of, first_of_month, month_index
from domain.levels import (
    AVERAGED,
    AVERAGED_MONTHS,
    Basis,
    Progress,
    holds,
    progress_of,
    qualify,
    raised,
    rank,
)
from domain.programme import Condition, Downgrade, Holding, Level, Measure, Programme

DAY: Final = timedelta(days=1)
UNPROVEN: Final = 0


class Event(StrEnum):
    """What a line of the level history says. SEMANTICS: Levels; ISSUE: Levels."""

    JOINED = "joined"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    PROLONGED = "prolonged"
    GIVEN = "given"  # by hand
    ENDED = "ended"  # what was given by hand
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Held:
    """A level that is held: `until` is the last day (None: no end), `proven_on` the day on which
    its conditions were last found met, by the rules of `version`. Version UNPROVEN: it rests on
    no purchases, it was brought from elsewhere or is where a fall by one step ended."""

    level: str
    since: date
    until: date | None
    proven_on: date
    version: int


@dataclass(frozen=True, slots=True)
class Given:
    """A level given by hand, up to and including a day, and why."""

    level: str
    until: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member's level rests on.

    `earlier`: lower levels that were reached before and would still hold. `falls_on`: in grace,
    the first day without the level. `told_for`: the day of the fall that the member was told of.
    `corrected`: a purchase was refunded, voided or moved since the last review. `review_on`: the
    next day on which something can change; None: nothing by the clock alone.
    """

    member_id: int
    held: Held
    earlier: tuple[Held, ...] = ()
    falls_on: date | None = None
    told_for: date | None = None
    given: Given | None = None
    corrected: bool = False
    review_on: date | None = None


def first_standing(member_id: int, level: str, since: date) -> Standing:
    """The standing of a member of whom nothing but the level is known."""
    return Standing(member_id, Held(level, since, None, since, UNPROVEN))


def counting(programme: Programme, standing: Standing) -> Level:
    """The level that counts: the higher of the automatic one and one given by hand."""
    levels = [programme.level(standing.held.level)]
    if standing.given:
        levels.append(programme.level(standing.given.level))
    return max(levels, key=lambda level: rank(programme.levels, level.key))


def last_day(programme: Programme, level: str, start: date) -> date | None:
    """The last day of a level reached or prolonged on a day; None where there is no end."""
    holding = programme.holding
    if not loses(programme, level) or not holding.months:
        return None
    last = add_months(start, holding.months)
    return end_of(holding.round_up, last) if holding.round_up else last


def loses(programme: Programme, level: str) -> bool:
    """Whether a level can be lost at all: it asks for something, and the club lets levels fall."""
    return (
        programme.holding.downgrade is not Downgrade.NEVER
        and rank(programme.levels, level) > 0
        and bool(programme.level(level).conditions)
    )


def rise(programme: Programme, standing: Standing, level: str, today: date) -> Standing:
    """A higher level, reached on a day; the one before is remembered as far as it still holds."""
    held = standing.held
    earlier = tuple(one for one in (*standing.earlier, held) if _lasts(one, today))
    reached = Held(level, today, last_day(programme, level, today), today, programme.version)
    return replace(standing, held=reached, earlier=earlier, falls_on=None, told_for=None)


def _lasts(held: Held, today: date) -> bool:
    return held.until is None or held.until >= today


# -- the review of a night --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of a level if nothing more is bought: on the day `on` it would be `level`;
    `conditions` are those of the level that is held now, as they would stand then."""

    on: date
    level: Level
    keeps: bool
    conditions: tuple[Progress, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One line for the history: automatic levels before and after, or the one given by hand."""

    event: Event
    from_level: str
    to_level: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review made of a standing; `at_risk` if the member is to be told of a coming fall,
    `kept` if they were told and it was averted."""

    standing: Standing
    changes: tuple[Change, ...]
    at_risk: Outlook | None = None
    kept: bool = False


def review(
    programme: Programme,
    standing: Standing,
    basis: Basis,
    today: date,
    rules_of: Callable[[int], Programme],
) -> Reviewed:
    """The review of one member on a day of the programme, in this order: what was given by hand
    and is over, purchases that were taken back, rising, the end of validity and grace, telling.

    Doing it again on the same day changes nothing. SEMANTICS: Levels.
    """
    before = _settled(programme, standing, today)
    now, changes = _without_given(before, today)
    now = _without_corrected(programme, now, basis, today, rules_of)
    level = raised(programme.levels, now.held.level, basis, today)
    if level.key != now.held.level:
        now = rise(programme, now, level.key, today)
    now = _at_the_end(programme, now, basis, today)
    changes = (*changes, *_difference(programme, before.held, now.held))
    kept = before.told_for is not None and any(c.event is Event.PROLONGED for c in changes)
    risk = outlook(programme, now, basis, today)
    telling = risk is not None and _is_told(programme, now, risk, today)
    if telling and risk is not None:
        now = replace(now, told_for=risk.on)
    now = replace(now, corrected=False, review_on=None)
    now = replace(now, review_on=next_review(programme, now, basis, today))
    return Reviewed(now, changes, risk if telling else None, kept)


def _settled(programme: Programme, standing: Standing, today: date) -> Standing:
    """A standing under the present ladder: a level that has a new key takes it, one that had no
    end and has one now holds for a whole validity, one that cannot be lost has none."""
    held = standing.held
    key = programme.level(held.level).key
    until = held.until
    if not loses(programme, key):
        until = None
    elif until is None and programme.holding.months:
        until = last_day(programme, key, max(today - DAY, held.since))
    if (key, until) == (held.level, held.until):
        return standing
    return replace(standing, held=replace(held, level=key, until=until))


def _without_given(standing: Standing, today: date) -> tuple[Standing, tuple[Change, ...]]:
    given = standing.given
    if given is None or given.until >= today:
        return standing, ()
    change = Change(Event.ENDED, given.level, standing.held.level)
    return replace(standing, given=None, told_for=None), (change,)


def _without_corrected(
    programme: Programme,
    standing: Standing,
    basis: Basis,
    today: date,
    rules_of: Callable[[int], Programme],
) -> Standing:
    """Takes back a rise that rested on a purchase which was refunded, voided or moved.

    The level stays if the corrected numbers carry it, now or on the day on which it was proven.
    Else the member has what they would have without that purchase: no grace, no single step,
    because the level was never theirs. A club that lets nobody fall takes nothing back.
    """
    held = standing.held
    if not standing.corrected or not loses(programme, held.level):
        return standing
    if holds(programme.level(held.level), basis, today) or _carried(held, basis, rules_of):
        return standing
    valid = [one for one in standing.earlier if _lasts(one, today)]
    carried = [one for one in valid if _carried(one, basis, rules_of)]
    rules = rules_of(held.version)
    level = programme.level(qualify(rules.levels, basis.upto(held.proven_on), held.proven_on).key)
    until = last_day(programme, level.key, held.proven_on)
    fresh = replace(held, level=level.key, until=until)
    ladder = programme.levels
    best = max([fresh, *carried], key=lambda one: (rank(ladder, one.level), one is not fresh))
    earlier = tuple(one for one in valid if rank(ladder, one.level) < rank(ladder, best.level))
    return replace(standing, held=best, earlier=earlier, falls_on=None, told_for=None)


def _carried(held: Held, basis: Basis, rules_of: Callable[[int], Programme]) -> bool:
    """Whether the numbers as they are known today carried the level on the day it was proven; one
    that never rested on them is not touched by what is returned."""
    if held.version == UNPROVEN:
        return True
    level = rules_of(held.version).level(held.level)
    return holds(level, basis.upto(held.proven_on), held.proven_on)


def _at_the_end(programme: Programme, standing: Standing, basis: Basis, today: date) -> Standing:
    """Validity that is over: prolonged, in grace, or lost."""
    held, holding = standing.held, programme.holding
    if not loses(programme, held.level) or not _is_over(held, today):
        return replace(standing, falls_on=None)
    place = rank(programme.levels, held.level)
    best = qualify(programme.levels, basis, today)
    if rank(programme.levels, best.key) >= place:
        return _prolonged(programme, standing, today)
    end = max(held.until + DAY, today) if held.until else today
    falls_on = standing.falls_on or end + timedelta(days=holding.grace_days)
    if today < falls_on:
        return replace(standing, falls_on=falls_on)
    step = holding.downgrade is Downgrade.STEP
    level = programme.levels[place - 1].key if step else best.key
    proven = rank(programme.levels, best.key) >= rank(programme.levels, level)
    version = programme.version if proven else UNPROVEN
    fallen = Held(level, today, last_day(programme, level, today), today, version)
    return replace(standing, held=fallen, earlier=(), falls_on=None, told_for=None)


def _is_over(held: Held, today: date) -> bool:
    """Without an end a level holds while its conditions are met, and always on its first day."""
    return held.until < today if held.until else held.since < today


def _prolonged(programme: Programme, standing: Standing, today: date) -> Standing:
    held = standing.held
    if held.until is None:
        return replace(standing, falls_on=None, told_for=None)
    until = last_day(programme, held.level, max(held.until, today - DAY))
    longer = replace(held, until=until, proven_on=today, version=programme.version)
    return replace(standing, held=longer, earlier=(), falls_on=None, told_for=None)


def _difference(programme: Programme, before: Held, now: Held) -> tuple[Change, ...]:
    was, place = rank(programme.levels, before.level), rank(programme.levels, now.level)
    if place != was:
        event = Event.UPGRADED if place > was else Event.DOWNGRADED
        return (Change(event, before.level, now.level, now.until),)
    if now.until and before.until and now.until > before.until:
        return (Change(Event.PROLONGED, now.level, now.level, now.until),)
    return ()


# -- looking ahead ----------------------------------------------------------------------


def outlook(programme: Programme, standing: Standing, basis: Basis, today: date) -> Outlook | None:
    """What becomes of the level that counts if nothing more is bought; None: it has no end."""
    given, level = standing.given, counting(programme, standing)
    if given and programme.level(given.level).key == level.key != standing.held.level:
        fall = end = given.until + DAY
    else:
        lost = fall_day(programme, standing)
        if lost is None:
            return None
        fall, end = lost, standing.falls_on or (standing.held.until or today) + DAY
    at = max(end, today)
    best = qualify(programme.levels, basis, at)
    place = rank(programme.levels, level.key)
    keeps = rank(programme.levels, best.key) >= place
    conditions = tuple(progress_of(one, basis, at) for one in level.conditions)
    return Outlook(fall, _after(programme, standing, level, best, keeps=keeps), keeps, conditions)


def _after(
    programme: Programme, standing: Standing, level: Level, best: Level, *, keeps: bool
) -> Level:
    """The level that would follow."""
    if keeps:
        return level
    if level.key != programme.level(standing.held.level).key:  # given by hand: what is beneath it
        beneath = programme.level(standing.held.level)
        return max(beneath, best, key=lambda one: rank(programme.levels, one.key))
    if programme.holding.downgrade is Downgrade.STEP:
        return programme.levels[rank(programme.levels, level.key) - 1]
    return best


def fall_day(programme: Programme, standing: Standing) -> date | None:
    """The first day without the automatic level, if it is not prolonged; None: no such day."""
    if not loses(programme, standing.held.level):
        return None
    if standing.falls_on or standing.held.until is None:
        return standing.falls_on
    return standing.held.until + DAY + timedelta(days=programme.holding.grace_days)


def _is_told(programme: Programme, standing: Standing, risk: Outlook, today: date) -> bool:
    """Whether the member is to be told today that the level is about to be lost."""
    if risk.keeps or standing.told_for == risk.on:
        return False
    return _telling_day(programme.holding, risk.on) <= today < risk.on


def _telling_day(holding: Holding, fall: date) -> date:
    return fall - timedelta(days=holding.told_days)


def after_purchase(
    programme: Programme, standing: Standing, basis: Basis, today: date
) -> date | None:
    """The day on which what was bought today may decide something: the next night in grace, the
    first of a month where averages count."""
    if standing.falls_on:
        return today + DAY
    place = rank(programme.levels, standing.held.level)
    above = [c for level in programme.levels[place + 1 :] for c in level.conditions]
    return month_of_change(above, basis, today)


def next_review(
    programme: Programme, standing: Standing, basis: Basis, today: date
) -> date | None:
    """The next day on which something can change without a purchase or a correction."""
    days = _days(programme, standing, basis, today)
    return min((day for day in days if day > today), default=None)


def _days(programme: Programme, standing: Standing, basis: Basis, today: date) -> Iterator[date]:
    held = standing.held
    if standing.given:
        yield standing.given.until + DAY
        yield _telling_day(programme.holding, standing.given.until + DAY)
    if fall := fall_day(programme, standing):
        yield fall
        yield _telling_day(programme.holding, fall)
        if held.until:
            yield held.until + DAY
    place = rank(programme.levels, held.level)
    above = [c for level in programme.levels[place + 1 :] for c in level.conditions]
    month = month_of_change(above, basis, today)
    if month:
        yield month
    if held.until is None and not standing.falls_on and loses(programme, held.level):
        yield from _while_met(programme.level(held.level), basis, today)


def month_of_change(conditions: list[Condition], basis: Basis, today: date) -> date | None:
    """The first day of next month if averages of these conditions can change then."""
    asked = [c.months or AVERAGED_MONTHS for c in conditions if c.measure in AVERAGED]
    if not asked:
        return None
    coming = month_index(today) + 1
    if basis.is_active_since(coming - max(asked)):
        return first_of_month(coming)
    return None


def _while_met(level: Level, basis: Basis, today: date) -> Iterator[date]:
    """Days on which conditions that are met now can stop being met."""
    if month := month_of_change(list(level.conditions), basis, today):
        yield month
    for condition in level.conditions:
        if condition.measure is Measure.SPEND_IN_MONTHS:
            oldest = basis.oldest_in_months(today, condition.months)
            if oldest:
                yield leaves_on(oldest, condition.months)
    if not holds(level, basis, today):
        yield today + DAY


def leaves_on(day: date, months: int) -> date:
    """The first day on which a purchase of `day` is out of the window of the last N months."""
    found = add_months(day, months)
    while add_months(found, -months) < day:
        found += DAY
    return found
