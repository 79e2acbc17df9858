"""Taking back what was done at the till: by the cashier soon after, by the store's manager on the
same day, always with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from domain.dates import local_day
from domain.errors import ReasonMissing, Refused
from domain.money import Money
from domain.staff import OPERATOR, OWNER
from domain.till import TillEvent, TillKind
from domain.till_errors import OwnVoucher, UndoImpossible, UndoneBefore, UndoNotAllowed
from services import fulfilling, settling, stored_value, till_events
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

MANAGERS: Final = frozenset({OWNER, OPERATOR})
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Undoer:
    """Who takes something back: the operator, their role, and their own membership."""

    actor: Actor
    role: str
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back. `names`: of the voucher, empty for what has none; `values`: what else
    an answer says."""

    event: TillEvent
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)


# What takes back a line of a kind: the work, the line, the reason, who, now.
TakeBack = Callable[[Work, TillEvent, str, Undoer, datetime], Undone]


def find(work: Work, event_id: int, who: Undoer, now: datetime) -> TillEvent:
    """A line of the journal that this operator may take back now. Raises UndoImpossible,
    UndoneBefore, OwnVoucher, UndoNotAllowed."""
    event = work.till_events.get(event_id)
    if event is None or event.kind not in TAKE_BACK:
        raise UndoImpossible("missing")
    if event.kind is TillKind.USE and event.purchase_id is not None:
        raise UndoImpossible("other")
    if work.till_events.undo_of(event.id) is not None:
        raise UndoneBefore
    if event.member_id is not None and who.own == standing(work, event.member_id).id:
        raise OwnVoucher
    if not may(work, event, who, now):
        raise UndoNotAllowed(work.programmes.current().till.undo_minutes)
    return event


def possible(work: Work, event_id: int, who: Undoer, now: datetime) -> bool:
    """Whether `find` gives the line."""
    try:
        find(work, event_id, who, now)
    except Refused:
        return False
    return True


def may(work: Work, event: TillEvent, who: Undoer, now: datetime) -> bool:
    """Whether a line is this operator's to take back: their own for some minutes, any of their
    store on its business day for operators and owners (those of no store: of every store)."""
    minutes = work.programmes.current().till.undo_minutes
    mine = event.staff_id is not None and event.staff_id == who.actor.staff_id
    if mine and now < event.at + timedelta(minutes=minutes):
        return True
    if who.role not in MANAGERS or who.actor.store_id not in (None, event.store_id):
        return False
    return local_day(now, till_events.zone_at(work, event.store_id)) == event.day


def undo(work: Work, event_id: int, reason: str, who: Undoer, now: datetime) -> Undone:
    """Takes a line back, tells its member and the cashier whose it was, with audit. Raises as
    `find`, and ReasonMissing."""
    event = find(work, event_id, who, now)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing("undo")
    done = TAKE_BACK[event.kind](work, event, reason, who, now)
    _tell_cashier(work, done, who, now)
    return done


def _voucher(work: Work, event: TillEvent, reason: str, who: Undoer, now: datetime) -> Undone:
    """The voucher is valid again."""
    voucher = work.vouchers.get(event.voucher_id) if event.voucher_id is not None else None
    if voucher is None or voucher.use_key is None:
        raise UndoImpossible("missing")
    if now >= voucher.expires_at:
        raise UndoImpossible("expired")
    if not work.vouchers.reopen(voucher.id, voucher.use_key, now):
        raise UndoneBefore
    till_events.take_back(work, event, who.actor, now)
    fulfilling.taken_back(work, voucher.id, now)
    subject, detail = ("voucher", voucher.id), {"event": str(event.id)}
    work.audit.add(
        who.actor, "voucher.undo", subject, now, detail, reason, member_id=voucher.member_id
    )
    told = Notice("till.told_undone", {"names": dict(voucher.names)}, dedupe=f"undo:{event.id}")
    work.deliveries.to_member(voucher.member_id, told, now)
    return Undone(event, dict(voucher.names))


def _tell_cashier(work: Work, done: Undone, who: Undoer, now: datetime) -> None:
    """Whoever did it hears that a manager took it back."""
    event = done.event
    if event.staff_id is None or event.staff_id == who.actor.staff_id:
        return
    cashier = next((one for one in work.staff.all() if one.id == event.staff_id), None)
    if cashier is None or cashier.address_id is None:
        return
    values = {
        "kind": str(event.kind),
        "names": dict(done.names),
        "by": who.actor.name,
        "at": event.at,
        "zone": till_events.zone_at(work, event.store_id),
    }
    told = Notice("till.told_cashier", values, dedupe=f"undo:{event.id}:staff")
    work.deliveries.to_address(cashier.address_id, told, now)


def _bill(work: Work, event: TillEvent, reason: str, who: Undoer, now: datetime) -> Undone:
    """The purchase is void; points, stored value and vouchers are their member's again."""
    if not settling.undo(work, event, reason=reason, actor=who.actor, now=now):
        raise UndoneBefore
    return _with_money(work, event)


def _topup(work: Work, event: TillEvent, reason: str, who: Undoer, now: datetime) -> Undone:
    """The money and its bonus are out of the account again."""
    if not stored_value.undo(work, event, reason=reason, actor=who.actor, now=now):
        raise UndoneBefore
    return _with_money(work, event)


def _with_money(work: Work, event: TillEvent) -> Undone:
    """With what the cashier hands back to the member."""
    money = Money(event.amount_minor, work.programmes.current().currency)
    return Undone(event, values={"money": money if money else None})


# A line here for each kind of line that can be taken back.
TAKE_BACK: Final[dict[TillKind, TakeBack]] = {
    TillKind.USE: _voucher,
    TillKind.BILL: _bill,
    TillKind.TOPUP: _topup,
}
