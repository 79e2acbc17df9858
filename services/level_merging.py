"""Levels when two memberships become one, and when they are parted again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain import standings
from domain.dates import local_day
from domain.levels import rank
from domain.members import Member
from domain.standings import Change, Event, Given, Held, Standing
from services import levels
from services.levels import Move
from services.ports import Work

_FOREVER: Final = date.max


def merge(work: Work, kept: Member, merged: Member, merge_id: int, now: datetime) -> Any:
    """Gives the kept membership the better of the two levels, and what both histories together
    are good for; returns what `part` needs to undo it."""
    before, other = _standing(work, kept, now), _standing(work, merged, now)
    programme = work.programmes.current()
    today = local_day(now, programme.zone)
    one, two = before.held, other.held
    best = max(one, two, key=lambda held: (_rank(work, held.level), held.until or _FOREVER))
    givens = [given for given in (before.given, other.given) if given]
    given = max(givens, key=lambda one: (_rank(work, one.level), one.until), default=None)
    together = Standing(
        kept.id,
        best,
        before.earlier if best is one else other.earlier,
        given=given,
        corrected=before.corrected or other.corrected,
        review_on=today + timedelta(days=1),
    )
    rose = _rank(work, best.level) > _rank(work, one.level)
    change = Change(Event.UPGRADED, one.level, best.level, best.until)
    changes = (change,) if rose else ()
    move = Move(together, kept.level, changes, now, "merge", str(merge_id))
    levels.keep(work, programme, [move])
    levels.climb(work, kept.id, now, "merge", str(merge_id))
    return _packed(before)


def part(
    work: Work, kept: Member, merged: Member, packed: Any, merge_id: int, now: datetime
) -> None:
    """Gives the kept membership back what it had; the next night reviews both. This is the only
    way down outside the review: the higher level was the other membership's."""
    programme = work.programmes.current()
    soon = local_day(now, programme.zone) + timedelta(days=1)
    now_held = _standing(work, kept, now)
    again = replace(_unpacked(kept.id, packed), review_on=soon)
    fell = _rank(work, again.held.level) < _rank(work, now_held.held.level)
    change = Change(Event.DOWNGRADED, now_held.held.level, again.held.level, again.held.until)
    changes = (change,) if fell else ()
    moves = [Move(again, kept.level, changes, now, "unmerge", str(merge_id))]
    other = replace(_standing(work, merged, now), review_on=soon)
    moves.append(Move(other, merged.level, (), now, "unmerge", str(merge_id)))
    levels.keep(work, programme, moves)
    for member_id in (kept.id, merged.id):
        levels.climb(work, member_id, now, "unmerge", str(merge_id))


def _standing(work: Work, member: Member, now: datetime) -> Standing:
    programme = work.programmes.current()
    kept = work.standings.of([member.id]).get(member.id)
    since = local_day(member.joined_at, programme.zone)
    return kept or standings.first_standing(member.id, member.level, since)


def _rank(work: Work, level: str) -> int:
    return rank(work.programmes.current().levels, level)


def _packed(standing: Standing) -> dict[str, Any]:
    """A standing as JSON: what a merge's undo keeps."""
    given = standing.given
    return {
        "held": _pack(standing.held),
        "earlier": [_pack(one) for one in standing.earlier],
        "given": [given.level, given.until.isoformat(), given.reason] if given else None,
    }


def _unpacked(member_id: int, packed: Any) -> Standing:
    given = packed["given"]
    return Standing(
        member_id,
        _unpack(packed["held"]),
        tuple(_unpack(one) for one in packed["earlier"]),
        given=Given(given[0], date.fromisoformat(given[1]), given[2]) if given else None,
    )


def _pack(held: Held) -> list[Any]:
    until = held.until.isoformat() if held.until else None
    return [held.level, held.since.isoformat(), until, held.proven_on.isoformat(), held.version]


def _unpack(packed: list[Any]) -> Held:
    level, since, until, proven_on, version = packed
    last = date.fromisoformat(until) if until else None
    return Held(level, date.fromisoformat(since), last, date.fromisoformat(proven_on), version)
