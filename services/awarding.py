"""A purchase that staff enter in the chat: who bought, for how much, which receipt; undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.club_errors import BadReceipt, ReceiptTaken
from domain.counter import (
    ReceiptOverLimit,
    ShiftMoneyUsed,
    ShiftReceiptsUsed,
    UndoNotYours,
    UndoTooLate,
)
from domain.dates import local_day
from domain.errors import BadAmount, KeyConflict
from domain.money import Money, parse_money
from domain.points import Unit
from domain.programme import Programme
from domain.purchases import LONGEST_ID, Line, Order
from services import finding, purchases
from services.booking import Incoming, Outcome
from services.portraits import not_own
from services.ports import Work
from services.ports.club import Actor, Store
from services.ports.post import Notice
from services.ports.sales import VOID, Claim, Purchase

SOURCE: Final = "till:"
CHANNEL: Final = "staff"
NOWHERE: Final = "-"
AGAIN: Final = "#"
LONGEST_RECEIPT: Final = LONGEST_ID - 4  # room for AGAIN and a number
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
    _check_receipt(programme, amount)
    return amount


def read_receipt(work: Work, text: str, actor: Actor) -> str:
    """A receipt number of the operator's store. Raises BadReceipt, ReceiptTaken."""
    number = " ".join(text.split())
    if not number or len(number) > LONGEST_RECEIPT or not number.isprintable():
        raise BadReceipt(LONGEST_RECEIPT)
    _, before = _order_id(work, actor, number)
    if before:
        raise _taken(before)
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
    _check_receipt(programme, receipt.amount)
    order_id, _ = _order_id(work, actor, receipt.number)
    incoming = _incoming(work, receipt, member.number, order_id, actor, now)
    key = (incoming.order.source, order_id)
    try:
        outcome = purchases.book(work, incoming, now)
    except KeyConflict:
        raise _taken(work.purchases.stored([key])[key]) from None
    if outcome.new:
        _use_shift(work, programme, receipt.amount, actor, now)
    elif outcome.purchase.staff_id != actor.staff_id:
        raise _taken(outcome.purchase)
    return _booked(work, programme, outcome, actor, now)


def _incoming(
    work: Work, receipt: Receipt, member: str, order_id: str, actor: Actor, now: datetime
) -> Incoming:
    store, amount = _store(work, actor), receipt.amount
    order = Order(
        source(work, actor),
        order_id,
        now,
        amount.currency,
        amount.minor,
        (Line(amount.minor),),
        store.code if store else "",
    )
    return Incoming(order, (Claim("number", member),), CHANNEL, actor.staff_id, actor.store_id)


def source(work: Work, actor: Actor) -> str:
    """The source of an operator's receipts: `till:` and the code of their store."""
    store = _store(work, actor)
    return f"{SOURCE}{store.code if store else NOWHERE}"


def _order_id(work: Work, actor: Actor, number: str) -> tuple[str, Purchase | None]:
    """The order id of a receipt, and the purchase that has it. What is void keeps its id: the
    receipt is then booked as `A-77#2`."""
    place, order_id, times = source(work, actor), number, 1
    while True:
        before = work.purchases.stored([(place, order_id)]).get((place, order_id))
        if before is None or before.state != VOID:
            return order_id, before
        times += 1
        order_id = f"{number}{AGAIN}{times}"


def receipt_number(order_id: str) -> str:
    """The number that stands on the receipt of an order entered at the counter."""
    number, again, times = order_id.rpartition(AGAIN)
    return number if again and times.isdecimal() else order_id


def _store(work: Work, actor: Actor) -> Store | None:
    return work.stores.by_id(actor.store_id) if actor.store_id else None


def _taken(before: Purchase) -> ReceiptTaken:
    number = receipt_number(before.order_id)
    return ReceiptTaken(number, before.day, Money(before.minor, before.currency))


# -- the shift --------------------------------------------------------------------------


def _check_receipt(programme: Programme, amount: Money) -> None:
    limit = programme.counter.per_receipt
    if limit is not None and amount.minor > limit:
        raise ReceiptOverLimit(amount, Money(limit, programme.currency))


def _shift(work: Work, programme: Programme, actor: Actor, at: datetime) -> date:
    """The local day at the operator's store."""
    store = _store(work, actor)
    return local_day(at, (store.zone if store else "") or programme.zone)


def _use_shift(
    work: Work, programme: Programme, amount: Money, actor: Actor, now: datetime
) -> None:
    if actor.staff_id is None:
        return
    limits, day = programme.counter, _shift(work, programme, actor, now)
    most, money = limits.receipts_per_shift, limits.money_per_shift
    if work.shifts.use(actor.staff_id, day, amount.minor, most, money):
        return
    used = work.shifts.used(actor.staff_id, day)
    if most is not None and used.receipts >= most:
        raise ShiftReceiptsUsed(most)
    assert money is not None
    left = Money(max(money - used.minor, 0), programme.currency)
    raise ShiftMoneyUsed(amount, Money(money, programme.currency), left)


def _booked(
    work: Work, programme: Programme, outcome: Outcome, actor: Actor, now: datetime
) -> Booked:
    limits, day = programme.counter, _shift(work, programme, actor, now)
    used = work.shifts.used(actor.staff_id or 0, day)
    most, money = limits.receipts_per_shift, limits.money_per_shift
    return Booked(
        outcome,
        None if most is None else max(most - used.receipts, 0),
        None if money is None else Money(max(money - used.minor, 0), programme.currency),
        limits.undo_minutes,
    )


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
    day = _shift(work, programme, actor, before.received_at)
    work.shifts.give_back(before.staff_id, day, before.minor)
    amount = Money(before.minor, before.currency)
    undone = Undone(before, receipt_number(before.order_id), amount, done.taken.taken)
    _tell(work, undone, now)
    return undone


def _tell(work: Work, undone: Undone, now: datetime) -> None:
    member_id = undone.purchase.member_id
    assert member_id is not None
    has = work.ledger.summary(member_id, Unit.POINTS, now).available
    values = {"amount": undone.amount, "points": undone.points, "available": has}
    notice = Notice("award.told_undone", values, dedupe=f"undo:{undone.purchase.id}")
    work.deliveries.to_member(member_id, notice, now)
