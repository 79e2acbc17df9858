"""Orders that vouchers lead to (监督权益落实), and what redeeming and the till do to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.benefits import voucher_expires
from domain.dates import local_day
from domain.fulfilments import OPEN, Fulfilment, OrderState
from domain.vouchers import Voucher, VoucherState
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

FETCH_DAYS: Final = 7
"""So many days a member has at least for fetching what is ready, however late it became so."""


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


def keep(work: Work, voucher_id: int, by: Actor, now: datetime) -> bool:
    """Extends a voucher whose order is not ready yet and which ends, or has ended, before its
    member could fetch it; False if nothing had to be done."""
    found = state(work, voucher_id)
    if found is None or found.state is not OrderState.ORDERED:
        return False
    until = _fetched_until(work, now)
    if not work.vouchers.extend(voucher_id, until):
        return False
    detail = {"until": until.isoformat()}
    work.audit.add(by, "voucher.extend", ("voucher", voucher_id), now, detail)
    return True


def revive(work: Work, voucher: Voucher, by: Actor, now: datetime) -> bool:
    """Extends a voucher that has lapsed before what it promised was ready; False for others."""
    return voucher.state_at(now) is VoucherState.EXPIRED and keep(work, voucher.id, by, now)


def as_kept(work: Work, voucher: Voucher, now: datetime) -> Voucher:
    """A voucher as it stands by the clock: one that waits for us does not lapse meanwhile."""
    over = voucher.state_at(now) is VoucherState.EXPIRED
    if not over or voucher.promise.get("ready_days") is None:
        return voucher
    found = state(work, voucher.id)
    if found is None or found.state is not OrderState.ORDERED:
        return voucher
    return replace(voucher, expires_at=_fetched_until(work, now))


def _fetched_until(work: Work, now: datetime) -> datetime:
    return voucher_expires(now, FETCH_DAYS, work.programmes.current().zone)


def withdraw(work: Work, voucher_id: int, now: datetime) -> bool:
    """The voucher was cancelled, so nobody need go on; who has made it ready is told. False if
    there was nothing open."""
    before = work.fulfilments.get(voucher_id)
    if not work.fulfilments.move(voucher_id, OPEN, OrderState.CANCELLED, {}):
        return False
    if before is not None and before.state is OrderState.READY:
        _put_back(work, before, now)
    return True


def _put_back(work: Work, order: Fulfilment, now: datetime) -> None:
    """Tells the operator who has made it ready that nobody will come for it."""
    voucher = work.vouchers.get(order.voucher_id)
    who = next((one for one in work.staff.all() if one.id == order.staff_id), None)
    if voucher is None or who is None or who.address_id is None or not who.active:
        return
    store = work.stores.by_id(order.store_id) if order.store_id else None
    values = {"names": dict(voucher.names), "store": store.name if store else ""}
    notice = Notice("order.told_withdrawn", values, dedupe=f"order_off:{order.voucher_id}")
    work.deliveries.to_address(who.address_id, notice, now)


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
