"""Reminders to staff of orders that are due tomorrow, due today or late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.fulfilments import OrderState
from domain.staff import ROLES, permissions
from services.orders import PERMISSION
from services.ports import Work
from services.ports.club import Operator
from services.ports.post import Notice

NAMED: Final = 5
_WAITING: Final = (OrderState.ORDERED,)


def nothing_due(work: Work, day: date) -> bool:
    """Whether nobody has to be reminded on a day."""
    return not work.fulfilments.count(_WAITING, day + timedelta(days=2))


def remind(work: Work, day: date, now: datetime, after: int, most: int) -> int | None:
    """Tells some of the staff of everything that is due by tomorrow: one message to each, so each
    order once a day. The id to go on behind, None when all were told."""
    told = [one for one in _staff(work) if one.id > after][:most]
    values = _values(work, day)
    for one in told:
        assert one.address_id is not None
        show = (("order.button_orders", "orders", ()),)
        dedupe = f"orders:{day.isoformat()}:{one.id}"
        notice = Notice("order.reminder", values, (show,), dedupe=dedupe, bulk=True)
        work.deliveries.to_address(one.address_id, notice, now)
    return told[-1].id if len(told) == most else None


def _staff(work: Work) -> list[Operator]:
    roles = frozenset(role for role in ROLES if PERMISSION in permissions(role))
    return sorted(work.staff.in_roles(roles), key=lambda one: one.id)


def _values(work: Work, day: date) -> dict[str, Any]:
    """How many are late, due today and due tomorrow, and what the first are."""
    by_tomorrow = day + timedelta(days=2)
    late = work.fulfilments.count(_WAITING, day)
    by_today = work.fulfilments.count(_WAITING, day + timedelta(days=1))
    all_ = work.fulfilments.count(_WAITING, by_tomorrow)
    first = work.fulfilments.listed(_WAITING, by_tomorrow, NAMED, 0)
    return {
        "late": late,
        "today": by_today - late,
        "tomorrow": all_ - by_today,
        "more": all_ - len(first),
        "orders": [
            {"names": _names(work, one.voucher_id), "due_on": one.due_on, "late": one.due_on < day}
            for one in first
        ],
    }


def _names(work: Work, voucher_id: int) -> dict[str, str]:
    voucher = work.vouchers.get(voucher_id)
    assert voucher is not None
    return dict(voucher.names)
