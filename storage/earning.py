"""What stands beside purchases: payments, uses of rules, sums under caps, own lots."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy import Connection as Db

from domain.ledger import Kind
from domain.points import Unit
from services.ports.earning import Paid, RuleUse
from services.ports.sales import BOOKED, Purchase
from storage.bulk import Bulk
from storage.listed import Listed
from storage.tables import adjustments, ledger
from storage.tables import purchases as tables
from storage.types import to_millis

_purchases = tables.Purchase.__table__  # type: ignore[attr-defined]
_payments = tables.PurchasePayment.__table__  # type: ignore[attr-defined]
_uses = tables.RuleUse.__table__  # type: ignore[attr-defined]
_lots = ledger.Lot.__table__  # type: ignore[attr-defined]
_moves = ledger.LotMove.__table__  # type: ignore[attr-defined]
_postings = ledger.Posting.__table__  # type: ignore[attr-defined]
_reinstated = adjustments.Reinstatement.__table__  # type: ignore[attr-defined]

# Postings whose lots go on being those of an earlier one: what came back, what changed hands.
_HANDED_ON = (Kind.RETURNED, Kind.RELEASED, Kind.REVERSED, Kind.TRANSFERRED, Kind.REINSTATED)

_ids: Any = bindparam("ids", expanding=True)
_of_purchase = (
    select(_payments)
    .where(_payments.c.purchase_id == bindparam("id"))
    .order_by(_payments.c.position)
)
_came_back = (
    update(_payments)
    .where(_payments.c.purchase_id == bindparam("of"), _payments.c.position == bindparam("number"))
    .values(returned_minor=_payments.c.returned_minor + bindparam("back"))
)
_used = select(_uses.c.member_id, _uses.c.rule, _uses.c.day).where(
    _uses.c.member_id.in_(_ids), _uses.c.rule.in_(bindparam("rules", expanding=True))
)
_drop = delete(_uses).where(_uses.c.purchase_id == bindparam("of"))
_earned = Listed(
    select(
        _purchases.c.member_id,
        _purchases.c.day,
        func.sum(_purchases.c.points - _purchases.c.taken_points - _purchases.c.lapsed_points),
    )
    .where(
        _purchases.c.member_id.in_(_ids),
        _purchases.c.state == BOOKED,
        _purchases.c.day.between(bindparam("first"), bindparam("last")),
    )
    .group_by(_purchases.c.member_id, _purchases.c.day)
)
# A literal, so that both databases see that the partial index of open lots fits.
_lapsed = (
    select(_lots.c.member_id, func.sum(_lots.c.left))
    .where(
        _lots.c.member_id.in_(_ids),
        _lots.c.unit == Unit.POINTS.value,
        _lots.c.left > literal_column("0"),
        type_coerce(_lots.c.expires_at, BigInteger) <= bindparam("now", type_=BigInteger),
    )
    .group_by(_lots.c.member_id)
)
_made = select(_lots.c.id).where(_lots.c.posting_id == bindparam("posting"))
_handed_on = (
    select(_lots.c.id)
    .join(_postings, _postings.c.id == _lots.c.posting_id)
    .where(
        _postings.c.member_id.in_(_ids),
        _postings.c.unit == Unit.POINTS.value,
        _postings.c.kind.in_([kind.value for kind in _HANDED_ON]),
        _lots.c.source_type == "purchase",
        _lots.c.source_id == bindparam("source"),
    )
)
_given_again = (
    select(func.coalesce(func.sum(_reinstated.c.amount), 0))
    .where(_reinstated.c.expired_id == _postings.c.id)
    .scalar_subquery()
)
_expired = (
    select(func.sum(_moves.c.amount), _postings.c.expired - _given_again)
    .select_from(_moves.join(_postings, _postings.c.id == _moves.c.posting_id))
    .where(_moves.c.lot_id.in_(_ids), _postings.c.kind == Kind.EXPIRED.value)
    .group_by(_postings.c.id, _postings.c.expired)
)

_insert_payments = Bulk(tables.PurchasePayment)
_insert_uses = Bulk(tables.RuleUse)


class Earnings:
    """What stands beside purchases (services.ports.earning.Earnings)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    # -- what was paid otherwise --------------------------------------------------------

    def add_payments(self, payments: Sequence[Paid]) -> None:
        names = Paid.__dataclass_fields__
        rows = [tuple(getattr(one, name) for name in names) for one in payments]
        _insert_payments.run(self._db, rows)

    def payments(self, purchase_id: int) -> list[Paid]:
        return [Paid(*row) for row in self._db.execute(_of_purchase, {"id": purchase_id})]

    def payment_returned(self, purchase_id: int, position: int, minor: int) -> None:
        self._db.execute(_came_back, {"of": purchase_id, "number": position, "back": minor})

    # -- what limits earning ------------------------------------------------------------

    def uses(
        self, member_ids: Collection[int], rules: Collection[str]
    ) -> dict[int, dict[str, list[date]]]:
        found: dict[int, dict[str, list[date]]] = {member_id: {} for member_id in member_ids}
        values = {"ids": list(member_ids), "rules": list(rules)}
        for member_id, rule, day in self._db.execute(_used, values):
            found[member_id].setdefault(rule, []).append(date.fromordinal(day))
        return found

    def add_uses(self, uses: Sequence[RuleUse]) -> None:
        _insert_uses.run(
            self._db,
            [
                (use.id, use.member_id, use.rule, use.day.toordinal(), use.purchase_id)
                for use in uses
            ],
        )

    def drop_uses(self, purchase_id: int) -> None:
        self._db.execute(_drop, {"of": purchase_id})

    def earned(
        self, member_ids: Collection[int], first: date, last: date
    ) -> dict[int, dict[date, int]]:
        found: dict[int, dict[date, int]] = {member_id: {} for member_id in member_ids}
        days = {"first": first.toordinal(), "last": last.toordinal()}
        for member_id, day, points in _earned.rows(self._db, member_ids, **days):
            found[member_id][date.fromordinal(day)] = int(points)
        return found

    def lapsed(self, member_ids: Collection[int], now: datetime) -> dict[int, int]:
        values = {"ids": list(member_ids), "now": to_millis(now)}
        return {member_id: int(left) for member_id, left in self._db.execute(_lapsed, values)}

    # -- what became of a purchase's points ---------------------------------------------

    def own_lots(self, purchase: Purchase, member_ids: Collection[int]) -> set[int]:
        made = self._db.execute(_made, {"posting": purchase.posting_id}).scalars()
        handed = {"ids": list(member_ids), "source": str(purchase.id)}
        return {*made, *self._db.execute(_handed_on, handed).scalars()}

    def expired_of(self, lot_ids: Collection[int]) -> int:
        found = self._db.execute(_expired, {"ids": list(lot_ids)})
        return sum(min(int(mine), int(gone)) for mine, gone in found)
