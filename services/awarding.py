"""A purchase that staff enter in the chat: who bought, for how much, which receipt; undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.counter import UndoNotYours, UndoTooLate
from domain.errors import BadAmount, KeyConflict
from domain.money import Money, parse_money
from domain.points import Unit
from domain.programme import Programme
from domain.purchases import Line, Order
from domain.till import TillKind
from services import counter, finding, purchases, till_events
from services.booking import Incoming, Outcome
from services.portraits import not_own
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.ports.sales import Claim, Purchase

CHANNEL: Final = "staff"
REASON: Final = "undone at the counter"
_SHORTEST_WHO: Final = 6


@dataclass(frozen=True, slots=True)
class Receipt:
    """What staff enter. `own`: the operator's own membership, if they have one."""

    member_id: int
    amount: Money
    number: str
    own: int | None


@dataclass(frozen=True, slots=True)
class Booked:
    """A receipt that was entered. `receipts_left` and `money_left`: what remains of the shift
    (None: no limit); `undo_minutes`: how long it can be taken back."""

    outcome: Outcome
    receipts_left: int | None
    money_left: Money | None
    undo_minutes: int


@dataclass(frozen=True, slots=True)
class Undone:
    """A receipt that was taken back, and the points that went with it."""

    purchase: Purchase
    receipt: str
    amount: Money
    points: int


# -- reading what was typed -------------------------------------------------------------


def split(work: Work, text: str) -> tuple[str, str]:
    """Who bought, and what was typed behind it: amount and receipt, or the amount alone.

    Numbers and phones may hold spaces, so what is one as a whole is not taken apart.
    """
    words = text.split()
    one = finding.names_one(work, text)
    for size in (2, 1):
        who = " ".join(words[:-size])
        if len(who) < _SHORTEST_WHO or (one and not finding.is_number(work, who)):
            continue
        if _is_amount(work, words[-size]):
            return who, " ".join(words[-size:])
    return " ".join(words), ""


def read_paid(work: Work, text: str) -> tuple[Money, str]:
    """An amount, and the receipt number if one was typed behind it. Raises as read_amount."""
    first, _, rest = text.strip().partition(" ")
    if rest and not _is_amount(work, text) and _is_amount(work, first):
        return read_amount(work, first), rest.strip()
    return read_amount(work, text), ""


def read_amount(work: Work, text: str) -> Money:
    """An amount in the club's currency; raises BadAmount (also for zero and less) and
    ReceiptOverLimit."""
    programme = work.programmes.current()
    amount = parse_money(text, programme.currency)
    if amount.minor <= 0:
        reason = "negative" if amount.minor else "zero"
        raise BadAmount(text[:40], programme.currency, reason)
    counter.check_receipt(programme, amount)
    return amount


def read_receipt(work: Work, text: str, actor: Actor) -> str:
    """A receipt number of the operator's store. Raises BadReceipt, ReceiptTaken."""
    number = counter.read_number(text)
    _, before = counter.order_id(work, actor, number)
    if before:
        raise counter.taken(before)
    return number


def _is_amount(work: Work, text: str) -> bool:
    """Whether somebody meant an amount, even one that will be refused."""
    try:
        parse_money(text, work.programmes.current().currency)
    except BadAmount as bad:
        return bad.reason != "unreadable"
    return True


# -- booking ----------------------------------------------------------------------------


def award(work: Work, receipt: Receipt, actor: Actor, now: datetime) -> Booked:
    """Books the purchase and tells its member (SEMANTICS: Purchases). One receipt of a store is
    booked once; one that was undone or made void can be booked again.

    Raises OwnMembership, ReceiptTaken, ReceiptOverLimit, ShiftReceiptsUsed, ShiftMoneyUsed,
    MemberFrozen, MemberClosed.
    """
    member = finding.standing(work, receipt.member_id)  # it may have been merged since
    not_own(receipt.own, member.id)
    member.may_move_points()
    programme = work.programmes.current()
    counter.check_receipt(programme, receipt.amount)
    order_id, _ = counter.order_id(work, actor, receipt.number)
    incoming = _incoming(work, receipt, member.number, order_id, actor, now)
    key = (incoming.order.source, order_id)
    try:
        outcome = purchases.book(work, incoming, now)
    except KeyConflict:
        raise counter.taken(work.purchases.stored([key])[key]) from None
    if outcome.new:
        counter.use_shift(work, programme, receipt.amount, actor, now)
        _note(work, outcome, actor, now)
    elif outcome.purchase.staff_id != actor.staff_id:
        raise counter.taken(outcome.purchase)
    return _booked(work, programme, outcome, actor, now)


def _note(work: Work, outcome: Outcome, actor: Actor, now: datetime) -> None:
    """The line in the till's journal."""
    till_events.record(
        work,
        TillKind.AWARD,
        actor,
        now,
        key=f"award:{outcome.purchase.id}",
        member_id=outcome.purchase.member_id,
        purchase_id=outcome.purchase.id,
        amount_minor=outcome.purchase.minor,
        points=outcome.purchase.points,
    )


def _incoming(
    work: Work, receipt: Receipt, member: str, order_id: str, actor: Actor, now: datetime
) -> Incoming:
    store, amount = counter.store_of(work, actor), receipt.amount
    order = Order(
        counter.source(work, actor),
        order_id,
        now,
        amount.currency,
        amount.minor,
        (Line(amount.minor),),
        store.code if store else "",
    )
    return Incoming(order, (Claim("number", member),), CHANNEL, actor.staff_id, actor.store_id)


def _booked(
    work: Work, programme: Programme, outcome: Outcome, actor: Actor, now: datetime
) -> Booked:
    left = counter.left(work, programme, actor, now)
    return Booked(outcome, left.receipts, left.money, programme.counter.undo_minutes)


# -- undoing ----------------------------------------------------------------------------


def undo(
    work: Work, purchase_id: int, own: int | None, actor: Actor, now: datetime
) -> Undone | None:
    """Takes back what the operator has entered a moment ago: the purchase becomes void, its
    member is told, the shift has the receipt again. None if it was void before.

    `own`: the operator's own membership. Raises UndoNotYours, UndoTooLate, OwnMembership.
    """
    before = work.purchases.get(purchase_id)
    if before.channel != CHANNEL or before.staff_id is None or before.staff_id != actor.staff_id:
        raise UndoNotYours()
    programme = work.programmes.current()
    minutes = programme.counter.undo_minutes
    if now >= before.received_at + timedelta(minutes=minutes):
        raise UndoTooLate(minutes)
    if before.member_id is not None:
        not_own(own, before.member_id)
    done = purchases.void(work, purchase_id, reason=REASON, actor=actor, now=now)
    if done.taken is None:
        return None
    counter.give_back(work, before.staff_id, actor.store_id, before.minor, before.received_at)
    amount = Money(before.minor - done.purchase.refunded_minor, before.currency)
    undone = Undone(before, counter.receipt_number(before.order_id), amount, done.taken.taken)
    _tell(work, undone, now)
    return undone


def _tell(work: Work, undone: Undone, now: datetime) -> None:
    member_id = undone.purchase.member_id
    assert member_id is not None
    has = work.ledger.summary(member_id, Unit.POINTS, now).available
    values = {"amount": undone.amount, "points": undone.points, "available": has}
    notice = Notice("award.told_undone", values, dedupe=f"undo:{undone.purchase.id}")
    work.deliveries.to_member(member_id, notice, now)
