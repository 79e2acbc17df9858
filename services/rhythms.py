"""Keeps how often members come: in the night, and only of those who were there since the last one.

SEMANTICS: Care, win-back of the lapsing. A visit is a purchase, a check-in, a redemption or a
voucher used; who never bought has no rhythm. Returned goods were a visit all the same, a voided
purchase was none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from domain.care_rules import CareRule, Occasion
from domain.rhythms import Rhythm, Silence, next_due, rhythm_of
from services.ports import Work

SEEN: Final = "rhythms.seen"
RULES: Final = "rhythms.rules"
_DONE: Final = "done"
_OVERLAP: Final = 2 * 60 * 1000 << 22
"""Ids rise with time, two minutes of them: what was committed late has an older one."""

_ROUND_THE_WORLD: Final = timedelta(days=2)
"""In some zone the hour of a day comes so much later than the club's night."""


def silences(rule: CareRule) -> tuple[Silence, ...]:
    """The silences that a rule of win-back is about."""
    return tuple(Silence(days, rule.rhythm) for days in rule.days)


def nothing_new(work: Work, day: date) -> bool:
    """Whether nobody was there since the last night and no silence has passed, by reading."""
    rules = _rules(work)
    if not rules:
        return True
    seen = work.settings.get(SEEN)
    if seen is None or work.settings.get(RULES) != f"{_named(rules)}|{_DONE}":
        return False
    return not (work.rhythms.touched(seen, 1) or work.rhythms.passed(day - _ROUND_THE_WORLD, 1))


def keep_up(work: Work, day: date, after: int, most: int) -> int | None:
    """Does some of the night's work and returns a cursor as long as there may be more; doing it
    again changes nothing.

    Whoever was there since is counted anew. After a rule was changed every rhythm gets its new
    day, and the first time of all every member is looked at; both in the same steps.
    """
    rules = _rules(work)
    if not rules:
        return None
    lines = tuple(silence for rule in rules for silence in silences(rule))
    if _walk(work, rules, lines, day, most):
        return after + 1
    passed = work.rhythms.passed(day - _ROUND_THE_WORLD, most)
    work.rhythms.put_due(_due(passed, lines, day))
    fresh = _follow(work, lines, day, most, again=after == 0)
    return after + 1 if fresh or len(passed) == most else None


def recount(
    work: Work, member_ids: Collection[int], lines: Collection[Silence], day: date
) -> None:
    """Counts the rhythms of members anew."""
    found = visited(work, member_ids)
    work.rhythms.drop([one for one in member_ids if one not in found])
    since = day - _ROUND_THE_WORLD
    work.rhythms.save(replace(one, due_day=next_due(one, lines, since)) for one in found.values())


def visited(work: Work, member_ids: Collection[int]) -> dict[int, Rhythm]:
    """The rhythms of those of some members who have one, from what is stored at this moment."""
    days = work.rhythms.visits(member_ids, work.programmes.current().zone)
    found = (rhythm_of(member_id, some) for member_id, some in days.items())
    return {one.member_id: one for one in found if one is not None}


def _follow(work: Work, lines: tuple[Silence, ...], day: date, most: int, *, again: bool) -> bool:
    """Counts some of those anew who were there since; whether there may be more."""
    seen = int(work.settings.get(SEEN) or 0)
    rows = work.rhythms.touched(max(0, seen - _OVERLAP) if again else seen, most)
    if not rows:
        return False
    recount(work, sorted({member_id for _, member_id in rows}), lines, day)
    first, last, full = rows[0][0], rows[-1][0], len(rows) == most
    # A row may name two members, and the second of them not have found room.
    work.settings.put(SEEN, last - 1 if full and first < last else last)
    return full


# -- everybody, once --------------------------------------------------------------------


def _walk(
    work: Work, rules: tuple[CareRule, ...], lines: tuple[Silence, ...], day: date, most: int
) -> bool:
    """A step through everybody whom changed rules concern; False when there is none to do."""
    now = _named(rules)
    name, _, place = str(work.settings.get(RULES) or "").rpartition("|")
    if name == now and place == _DONE:
        return False
    if work.settings.get(SEEN) is None:
        work.settings.put(SEEN, work.rhythms.newest())
        name, place = now, f"{_MEMBERS}0"
    elif name != now:
        # Who was being counted for the first time when the rules changed again starts again.
        whom = _MEMBERS if place.startswith(_MEMBERS) else _KEPT
        place = f"{whom}0"
    whom, start = place[0], int(place[1:])
    reached = _STEPS[whom](work, lines, day, start, most)
    work.settings.put(RULES, f"{now}|{_DONE if reached is None else f'{whom}{reached}'}")
    return True


def _count_members(
    work: Work, lines: Collection[Silence], day: date, after: int, most: int
) -> int | None:
    members = work.rhythms.members_after(after, most)
    recount(work, members, lines, day)
    return members[-1] if len(members) == most else None


def _change_kept(
    work: Work, lines: Collection[Silence], day: date, after: int, most: int
) -> int | None:
    kept = work.rhythms.after(after, most)
    work.rhythms.put_due(_due(kept, lines, day))
    return kept[-1].member_id if len(kept) == most else None


_MEMBERS: Final = "m"
_KEPT: Final = "k"
_STEPS: Final = {_MEMBERS: _count_members, _KEPT: _change_kept}


def _due(
    rhythms: Iterable[Rhythm], lines: Collection[Silence], day: date
) -> list[tuple[int, date | None]]:
    since = day - _ROUND_THE_WORLD
    return [(one.member_id, next_due(one, lines, since)) for one in rhythms]


def _rules(work: Work) -> tuple[CareRule, ...]:
    return work.programmes.current().care.of(Occasion.WIN_BACK)


def _named(rules: Iterable[CareRule]) -> str:
    """What of the rules decides on days."""
    return ";".join(f"{rule.key}:{','.join(map(str, rule.days))}:{rule.rhythm}" for rule in rules)
