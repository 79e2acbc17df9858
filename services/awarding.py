"""A purchase that staff enter in the chat: who bought, for how much, which receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.club_errors import BadReceipt, ReceiptTaken
from domain.errors import BadAmount, KeyConflict
from domain.money import Money, parse_money
from domain.purchases import LONGEST_ID, Line, Order
from services import purchases
from services.booking import Incoming, Outcome
from services.portraits import not_own
from services.ports import Work
from services.ports.club import Actor
from services.ports.sales import Claim, Purchase

SOURCE: Final = "till:"
CHANNEL: Final = "staff"
NOWHERE: Final = "-"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What staff enter. `own`: the operator's own membership, if they have one."""

    member_id: int
    amount: Money
    number: str
    own: int | None


def read_amount(work: Work, text: str) -> Money:
    """An amount in the club's currency; raises BadAmount (also for zero and less)."""
    currency = work.programmes.current().currency
    amount = parse_money(text, currency)
    if amount.minor <= 0:
        raise BadAmount(text[:40], currency, "negative" if amount.minor else "zero")
    return amount


def read_receipt(work: Work, text: str, actor: Actor) -> str:
    """A receipt number of the operator's store. Raises BadReceipt, ReceiptTaken."""
    number = " ".join(text.split())
    if not number or len(number) > LONGEST_ID or not number.isprintable():
        raise BadReceipt(LONGEST_ID)
    key = (source(work, actor), number)
    if before := work.purchases.stored([key]).get(key):
        raise _taken(before)
    return number


def award(work: Work, receipt: Receipt, actor: Actor, now: datetime) -> Outcome:
    """Books the purchase and tells its member (SEMANTICS: Purchases). One receipt of a store is
    booked once. Raises OwnMembership, ReceiptTaken, MemberFrozen, MemberClosed."""
    not_own(receipt.own, receipt.member_id)
    member = work.members.get(receipt.member_id)
    store = work.stores.by_id(actor.store_id) if actor.store_id else None
    order = Order(
        source(work, actor),
        receipt.number,
        now,
        receipt.amount.currency,
        receipt.amount.minor,
        (Line(receipt.amount.minor),),
        store.code if store else "",
    )
    incoming = Incoming(
        order, (Claim("number", member.number),), CHANNEL, actor.staff_id, actor.store_id
    )
    try:
        return purchases.book(work, incoming, now)
    except KeyConflict:
        key = (order.source, order.order_id)
        raise _taken(work.purchases.stored([key])[key]) from None


def source(work: Work, actor: Actor) -> str:
    """The source of an operator's receipts: `till:` and the code of their store."""
    store = work.stores.by_id(actor.store_id) if actor.store_id else None
    return f"{SOURCE}{store.code if store else NOWHERE}"


def _taken(before: Purchase) -> ReceiptTaken:
    return ReceiptTaken(before.order_id, before.day, Money(before.minor, before.currency))
