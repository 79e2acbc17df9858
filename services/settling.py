"""Booking a bill with everything that pays for it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.bill_errors import BillChanged
from domain.bill_rules import BillStep
from domain.bills import Bill
from domain.errors import KeyConflict
from domain.ledger import Share
from domain.money import Money
from domain.payments import PaidBy, Payment, spread
from domain.purchases import Line, Order, check_order
from domain.till import TillEvent, TillKind
from domain.till_errors import UndoImpossible
from services import bill_telling, billing, counter, finding, purchases, till_events, vouchers
from services.billing import Asked, Quote
from services.booking import Incoming
from services.counter import Left
from services.portraits import not_own
from services.ports import Work
from services.ports.bills import KeptBill
from services.ports.club import Actor
from services.ports.sales import VOID, Claim, Purchase

CHANNEL: Final = "till"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The receipt of a bill: source and order id name its purchase. `own`: the membership of who
    books it, if they have one; `occurred_at` None: now; `exact`: what was asked for is used
    exactly, or nothing is booked."""

    source: str
    order_id: str
    own: int | None = None
    store_id: int | None = None
    occurred_at: datetime | None = None
    channel: str = CHANNEL
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A bill that was booked: how it was paid, its purchase, its line in the till's journal.
    `new` is False for one that was booked before."""

    kept: KeptBill
    purchase: Purchase
    event: TillEvent
    new: bool
    explanation: tuple[Share, ...] = ()
    left: Left = field(default_factory=lambda: Left(None, None))


def ticket(work: Work, number: str, own: int | None, actor: Actor) -> Ticket:
    """The receipt of an operator's store with that number; raises BadReceipt."""
    order_id, _ = counter.order_id(work, actor, counter.read_number(number))
    return Ticket(counter.source(work, actor), order_id, own, actor.store_id)


def settle(
    work: Work, asked: Asked, ticket: Ticket, shown: int | None, actor: Actor, now: datetime
) -> Settled:
    """Books a bill: the purchase, whatever pays for it, its steps, journal and audit, and tells
    the member. SEMANTICS: Benefits; Points are earned on what is paid after discounts.

    One receipt is booked once: the same bill again changes nothing. `shown`: what the member was
    told to pay, in minor units; if that is not so any more nothing is booked.

    Raises OwnMembership, MemberFrozen, MemberClosed, BillChanged, BillVoucher, ReceiptTaken or
    KeyConflict (another bill under that receipt), ReceiptOverLimit, ShiftReceiptsUsed,
    ShiftMoneyUsed, PurchaseInvalid.
    """
    programme = work.programmes.current()
    member = finding.standing(work, asked.member_id)
    not_own(ticket.own, member.id)
    if actor.staff_id is not None:
        counter.check_receipt(programme, Money(asked.minor, programme.currency))
    work.purchases.claim([(ticket.source, ticket.order_id)])
    work.members.lock(member.id)
    if before := _before(work, asked, ticket, member.id, actor):
        return before
    member = work.members.get(member.id)
    member.may_move_points()
    seen = billing.quote(work, asked, actor, now)
    if ticket.exact:
        billing.check(work, seen, asked)
    if shown is not None and shown != seen.bill.to_pay:
        raise BillChanged(seen.money(shown), seen.to_pay)
    order = _order(work, asked, ticket, seen, now)
    incoming = Incoming(
        order,
        (Claim("number", member.number),),
        ticket.channel,
        actor.staff_id,
        ticket.store_id,
        tuple(_payments(work, seen.bill)),
        vouchers.holder_of(actor),
        quoted=True,
    )
    outcome = purchases.book(work, incoming, now, tell=False)
    counter.use_shift(work, programme, Money(order.minor, order.currency), actor, now)
    kept = KeptBill(outcome.purchase.id, asked.minor, seen.bill.steps)
    work.bills.add(kept)
    event = _note(work, kept, outcome.purchase, actor, now)
    bill_telling.receipt(work, kept, outcome, now)
    left = counter.left(work, programme, actor, now)
    return Settled(kept, outcome.purchase, event, True, outcome.explanation, left)


def _before(
    work: Work, asked: Asked, ticket: Ticket, member_id: int, actor: Actor
) -> Settled | None:
    """The bill that is booked under this receipt, if it is this one."""
    key = (ticket.source, ticket.order_id)
    before = work.purchases.stored([key]).get(key)
    if before is None:
        return None
    kept, event = work.bills.get(before.id), work.till_events.of_purchase(before.id)
    mine = (before.member_id, before.staff_id) == (member_id, actor.staff_id)
    if kept is None or event is None or not mine or not _is(kept, asked):
        if ticket.channel == CHANNEL and before.state != VOID:
            raise counter.taken(before)
        raise KeyConflict(f"{ticket.source}/{ticket.order_id}")
    shares = work.ledger.posting(before.posting_id).explanation if before.posting_id else ()
    left = counter.left(work, work.programmes.current(), actor, before.received_at)
    return Settled(kept, before, event, False, shares, left)


def _is(kept: KeptBill, asked: Asked) -> bool:
    """Whether a booked bill is the one that is asked for."""
    used = {step.voucher_id for step in kept.steps if step.voucher_id is not None}
    points = sum(step.points for step in kept.steps)
    credit = sum(step.off for step in kept.steps if step.kind is BillStep.CREDIT)
    return (
        (kept.gross, used) == (asked.minor, set(asked.vouchers))
        and asked.points in (None, points)
        and asked.credit in (None, credit)
    )


def _order(work: Work, asked: Asked, ticket: Ticket, seen: Quote, now: datetime) -> Order:
    """What was bought, after the level's discount, which is spread over the lines."""
    lines = asked.lines or (Line(asked.minor),)
    store = work.stores.by_id(ticket.store_id) if ticket.store_id else None
    at, code = ticket.occurred_at or now, store.code if store else ""
    whole = Order(
        ticket.source, ticket.order_id, at, seen.currency, asked.minor, tuple(lines), code
    )
    check_order(whole)
    parts = spread(seen.bill.off(BillStep.LEVEL), [line.minor for line in lines])
    less = tuple(
        line._replace(minor=line.minor - part) for line, part in zip(lines, parts, strict=True)
    )
    return Order(ticket.source, ticket.order_id, at, seen.currency, seen.bill.amount, less, code)


def _payments(work: Work, bill: Bill) -> list[Payment]:
    found = []
    for step in bill.steps:
        match step.kind:
            case BillStep.VOUCHER if step.voucher_id is not None:
                code = work.vouchers.code(step.voucher_id)
                found.append(Payment(PaidBy.VOUCHER, step.off, code=code))
            case BillStep.POINTS:
                found.append(Payment(PaidBy.POINTS, step.off, step.points))
            case BillStep.CREDIT:
                found.append(Payment(PaidBy.CREDIT, step.off))
    return found


def _note(
    work: Work, kept: KeptBill, purchase: Purchase, actor: Actor, now: datetime
) -> TillEvent:
    """The line in the till's journal, and the audit."""
    points = sum(step.points for step in kept.steps)
    credit = sum(step.off for step in kept.steps if step.kind is BillStep.CREDIT)
    event = till_events.record(
        work,
        TillKind.BILL,
        actor,
        now,
        key=f"bill:{purchase.id}",
        member_id=purchase.member_id,
        purchase_id=purchase.id,
        amount_minor=kept.to_pay,
        points=-points,
        credit_minor=-credit,
    )
    detail = {"gross": kept.gross, "to_pay": kept.to_pay, "points": points, "credit": credit}
    work.audit.add(actor, "bill.settle", ("purchase", purchase.id), now, detail)
    return event


# -- undoing ----------------------------------------------------------------------------


def undo(work: Work, event: TillEvent, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Takes a bill back: the purchase becomes void, everything that paid returns to its own, the
    shift has the receipt again, the member is told. False if it was taken back before. Who may
    do so is asked before, see services.undoing.

    Raises UndoImpossible for a bill of which a part has been refunded: what the till would hand
    back is not the bill's amount any more, so the rest is refunded, too.
    """
    assert event.purchase_id is not None
    purchase = work.purchases.get(event.purchase_id)
    done = purchases.void(work, purchase.id, reason=reason, actor=actor, now=now)
    if done.taken is None:  # somebody else was first; the purchase was locked only by now
        return False
    if done.purchase.refunded_minor:
        raise UndoImpossible("refunded")
    counter.give_back(
        work, purchase.staff_id, purchase.store_id, purchase.minor, purchase.received_at
    )
    if purchase.member_id is not None:
        bill_telling.undone(work, purchase, done.back, now)
    return True
