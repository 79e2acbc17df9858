"""What staff see of orders and do with them: ready, handed over, a note, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.dates import local_day
from domain.fulfilment_errors import OrderMoved, OrderNotFound
from domain.fulfilments import LONGEST_NOTE, OPEN, Fulfilment, OrderState
from domain.points import day_before
from domain.texts import check_text
from domain.till_errors import OwnVoucher
from domain.vouchers import VoucherState
from services import fulfilling, vouchers
from services.finding import standing
from services.masks import Masked, masked
from services.ports import Work
from services.ports.club import Actor, Store
from services.ports.post import Notice

PERMISSION: Final = "order:fulfil"
PAGE: Final = 6
ALL, LATE, READY = FILTERS = ("all", "late", "ready")


@dataclass(frozen=True, slots=True)
class View:
    """An order as staff see it. `late`: days; `voucher`: its state by the clock; `last_day`: until
    when the member can have it; `staff` who had it last, "" if nobody did."""

    order: Fulfilment
    names: Mapping[str, str]
    member: Masked
    voucher: VoucherState
    last_day: date
    late: int
    store: Store | None
    staff: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the open orders. `only`: one of FILTERS; counts are of all pages."""

    views: tuple[View, ...]
    only: str
    page: int
    pages: int
    open: int
    late: int


# -- what staff see ---------------------------------------------------------------------


def today(work: Work, now: datetime) -> date:
    """The programme's day, by which orders are due."""
    return local_day(now, work.programmes.current().zone)


def page(work: Work, only: str, number: int, now: datetime) -> Page:
    """Open orders, what is due first at the top and what is ready at the end."""
    states, before = _asked(only, today(work, now))
    found = work.fulfilments.count(states, before)
    pages = max(1, -(-found // PAGE))
    number = min(max(number, 0), pages - 1)
    rows = work.fulfilments.listed(states, before, PAGE, number * PAGE)
    return Page(
        tuple(_view(work, one, now) for one in rows),
        only,
        number,
        pages,
        work.fulfilments.count(OPEN, None),
        work.fulfilments.count((OrderState.ORDERED,), today(work, now)),
    )


def listed(work: Work, only: str, now: datetime, most: int) -> list[View]:
    """Open orders from the top, all of them or those of one of FILTERS."""
    states, before = _asked(only, today(work, now))
    return [_view(work, one, now) for one in work.fulfilments.listed(states, before, most, 0)]


def view(work: Work, voucher_id: int, now: datetime) -> View:
    """One order; raises OrderNotFound."""
    found = work.fulfilments.get(voucher_id)
    if found is None:
        raise OrderNotFound
    return _view(work, found, now)


def _asked(only: str, day: date) -> tuple[tuple[OrderState, ...], date | None]:
    if only == LATE:
        return (OrderState.ORDERED,), day
    return ((OrderState.READY,), None) if only == READY else (OPEN, None)


def _view(work: Work, one: Fulfilment, now: datetime) -> View:
    found = work.vouchers.get(one.voucher_id)
    assert found is not None
    voucher = fulfilling.as_kept(work, found, now)
    zone = work.programmes.current().zone
    return View(
        one,
        voucher.names,
        masked(work, voucher.member_id),
        voucher.state_at(now),
        day_before(voucher.expires_at, zone),
        one.days_late(local_day(now, zone)),
        work.stores.by_id(one.store_id) if one.store_id else None,
        _name(work, one.staff_id),
    )


def _name(work: Work, staff_id: int | None) -> str:
    return next((one.name for one in work.staff.all() if one.id == staff_id), "")


# -- what staff do ----------------------------------------------------------------------


def make_ready(
    work: Work, voucher_id: int, store_id: int | None, staff: Actor, now: datetime
) -> View:
    """It waits for its member, at a store if one is named; the member is told where and until
    when, which is FETCH_DAYS at least. Raises OrderNotFound, OrderMoved."""
    fulfilling.keep(work, voucher_id, staff, now)
    changes = {"ready_at": now, "staff_id": staff.staff_id, "store_id": store_id}
    if _move(work, voucher_id, (OrderState.ORDERED,), OrderState.READY, changes, staff):
        _audit(work, "order.ready", voucher_id, staff, now, {"store": store_id})
        _tell_ready(work, view(work, voucher_id, now), now)
    return view(work, voucher_id, now)


def deliver(
    work: Work, voucher_id: int, own: int | None, staff: Actor, *, key: str, now: datetime
) -> View:
    """The member has it, which uses the voucher; one that was used at the till or has lapsed
    meanwhile stays as it is. `own`: the operator's own membership. Raises OrderNotFound,
    OrderMoved, OwnVoucher, and as vouchers.use.
    """
    seen = view(work, voucher_id, now)
    if own is not None and standing(work, seen.order.member_id).id == own:
        raise OwnVoucher
    detail = {"voucher": str(seen.voucher)}
    if seen.order.state in OPEN and seen.voucher in (VoucherState.ISSUED, VoucherState.HELD):
        vouchers.use(work, voucher_id, staff, key=key, now=now, own=own)
        fulfilling.handed_over(work, voucher_id, staff, now)
        _audit(work, "order.deliver", voucher_id, staff, now, detail)
        return view(work, voucher_id, now)
    changes = {"delivered_at": now, "staff_id": staff.staff_id}
    if _move(work, voucher_id, OPEN, OrderState.DELIVERED, changes, staff):
        _audit(work, "order.deliver", voucher_id, staff, now, detail)
    return view(work, voucher_id, now)


def close(work: Work, voucher_id: int, staff: Actor, now: datetime) -> View:
    """It was ready, nobody has fetched it and the voucher is over.

    Raises OrderNotFound, OrderMoved.
    """
    seen = view(work, voucher_id, now)
    if seen.order.state in OPEN and seen.voucher in (VoucherState.ISSUED, VoucherState.HELD):
        raise OrderMoved(str(seen.order.state), "")
    changes = {"staff_id": staff.staff_id}
    if _move(work, voucher_id, OPEN, OrderState.CANCELLED, changes, staff):
        _audit(work, "order.close", voucher_id, staff, now, {"voucher": str(seen.voucher)})
    return view(work, voucher_id, now)


def write_note(work: Work, voucher_id: int, text: str, staff: Actor, now: datetime) -> View:
    """Keeps a note of the staff, in place of an earlier one. Raises OrderNotFound, BadText."""
    view(work, voucher_id, now)
    work.fulfilments.change(voucher_id, {"note": check_text(text, LONGEST_NOTE)})
    _audit(work, "order.note", voucher_id, staff, now, {})
    return view(work, voucher_id, now)


def _move(
    work: Work,
    voucher_id: int,
    before: tuple[OrderState, ...],
    after: OrderState,
    changes: dict[str, Any],
    staff: Actor,
) -> bool:
    """Whether this call has moved the order; False if the same operator had done so before.
    Raises OrderNotFound, OrderMoved."""
    if work.fulfilments.move(voucher_id, before, after, changes):
        return True
    found = work.fulfilments.get(voucher_id)
    if found is None:
        raise OrderNotFound
    if found.state is after and found.staff_id == staff.staff_id:
        return False
    raise OrderMoved(str(found.state), _name(work, found.staff_id))


def _audit(
    work: Work, action: str, voucher_id: int, staff: Actor, now: datetime, detail: dict[str, Any]
) -> None:
    work.audit.add(staff, action, ("order", voucher_id), now, detail)


def _tell_ready(work: Work, seen: View, now: datetime) -> None:
    store = seen.store
    values = {
        "names": dict(seen.names),
        "store": store.name if store else "",
        "hours": store.hours if store else "",
        "last_day": seen.last_day,
    }
    voucher_id = seen.order.voucher_id
    show = (("order.button_voucher", "voucher.show", (str(voucher_id),)),)
    notice = Notice("order.told_ready", values, (show,), dedupe=f"order_ready:{voucher_id}")
    voucher = work.vouchers.get(voucher_id)
    assert voucher is not None
    work.deliveries.to_member(voucher.member_id, notice, now)
