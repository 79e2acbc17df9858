"""Refunds of purchases, whole or in part: exact lines, exact points, and the arithmetic told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.dates import to_ms
from domain.earning import Facts, earn
from domain.errors import KeyConflict, PurchaseInvalid
from domain.ledger import Entry
from domain.money import Money
from domain.points import Unit
from domain.purchases import (
    LONGEST_ID,
    Order,
    RefundLine,
    Returned,
    reduced,
    refund_amount,
    refund_lines,
    refund_whole,
)
from domain.refunds import Refunded, TakenBack, take_back
from services import purchases
from services.ports import Work
from services.ports.post import Notice
from services.ports.sales import VOID, Purchase, Refund


@dataclass(frozen=True, slots=True)
class Asked:
    """A refund as it comes: the whole (neither amount nor lines), an amount, or lines."""

    source: str
    order_id: str
    refund_id: str
    occurred_at: datetime
    minor: int | None = None
    lines: tuple[RefundLine, ...] = ()
    staff_id: int | None = None
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refund did. `new` is False for one that was booked before; `arithmetic` is None
    when no points were touched or it was booked before."""

    refund: Refund
    purchase: Purchase
    new: bool
    arithmetic: TakenBack | None = None


def refund(work: Work, asked: Asked, now: datetime, *, tell: bool = True) -> Outcome:
    """Books a refund and takes back its points. SEMANTICS: Points, refunds of purchases.

    The same refund again changes nothing. Raises PurchaseNotFound, AlreadyRefunded,
    RefundTooLarge, RefundInvalid, KeyConflict.
    """
    if not asked.refund_id.strip() or len(asked.refund_id) > LONGEST_ID:
        raise PurchaseInvalid("refund_id", given=asked.refund_id[:LONGEST_ID])
    work.purchases.claim([(asked.source, asked.order_id)])
    purchase = purchases.locked(work, purchases.find(work, asked.source, asked.order_id).id)
    fingerprint = _fingerprint(work, asked)
    if before := work.purchases.refund((asked.source, asked.refund_id)):
        if before.content_hash != fingerprint:
            raise KeyConflict(f"{asked.source}/{asked.refund_id}")
        return Outcome(before, purchase, new=False)
    if purchase.state == VOID:
        raise PurchaseInvalid("void", given=asked.order_id)
    order = purchases.order_of(work, purchase)
    returns = work.purchases.returns(purchase.id)
    after = _after(order, returns, asked)
    taken = _take_back(work, purchase, order, after, asked, now)
    row = _row(work, asked, purchase, (returns, after), taken, fingerprint, now)
    work.purchases.add_refund(row)
    work.purchases.note_refund(purchase.id, row.minor, row.asked_points)
    if tell and purchase.member_id is not None:
        _tell(work, purchase, row, taken, now)
    return Outcome(row, work.purchases.get(purchase.id), True, taken and taken.arithmetic)


Returns = Mapping[int, Returned]


def _after(order: Order, before: Returns, asked: Asked) -> dict[int, Returned]:
    if asked.lines:
        return refund_lines(order, before, asked.lines)
    if asked.minor is not None:
        return refund_amount(order, before, asked.minor)
    return refund_whole(order, before)


def _take_back(
    work: Work, purchase: Purchase, order: Order, after: Returns, asked: Asked, now: datetime
) -> Refunded | None:
    """The posting of what the points' arithmetic asks back; None when it asks nothing."""
    if purchase.member_id is None:
        return None
    programme = work.programmes.version(purchase.rule_version)
    facts = Facts(purchase.level, purchase.birthday_month)
    kept = earn(programme, reduced(order, after), facts).points
    if purchase.points - purchase.returned_points - kept == 0:
        return None
    lots = work.ledger.lots(purchase.member_id, Unit.POINTS)
    entry = Entry(
        work.new_id(),
        f"refund:{purchase.id}:{asked.refund_id}",
        now,
        "refund",
        str(purchase.id),
        purchase.rule_version,
        (),
        asked.staff_id,
        asked.store_id,
    )
    result = take_back(
        work.ledger.account(purchase.member_id, Unit.POINTS),
        entry,
        given=purchase.points,
        before=purchase.returned_points,
        kept=kept,
        own_lot_ids=purchases.own_lots(purchase, lots),
        lots=lots,
        policy=programme.refunds.policy,
    )
    work.ledger.append(result.booked, "")
    return result


def _row(
    work: Work,
    asked: Asked,
    purchase: Purchase,
    states: tuple[Returns, Returns],
    taken: Refunded | None,
    fingerprint: str,
    now: datetime,
) -> Refund:
    before, after = states
    return Refund(
        id=work.new_id(),
        source=asked.source,
        refund_id=asked.refund_id,
        content_hash=fingerprint,
        purchase_id=purchase.id,
        occurred_at=asked.occurred_at,
        received_at=now,
        minor=_sum(after) - _sum(before),
        returns=after,
        posting_id=taken.posting.id if taken else None,
        asked_points=taken.arithmetic.asked if taken else 0,
        taken_points=taken.arithmetic.taken if taken else 0,
        staff_id=asked.staff_id,
        store_id=asked.store_id,
    )


def _sum(returns: Returns) -> int:
    return sum(back.minor for back in returns.values())


def _fingerprint(work: Work, asked: Asked) -> str:
    lines: Sequence[str] = [f"{x.line}|{x.quantity}|{x.minor}" for x in asked.lines]
    parts = (asked.source, asked.order_id, asked.refund_id, str(to_ms(asked.occurred_at)))
    return work.vault.index("refund", "|".join((*parts, str(asked.minor), *lines)))


def _tell(
    work: Work, purchase: Purchase, row: Refund, taken: Refunded | None, now: datetime
) -> None:
    """The member is told with the arithmetic. SEMANTICS: Points."""
    assert purchase.member_id is not None
    sums = taken.arithmetic if taken else None
    values = {
        "amount": Money(row.minor, purchase.currency),
        "given": sums.given if sums else purchase.points,
        "before": sums.before if sums else purchase.returned_points,
        "kept": sums.kept if sums else purchase.points - purchase.returned_points,
        "asked": sums.asked if sums else 0,
        "taken": sums.taken if sums else 0,
        "debt": sums.debt if sums else 0,
        "forgone": sums.forgone if sums else 0,
        "available": work.ledger.summary(purchase.member_id, Unit.POINTS, now).available,
    }
    notice = Notice("purchase.refunded", values, dedupe=f"refund:{row.id}")
    work.deliveries.to_member(purchase.member_id, notice, now)
