"""What every entry at a counter shares: the store's receipt numbers, and the limits of a shift."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, NamedTuple

from domain.club_errors import BadReceipt, ReceiptTaken
from domain.counter import ReceiptOverLimit, ShiftMoneyUsed, ShiftReceiptsUsed
from domain.dates import local_day
from domain.money import Money
from domain.programme import Programme
from domain.purchases import LONGEST_ID
from domain.receipts import plain_number
from services.ports import Work
from services.ports.club import Actor, Store
from services.ports.sales import VOID, Purchase

SOURCE: Final = "till:"
NOWHERE: Final = "-"
AGAIN: Final = "#"
LONGEST_RECEIPT: Final = LONGEST_ID - 4  # room for AGAIN and a number


class Left(NamedTuple):
    """What remains of a shift, receipts and money; None: no limit."""

    receipts: int | None
    money: Money | None


# -- receipts ---------------------------------------------------------------------------


def source(work: Work, actor: Actor) -> str:
    """The source of an operator's receipts: `till:` and the code of their store."""
    store = store_of(work, actor)
    return f"{SOURCE}{store.code if store else NOWHERE}"


def store_of(work: Work, actor: Actor) -> Store | None:
    """The operator's store, if they are bound to one."""
    return work.stores.by_id(actor.store_id) if actor.store_id else None


def read_number(text: str) -> str:
    """A receipt number as it is kept; raises BadReceipt."""
    number = plain_number(text)
    if not number or len(number) > LONGEST_RECEIPT or not number.isprintable():
        raise BadReceipt(LONGEST_RECEIPT)
    return number


def order_id(work: Work, actor: Actor, number: str) -> tuple[str, Purchase | None]:
    """The order id of a receipt, and the purchase that has it. What is void keeps its id: the
    receipt is then booked as `A-77#2`."""
    place, found, times = source(work, actor), number, 1
    while True:
        before = work.purchases.stored([(place, found)]).get((place, found))
        if before is None or before.state != VOID:
            return found, before
        times += 1
        found = f"{number}{AGAIN}{times}"


def receipt_number(order_id: str) -> str:
    """The number that stands on the receipt of an order entered at the counter."""
    number, again, times = order_id.rpartition(AGAIN)
    return number if again and times.isdecimal() else order_id


def taken(before: Purchase) -> ReceiptTaken:
    """The refusal of a receipt that was booked before."""
    number = receipt_number(before.order_id)
    return ReceiptTaken(number, before.day, Money(before.minor, before.currency))


# -- the shift --------------------------------------------------------------------------


def check_receipt(programme: Programme, amount: Money) -> None:
    """Raises ReceiptOverLimit for more than one receipt may be worth."""
    limit = programme.counter.per_receipt
    if limit is not None and amount.minor > limit:
        raise ReceiptOverLimit(amount, Money(limit, programme.currency))


def shift(work: Work, programme: Programme, actor: Actor, at: datetime) -> date:
    """The local day at the operator's store."""
    store = store_of(work, actor)
    return local_day(at, (store.zone if store else "") or programme.zone)


def use_shift(
    work: Work, programme: Programme, amount: Money, actor: Actor, now: datetime
) -> None:
    """Counts one more receipt of the operator's shift; raises ShiftReceiptsUsed, ShiftMoneyUsed.
    The API and the command line have no shifts."""
    if actor.staff_id is None:
        return
    limits, day = programme.counter, shift(work, programme, actor, now)
    most, money = limits.receipts_per_shift, limits.money_per_shift
    if work.shifts.use(actor.staff_id, day, amount.minor, most, money):
        return
    used = work.shifts.used(actor.staff_id, day)
    if most is not None and used.receipts >= most:
        raise ShiftReceiptsUsed(most)
    assert money is not None
    left = Money(max(money - used.minor, 0), programme.currency)
    raise ShiftMoneyUsed(amount, Money(money, programme.currency), left)


def give_back(
    work: Work, staff_id: int | None, store_id: int | None, minor: int, at: datetime
) -> None:
    """The shift in which somebody entered a receipt has it again."""
    if staff_id is not None:
        actor = Actor("", staff_id, store_id)
        day = shift(work, work.programmes.current(), actor, at)
        work.shifts.give_back(staff_id, day, minor)


def left(work: Work, programme: Programme, actor: Actor, now: datetime) -> Left:
    """What remains of the operator's shift."""
    limits, day = programme.counter, shift(work, programme, actor, now)
    used = work.shifts.used(actor.staff_id or 0, day)
    most, money = limits.receipts_per_shift, limits.money_per_shift
    return Left(
        None if most is None else max(most - used.receipts, 0),
        None if money is None else Money(max(money - used.minor, 0), programme.currency),
    )
