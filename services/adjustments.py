"""Points given or taken by hand: signed, with a reason, within the day's limit, big ones with a
second operator's yes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from domain import bookings
from domain.dates import local_day
from domain.earning import lapses_at
from domain.errors import AdjustmentNoReason, AdjustmentOverLimit, AdjustmentZero
from domain.ledger import Account, Booked, Entry, Kind, Posting, Share
from domain.points import Unit
from domain.programme import Programme
from services import ledger
from services.ports import Work
from services.ports.club import Actor

LONGEST_REASON: Final = 500
API: Final = "api:"


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
    reason = checked(points, reason)
    programme = work.programmes.current()
    work.members.lock(member_id)
    known = work.ledger.by_key(key) is not None
    if not known:
        use_limit(work, programme, abs(points), actor, now)
    version = programme.version
    shares = (Share("adjusted", version, "", points),)
    entry = ledger.entry_of(key, source, now, version, actor, shares)

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


def checked(points: int, reason: str) -> str:
    """The reason as it is kept. Raises AdjustmentZero, AdjustmentNoReason."""
    if not points:
        raise AdjustmentZero()
    if not (reason := short(reason)):
        raise AdjustmentNoReason()
    return reason


def short(reason: str) -> str:
    """A reason in one line of bearable length."""
    return " ".join(reason.split())[:LONGEST_REASON]


# -- the limit of the day ---------------------------------------------------------------


def use_limit(work: Work, programme: Programme, points: int, actor: Actor, now: datetime) -> None:
    """Uses so many points of the actor's limit of the programme's day: one conditional UPDATE.
    Operators and API keys have one, the command line has none. Raises AdjustmentOverLimit."""
    who = _who(actor)
    if not who:
        return
    day, limit = local_day(now, programme.zone), programme.adjustments.per_operator_and_day
    if not work.adjustments.take(who, day, points, limit):
        raise AdjustmentOverLimit(points, limit, work.adjustments.used(who, day))


def check_limit(
    work: Work, programme: Programme, points: int, actor: Actor, now: datetime
) -> None:
    """Raises AdjustmentOverLimit if so many points would be too many today; uses nothing."""
    if who := _who(actor):
        used = work.adjustments.used(who, local_day(now, programme.zone))
        if used + points > programme.adjustments.per_operator_and_day:
            limit = programme.adjustments.per_operator_and_day
            raise AdjustmentOverLimit(points, limit, used)


def _who(actor: Actor) -> str:
    if actor.staff_id is not None:
        return f"staff:{actor.staff_id}"
    return actor.name if actor.name.startswith(API) else ""
