"""Expired points that an operator gives again, within the days that the programme allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from domain import bookings
from domain.dates import local_day, start_of_day
from domain.errors import ReasonMissing
from domain.ledger import EXPIRED, Account, Booked, Entry, Kind, Posting, Share
from domain.point_errors import ReinstatementOff, ReinstateTooMuch
from domain.points import day_before
from domain.programme import Programme
from services import adjustments, ledger
from services.ports import Work
from services.ports.club import Actor
from services.ports.operations import Expired

SOURCE: Final = "reinstatement"


@dataclass(frozen=True, slots=True)
class Possible:
    """What could come back: `points`, which would be valid to the end of `last_day`."""

    points: int
    last_day: date | None


def possible(work: Work, member_id: int, now: datetime) -> Possible:
    """What of a member's expired points could be given again."""
    programme = work.programmes.current()
    points = sum(one.left for one in _expired(work, programme, member_id, now))
    if not points:
        return Possible(0, None)
    return Possible(points, day_before(_until(programme, now), programme.zone))


def check(work: Work, member_id: int, points: int, now: datetime) -> None:
    """Raises what `reinstate` would for so many points: ReinstatementOff, ReinstateTooMuch."""
    _parts(work, work.programmes.current(), member_id, points, now)


def reinstate(
    work: Work,
    member_id: int,
    points: int | None,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: datetime,
) -> Posting:
    """Gives expired points again (None: all that can be); SEMANTICS: Points, posting types.

    What expired first comes back first; what is still owed is paid out of it. Counts towards the
    operator's limit of the day, is audited, and the reason is shown to the member. Raises
    ReinstatementOff, ReinstateTooMuch, ReasonMissing, AdjustmentOverLimit, MemberFrozen,
    MemberClosed, KeyConflict.
    """
    reason = adjustments.short(reason)
    if not reason:
        raise ReasonMissing("points.reinstate")
    programme = work.programmes.current()
    entry = ledger.entry_of(key, (SOURCE, ""), now, programme.version, actor)
    parts: list[tuple[int, int]] = []

    def decide(account: Account, entry: Entry) -> Booked:
        parts.extend(_parts(work, programme, member_id, points, now))
        amount = sum(part for _, part in parts)
        adjustments.use_limit(work, programme, amount, actor, now)
        why = replace(entry, explanation=(Share("reinstated", entry.rule_version, "", amount),))
        until, kind, lot_id = _until(programme, now), Kind.REINSTATED, work.new_id()
        return bookings.give(account, why, amount, lot_id, now, until, kind, EXPIRED)

    posting = ledger.book(work, member_id, entry, (Kind.REINSTATED, points, reason), decide)
    if parts:
        _record(work, posting, parts, reason, actor, now)
    return posting


def _record(
    work: Work,
    posting: Posting,
    parts: list[tuple[int, int]],
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Which expiries it came from, why, and who did it."""
    member_id, amount = posting.member_id, posting.amount
    work.adjustments.reinstated(posting.id, parts)
    work.ledger.add_reason(posting.id, member_id, reason)
    detail = {"points": amount, "posting": str(posting.id)}
    work.audit.add(actor, "points.reinstate", ("member", member_id), now, detail, reason)


def _parts(
    work: Work, programme: Programme, member_id: int, points: int | None, now: datetime
) -> list[tuple[int, int]]:
    """Which expiry postings give how much, the oldest first."""
    if not programme.reinstatement.within_days or not programme.reinstatement.valid_days:
        raise ReinstatementOff
    expired = _expired(work, programme, member_id, now)
    left = sum(one.left for one in expired)
    wanted = left if points is None else points
    if not 0 < wanted <= left:
        raise ReinstateTooMuch(wanted, left, programme.reinstatement.within_days)
    return list(_taken(expired, wanted))


def _taken(expired: Sequence[Expired], wanted: int) -> list[tuple[int, int]]:
    parts = []
    for one in expired:
        part = min(one.left, wanted)
        if part:
            parts.append((one.posting_id, part))
            wanted -= part
    return parts


def _expired(work: Work, programme: Programme, member_id: int, now: datetime) -> Sequence[Expired]:
    """What can come back; what expired before a merge belongs to the kept membership."""
    days = programme.reinstatement.within_days
    if not days or not programme.reinstatement.valid_days:
        return ()
    first = local_day(now, programme.zone) - timedelta(days=days)
    since = start_of_day(first, programme.zone)
    return work.adjustments.expired(work.mydata.memberships(member_id), since)


def _until(programme: Programme, now: datetime) -> datetime:
    return ledger.end_of_days(programme, now, programme.reinstatement.valid_days)
