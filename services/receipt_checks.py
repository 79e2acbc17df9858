"""Staff look at photographed receipts: confirm, correct the amount, refuse with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final

from domain.dates import local_day
from domain.errors import KeyConflict
from domain.members import Member
from domain.money import Money
from domain.purchases import Line, Order
from domain.receipt_errors import NumberUsed, ReceiptDecided, ReceiptNotFound
from domain.receipts import Reason, ReceiptPhoto
from domain.timetable import moment
from services import counter, finding, purchases, receipt_posts, receipts
from services.booking import Incoming
from services.portraits import not_own
from services.ports import Work
from services.ports.club import Actor
from services.ports.sales import Claim, Purchase

CHANNEL: Final = "receipt"
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Decided:
    """A receipt after somebody has decided; `points` and `typed` (what the member had typed, if
    the amount was corrected) where it was booked."""

    receipt: ReceiptPhoto
    points: int
    typed: Money | None = None


def queue(work: Work) -> tuple[list[ReceiptPhoto], int]:
    """What waits, oldest first, and how many there are in all."""
    return work.receipts.waiting(SHOWN), work.receipts.count_waiting()


def find(work: Work, receipt_id: int) -> ReceiptPhoto:
    """Raises ReceiptNotFound."""
    found = work.receipts.get(receipt_id)
    if found is None:
        raise ReceiptNotFound
    return found


def waiting(work: Work, receipt_id: int, own: int | None) -> ReceiptPhoto:
    """One that is still to be decided, by somebody whose it is not.

    Raises ReceiptNotFound, ReceiptDecided, OwnMembership.
    """
    found = find(work, receipt_id)
    not_own(own, found.member_id)
    if found.decided_at is not None:
        raise _decided(work, found)
    return found


def confirm(
    work: Work,
    receipt_id: int,
    paid: Money | None,
    own: int | None,
    actor: Actor,
    now: datetime,
) -> Decided:
    """Books the purchase (SEMANTICS: Purchases) and tells its member; `paid`: what really stands
    on the receipt, None for what was typed. It counts to the operator's shift.

    Raises ReceiptNotFound, ReceiptDecided, OwnMembership, NumberUsed, ReceiptOverLimit,
    ShiftReceiptsUsed, ShiftMoneyUsed, MemberFrozen, MemberClosed.
    """
    work.members.lock(find(work, receipt_id).member_id)
    receipt = waiting(work, receipt_id, own)
    member = finding.standing(work, receipt.member_id)
    not_own(own, member.id)
    member.may_move_points()
    typed = receipts.amount_of(receipt)
    amount = paid or typed
    if not work.receipts.book(receipt_id, amount.minor, actor.staff_id, now):
        raise _decided(work, find(work, receipt_id))
    counter.use_shift(work, work.programmes.current(), amount, actor, now)
    booked = _book(work, replace(receipt, minor=amount.minor), member, actor, now)
    work.receipts.booked(receipt_id, booked.id)
    corrected = typed if amount != typed else None
    detail = {"purchase": str(booked.id), "minor": amount.minor, "typed": typed.minor}
    work.audit.add(actor, "receipt.confirm", ("receipt", receipt_id), now, detail)
    done = Decided(find(work, receipt_id), booked.points, corrected)
    if corrected:
        receipt_posts.tell_corrected(work, done.receipt, corrected, now)
    return done


def refuse(
    work: Work, receipt_id: int, reason: Reason, own: int | None, actor: Actor, now: datetime
) -> Decided:
    """Does not book it; the member is told why and may send it again.

    Raises ReceiptNotFound, ReceiptDecided, OwnMembership.
    """
    receipt = waiting(work, receipt_id, own)
    if not work.receipts.refuse(receipt_id, reason, actor.staff_id, now):
        raise _decided(work, find(work, receipt_id))
    detail = {"reason": str(reason)}
    work.audit.add(actor, "receipt.refuse", ("receipt", receipt_id), now, detail)
    receipt_posts.tell_refused(work, receipt, reason, now)
    return Decided(find(work, receipt_id), 0)


def _book(
    work: Work, receipt: ReceiptPhoto, member: Member, actor: Actor, now: datetime
) -> Purchase:
    """The purchase of a receipt, which nobody may have entered at the counter meanwhile."""
    store = Actor("", None, receipt.store_id)
    order_id, before = counter.order_id(work, store, receipt.number)
    used = NumberUsed(receipt.number, own=False)
    others = [o for o in work.receipts.orders([receipt.number]) if o.store_id == receipt.store_id]
    if before or others:
        raise used
    shop = work.stores.by_id(receipt.store_id) if receipt.store_id else None
    order = Order(
        counter.source(work, store),
        order_id,
        _moment(work, receipt),
        receipt.currency,
        receipt.minor,
        (Line(receipt.minor),),
        shop.code if shop else "",
    )
    claims = (Claim("number", member.number),)
    incoming = Incoming(order, claims, CHANNEL, actor.staff_id, receipt.store_id)
    try:
        outcome = purchases.book(work, incoming, now)
    except KeyConflict:
        raise used from None
    if not outcome.new:
        raise used
    return outcome.purchase


def _moment(work: Work, receipt: ReceiptPhoto) -> datetime:
    """When it was bought: when the photo came if that was the same day, else noon."""
    zone = work.programmes.current().zone
    day: date = receipt.bought_on
    same = local_day(receipt.sent_at, zone) == day
    return receipt.sent_at if same else moment(day, time(12), zone)


def _decided(work: Work, receipt: ReceiptPhoto) -> ReceiptDecided:
    staff = next((one.name for one in work.staff.all() if one.id == receipt.staff_id), "")
    amount = receipts.amount_of(receipt)
    return ReceiptDecided(str(receipt.state), staff, amount, receipts.points(work, receipt))
