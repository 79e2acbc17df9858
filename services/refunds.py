"""Refunds of purchases, whole or in part: exact lines, exact points, and the arithmetic told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from domain.dates import to_ms
from domain.earning import earn
from domain.errors import KeyConflict, PurchaseInvalid, RefundInvalid
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
from services import growing, levels, paying, purchases, till_events
from services.limiting import facts_of
from services.paying import CameBack
from services.ports import Work
from services.ports.post import Notice
from services.ports.sales import VOID, Noted, Purchase, Refund


@dataclass(frozen=True, slots=True)
class Asked:
    """A refund as it comes: the whole (neither amount nor lines), an amount, or lines.
    `member_id`: whose order it is, if the till says so (0: somebody who is no member)."""

    source: str
    order_id: str
    refund_id: str
    occurred_at: datetime
    minor: int | None = None
    lines: tuple[RefundLine, ...] = ()
    staff_id: int | None = None
    store_id: int | None = None
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refund did. `new` is False for one that was booked before; `arithmetic` is None
    when no points were touched or it was booked before; `back`: what returned to its own."""

    refund: Refund
    purchase: Purchase
    new: bool
    arithmetic: TakenBack | None = None
    back: CameBack = field(default_factory=CameBack)


def refund(work: Work, asked: Asked, now: datetime, *, tell: bool = True) -> Outcome:
    """Books a refund and takes back its points. SEMANTICS: Points, refunds of purchases.

    The same refund again changes nothing. What was paid with points, credit or a voucher returns
    first, then points, growth and the level's basis are taken back; a level falls only at the
    nightly review. Raises PurchaseNotFound, AlreadyRefunded, RefundTooLarge, RefundInvalid,
    KeyConflict.
    """
    if not asked.refund_id.strip() or len(asked.refund_id) > LONGEST_ID:
        raise PurchaseInvalid("refund_id", given=asked.refund_id[:LONGEST_ID])
    work.purchases.claim([(asked.source, asked.order_id)])
    purchase = purchases.locked(work, purchases.find(work, asked.source, asked.order_id).id)
    fingerprint = _fingerprint(work, asked)
    if before := work.purchases.refund((asked.source, asked.refund_id)):
        if before.content_hash != fingerprint:
            raise KeyConflict(f"{asked.source}/{asked.refund_id}")
        return Outcome(before, purchase, new=False, back=CameBack(**before.back))
    if purchase.state == VOID:
        raise PurchaseInvalid("void", given=asked.order_id)
    if asked.member_id is not None and asked.member_id != (purchase.member_id or 0):
        raise RefundInvalid("member")
    return _book(work, purchase, asked, fingerprint, now, tell=tell)


def _book(
    work: Work, purchase: Purchase, asked: Asked, fingerprint: str, now: datetime, *, tell: bool
) -> Outcome:
    order = purchases.order_of(work, purchase)
    returns = work.purchases.returns(purchase.id)
    after = _after(order, returns, asked)
    number, minor = work.new_id(), _sum(after) - _sum(returns)
    key = f"refund:{number}"
    back = paying.give_back(work, purchase, minor, key=key, now=now)
    left = reduced(order, after, purchase.off_minor)
    taken = _take_back(work, purchase, left, asked, now, key)
    grown = growing.take(
        work, purchase, growing.kept(work, purchase, left.minor), key=key, now=now
    )
    row = replace(
        _row(number, asked, purchase, (minor, after), taken, fingerprint, now), back=asdict(back)
    )
    work.purchases.add_refund(row)
    till_events.refunded(
        work,
        row,
        member_id=purchase.member_id,
        money=minor if back.money is None else back.money,
        points=back.points,
        credit_minor=back.credit,
        now=now,
    )
    basis = min(purchase.basis_minor, left.minor)
    noted = Noted(minor, row.asked_points, row.taken_points, row.lapsed_points, grown, basis)
    work.purchases.note_refund(purchase.id, noted)
    found = work.purchases.get(purchase.id)
    _free_rules(work, found)
    if purchase.member_id is not None:
        levels.corrected(work, purchase.member_id, now)
    if tell and purchase.member_id is not None:
        _tell(work, purchase, row, taken, back, now)
    return Outcome(row, found, True, taken and taken.arithmetic, back)


def _free_rules(work: Work, purchase: Purchase) -> None:
    """The rules that a purchase used count as never used when all of it came back, unless the
    member kept points of it: else one could buy, spend, return and use them again."""
    forgone = purchase.returned_points - purchase.taken_points - purchase.lapsed_points
    if purchase.is_returned and not forgone:
        work.earnings.drop_uses(purchase.id)


Returns = Mapping[int, Returned]


def _after(order: Order, before: Returns, asked: Asked) -> dict[int, Returned]:
    if asked.lines:
        return refund_lines(order, before, asked.lines)
    if asked.minor is not None:
        return refund_amount(order, before, asked.minor)
    return refund_whole(order, before)


def _take_back(
    work: Work, purchase: Purchase, left: Order, asked: Asked, now: datetime, key: str
) -> Refunded | None:
    """The posting of what the points' arithmetic asks back; None when it asks nothing. `left`:
    what of the order still earns, under the rules and facts of the purchase."""
    if purchase.member_id is None:
        return None
    programme = work.programmes.version(purchase.rule_version)
    kept = earn(programme, left, facts_of(purchase)).points
    if purchase.points - purchase.returned_points - kept == 0:
        return None
    lots = work.ledger.lots(purchase.member_id, Unit.POINTS)
    entry = Entry(
        work.new_id(),
        key,
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
        policy=purchases.reach(work, purchase.member_id, programme.refunds.policy),
        lapsed=purchases.lapsed(work, purchase, lots, now),
    )
    work.ledger.append(result.booked, "")
    return result


def _row(
    number: int,
    asked: Asked,
    purchase: Purchase,
    returned: tuple[int, Returns],
    taken: Refunded | None,
    fingerprint: str,
    now: datetime,
) -> Refund:
    sums = taken.arithmetic if taken else None
    return Refund(
        id=number,
        source=asked.source,
        refund_id=asked.refund_id,
        content_hash=fingerprint,
        purchase_id=purchase.id,
        occurred_at=asked.occurred_at,
        received_at=now,
        minor=returned[0],
        returns=returned[1],
        posting_id=taken.posting.id if taken else None,
        asked_points=sums.asked if sums else 0,
        taken_points=sums.taken if sums else 0,
        staff_id=asked.staff_id,
        store_id=asked.store_id,
        lapsed_points=sums.lapsed if sums else 0,
    )


def _sum(returns: Returns) -> int:
    return sum(back.minor for back in returns.values())


def _fingerprint(work: Work, asked: Asked) -> str:
    lines: Sequence[str] = [f"{x.line}|{x.quantity}|{x.minor}" for x in asked.lines]
    parts = (asked.source, asked.order_id, asked.refund_id, str(to_ms(asked.occurred_at)))
    return work.vault.index("refund", "|".join((*parts, str(asked.minor), *lines)))


def _tell(
    work: Work,
    purchase: Purchase,
    row: Refund,
    taken: Refunded | None,
    back: CameBack,
    now: datetime,
) -> None:
    """The member is told with the arithmetic, and what returned. SEMANTICS: Points."""
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
        "lapsed": sums.lapsed if sums else 0,
        "back": {
            "money": Money(back.money, purchase.currency) if back.money else None,
            "points": back.points,
            "credit": Money(back.credit, purchase.currency) if back.credit else None,
            "opened": list(back.opened),
            "expired": list(back.expired),
        },
        "available": work.ledger.summary(purchase.member_id, Unit.POINTS, now).available,
    }
    notice = Notice("purchase.refunded", values, dedupe=f"refund:{row.id}")
    work.deliveries.to_member(purchase.member_id, notice, now)
