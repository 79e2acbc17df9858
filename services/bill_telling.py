"""What members and tills are shown of a bill: its steps line by line, the receipt, the undoing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.bill_rules import BillStep
from domain.bills import Step
from domain.dates import local_day
from domain.earning import active_from
from domain.money import Money
from domain.points import Unit
from services import levels
from services.booking import Outcome
from services.paying import CameBack
from services.ports import Work
from services.ports.bills import KeptBill
from services.ports.post import Notice
from services.ports.sales import Purchase


def lines(work: Work, steps: Iterable[Step], currency: str) -> list[dict[str, Any]]:
    """Every step for a text: what kind, what it takes off, what is left after it."""
    return [_line(work, step, currency) for step in steps]


def _line(work: Work, step: Step, currency: str) -> dict[str, Any]:
    voucher = work.vouchers.get(step.voucher_id) if step.voucher_id is not None else None
    return {
        "kind": str(step.kind),
        "off": Money(step.off, currency),
        "after": Money(step.after, currency),
        "points": step.points,
        "names": dict(voucher.names) if voucher else {},
    }


def receipt(work: Work, kept: KeptBill, outcome: Outcome, now: datetime) -> None:
    """The member's receipt, with every step and the points that came of it."""
    purchase = outcome.purchase
    assert purchase.member_id is not None
    store = work.stores.by_id(purchase.store_id) if purchase.store_id else None
    values = {
        "gross": Money(kept.gross, purchase.currency),
        "lines": lines(work, kept.steps, purchase.currency),
        "to_pay": Money(kept.to_pay, purchase.currency),
        "store": store.name if store else "",
        "points": purchase.points,
        "pending": _pending(work, purchase, now),
        "available": work.ledger.summary(purchase.member_id, Unit.POINTS, now).available,
        "credit": _credit(work, kept, purchase, now),
    }
    why = ((("button.why", "history.why", (str(purchase.posting_id),)),),)
    notice = Notice("bill.receipt", values, why, dedupe=f"purchase:{purchase.id}")
    work.deliveries.to_member(purchase.member_id, notice, now)
    if outcome.raised_to:
        occasion = f"purchase:{purchase.id}"
        levels.tell_risen(work, purchase.member_id, outcome.raised_to, occasion, now)


def undone(work: Work, purchase: Purchase, back: CameBack, now: datetime) -> None:
    """Tells the member that a bill was taken back, which vouchers had expired meanwhile, and what
    they have now."""
    assert purchase.member_id is not None
    kept = work.bills.get(purchase.id)
    paid = kept.to_pay if kept else purchase.minor
    has = work.ledger.summary(purchase.member_id, Unit.POINTS, now).available
    values = {
        "amount": Money(kept.gross if kept else purchase.minor, purchase.currency),
        "money": Money(paid, purchase.currency) if paid else None,
        "opened": [dict(names) for names in back.opened],
        "expired": [dict(names) for names in back.expired],
        "available": has,
    }
    notice = Notice("bill.told_undone", values, dedupe=f"undo:{purchase.id}")
    work.deliveries.to_member(purchase.member_id, notice, now)


def _pending(work: Work, purchase: Purchase, now: datetime) -> Any:
    """The day from which the points can be used; None when that is now."""
    programme = work.programmes.current()
    start = active_from(programme, purchase.occurred_at)
    return local_day(start, programme.zone) if start > now else None


def _credit(work: Work, kept: KeptBill, purchase: Purchase, now: datetime) -> Money | None:
    """What is left of the stored value, if some of it was spent."""
    if not any(step.kind is BillStep.CREDIT for step in kept.steps):
        return None
    assert purchase.member_id is not None
    has = work.ledger.summary(purchase.member_id, Unit.CREDIT, now)
    return Money(has.available, purchase.currency)
