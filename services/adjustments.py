"""Points given or taken by hand: signed, with a reason, within the operator's daily limit."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import bookings
from domain.dates import local_day, start_of_day
from domain.earning import lapses_at
from domain.errors import AdjustmentNoReason, AdjustmentOverLimit, AdjustmentZero
from domain.ledger import Account, Booked, Entry, Kind, Posting, Share
from domain.points import Unit
from domain.programme import Programme
from services import ledger
from services.ports import Work
from services.ports.club import Actor

LONGEST_REASON = 500


def adjust(
    work: Work,
    member_id: int,
    points: int,
    *,
    reason: str,
    key: str,
    actor: Actor,
    now: datetime,
    source: tuple[str, str] = ("adjustment", ""),
) -> Posting:
    """Gives (positive) or takes (negative) points. SEMANTICS: Points, manual adjustment.

    The reason is kept beside the ledger, where it can be erased; the change is audited in the
    same transaction. Raises AdjustmentZero, AdjustmentNoReason, AdjustmentOverLimit,
    NotEnoughPoints, MemberFrozen, MemberClosed, KeyConflict.
    """
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not points:
        raise AdjustmentZero()
    if not reason:
        raise AdjustmentNoReason()
    programme = work.programmes.current()
    work.members.lock(member_id)
    known = work.ledger.by_key(key) is not None
    if not known:
        _check_limit(work, programme, points, actor, now)
    version = programme.version
    shares = (Share("adjusted", version, "", points),)
    entry = Entry(0, key, now, *source, version, shares, actor.staff_id, actor.store_id)

    def decide(account: Account, entry: Entry) -> Booked:
        if points < 0:
            lots = work.ledger.lots(member_id, Unit.POINTS)
            return bookings.adjust_down(account, entry, -points, lots)
        lapses = lapses_at(programme, now)
        return bookings.give(account, entry, points, work.new_id(), now, lapses, Kind.ADJUSTED)

    posting = ledger.book(work, member_id, entry, (Kind.ADJUSTED, points, reason), decide)
    if not known:
        work.ledger.add_reason(posting.id, member_id, reason)
        detail = {"points": points, "posting": str(posting.id)}
        work.audit.add(actor, "points.adjust", ("member", member_id), now, detail, reason)
    return posting


def _check_limit(
    work: Work, programme: Programme, points: int, actor: Actor, now: datetime
) -> None:
    """The limit per operator and day of the programme's zone; only people have one."""
    if actor.staff_id is None:
        return
    work.ledger.lock_operator(actor.staff_id)
    day = local_day(now, programme.zone)
    since = start_of_day(day, programme.zone)
    until = start_of_day(day + timedelta(days=1), programme.zone)
    used = work.ledger.adjusted_by(actor.staff_id, since, until)
    limit = programme.adjustments.per_operator_and_day
    if used + abs(points) > limit:
        raise AdjustmentOverLimit(abs(points), limit, used)
