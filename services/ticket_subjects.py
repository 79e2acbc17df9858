"""What a ticket can be about: one of the member's own newest orders or vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from domain.ticket_errors import SubjectUnknown
from services.ports import Work
from services.ports.sales import Purchase
from services.ticket_opening import PURCHASE, VOUCHER

ORDERS: Final = 5
VOUCHERS: Final = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """An order (PURCHASE: its day, amount and shop) or a voucher (VOUCHER: its names)."""

    kind: str
    id: int
    day: date | None = None
    amount: Mapping[str, Any] | None = None
    store: str = ""
    names: Mapping[str, str] | None = None

    def values(self) -> dict[str, Any]:
        """As texts name it."""
        if self.kind == VOUCHER:
            return {"names": dict(self.names or {})}
        return {"day": self.day, "amount": dict(self.amount or {}), "store": self.store}


def newest(work: Work, member_id: int, orders: int = ORDERS) -> list[Subject]:
    """The member's newest orders, then their newest vouchers."""
    bought = work.purchases.of_member(member_id, orders)
    vouchers = work.vouchers.of_member(member_id)[:VOUCHERS]
    return [
        *(_order(work, purchase) for purchase in bought),
        *(Subject(VOUCHER, one.id, names=one.names) for one in vouchers),
    ]


def find(work: Work, member_id: int, kind: str, subject_id: int) -> Subject:
    """One of the member's own; raises SubjectUnknown."""
    found = (one for one in newest(work, member_id) if (one.kind, one.id) == (kind, subject_id))
    subject = next(found, None)
    if subject is None:
        raise SubjectUnknown
    return subject


def _order(work: Work, purchase: Purchase) -> Subject:
    store = work.stores.by_id(purchase.store_id) if purchase.store_id else None
    return Subject(
        PURCHASE,
        purchase.id,
        purchase.day,
        {"minor": purchase.minor, "currency": purchase.currency},
        store.name if store else "",
    )
