"""Orders that vouchers lead to (监督权益落实), and what redeeming and the till do to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.dates import local_day
from domain.fulfilments import OPEN, Fulfilment, OrderState
from domain.vouchers import Voucher
from services.ports import Work
from services.ports.club import Actor


def order(work: Work, voucher: Voucher, now: datetime) -> Fulfilment | None:
    """Orders what a voucher promises, due after the benefit's days to make it ready; None if
    nothing has to be made ready. Twice changes nothing."""
    days = voucher.promise.get("ready_days")
    if days is None:
        return None
    due_on = local_day(now, work.programmes.current().zone) + timedelta(days=int(days))
    made = Fulfilment(
        voucher.id, voucher.benefit_id, voucher.member_id, OrderState.ORDERED, now, due_on
    )
    work.fulfilments.add(made)
    return work.fulfilments.get(voucher.id)


def withdraw(work: Work, voucher_id: int, now: datetime) -> bool:
    """The voucher was cancelled, so nobody need go on; False if there was nothing open."""
    return work.fulfilments.move(voucher_id, OPEN, OrderState.CANCELLED, {})


def handed_over(work: Work, voucher_id: int, staff: Actor, now: datetime) -> bool:
    """The voucher was used, so its member has what was promised; False if there was nothing
    open."""
    given = {"delivered_at": now, "staff_id": staff.staff_id}
    return work.fulfilments.move(voucher_id, OPEN, OrderState.DELIVERED, given)


def taken_back(work: Work, voucher_id: int, now: datetime) -> bool:
    """Using the voucher was undone: what it promised waits for its member again."""
    waits = {"delivered_at": None}
    return work.fulfilments.move(voucher_id, (OrderState.DELIVERED,), OrderState.READY, waits)


def passed_on(work: Work, voucher_id: int, member_id: int) -> None:
    """The voucher belongs to another member now, and its order with it."""
    work.fulfilments.change(voucher_id, {"member_id": member_id})


def withdraw_all(work: Work, member_id: int) -> None:
    """Its member leaves for good: nobody need go on with anything."""
    for one in work.fulfilments.open_of(member_id):
        work.fulfilments.move(one.voucher_id, OPEN, OrderState.CANCELLED, {})


def state(work: Work, voucher_id: int) -> Fulfilment | None:
    """How the order of a voucher stands, None if it needs none."""
    return work.fulfilments.get(voucher_id)
