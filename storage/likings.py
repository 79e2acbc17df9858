"""What members seem to like: redemptions counted by night, and purchases of a benefit's goods."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, func, insert, literal_column, select

from domain.likings import Demand, Demands
from services.ports.sales import BOOKED
from storage.dialect import Upsert
from storage.prepared import Prepared
from storage.tables import benefits, catalogue, purchases

FRESH_SECONDS = 60.0
MOST = 100_000
"""Redemptions that are counted: beyond it the order says nothing new."""

_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_demand = catalogue.BenefitDemand.__table__  # type: ignore[attr-defined]
_goods = catalogue.BenefitGood.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]
_lines = purchases.PurchaseLine.__table__  # type: ignore[attr-defined]

_all = Prepared(select(_demand.c.benefit_id, _demand.c.redeemed, _demand.c.goods))
_newest = (
    select(_purchases.c.id)
    .where(
        _purchases.c.member_id == bindparam("member"),
        _purchases.c.state == literal_column(f"'{BOOKED}'"),
    )
    .order_by(_purchases.c.day.desc())
    .limit(bindparam("most"))
    .subquery()
)
_bought = Prepared(
    select(_goods.c.benefit_id, func.count())
    .select_from(
        _newest.join(_lines, _lines.c.purchase_id == _newest.c.id).join(
            _goods, _goods.c.sku == _lines.c.sku
        )
    )
    .group_by(_goods.c.benefit_id)
)
_after = (
    select(_benefits.c.id)
    .where(_benefits.c.id > bindparam("after"))
    .order_by(_benefits.c.id)
    .limit(bindparam("most"))
)
_redeemed = select(func.count()).select_from(
    select(_vouchers.c.id)
    .where(_vouchers.c.benefit_id == bindparam("of"), _vouchers.c.issued_at >= bindparam("since"))
    .limit(MOST)
    .subquery()
)
_by_key = select(_benefits.c.id).where(_benefits.c.key == bindparam("key"))
_count_goods = select(func.count()).where(_goods.c.benefit_id == bindparam("of"))
_known = select(_demand.c.redeemed).where(_demand.c.benefit_id == bindparam("of"))
_put = Upsert(catalogue.BenefitDemand, ("benefit_id",), update=("redeemed", "goods"))
_forget = delete(_goods).where(_goods.c.benefit_id == bindparam("of"))
_add = insert(_goods)


@dataclass(slots=True)
class DemandCache:
    """What a process read less than a minute ago."""

    demands: Demands = field(default_factory=Demands)
    read_at: float | None = None


class Likings:
    """What the catalogue's order is made of (services.ports.likings.Likings)."""

    def __init__(self, db: Db, cache: DemandCache) -> None:
        self._db = db
        self._cache = cache

    def demand(self) -> Demands:
        now, read_at = time.monotonic(), self._cache.read_at
        if read_at is None or now - read_at >= FRESH_SECONDS:
            rows = _all.rows(self._db, {})
            found = {of: Demand(redeemed, goods) for of, redeemed, goods in rows}
            self._cache.demands = Demands(found)
            self._cache.read_at = now
        return self._cache.demands

    def bought(self, member_id: int, most: int) -> dict[int, int]:
        rows = _bought.rows(self._db, {"member": member_id, "most": most})
        return {of: lines for of, lines in rows}

    def set_goods(self, key: str, skus: Collection[str]) -> None:
        benefit_id = self._db.execute(_by_key, {"key": key}).scalar_one()
        self._db.execute(_forget, {"of": benefit_id})
        if rows := [{"sku": sku, "benefit_id": benefit_id} for sku in sorted(set(skus))]:
            self._db.execute(_add, rows)
        known = self._db.execute(_known, {"of": benefit_id}).scalar_one_or_none()
        self._keep(benefit_id, known or 0, len(rows))

    def after(self, benefit_id: int, most: int) -> list[int]:
        return list(self._db.execute(_after, {"after": benefit_id, "most": most}).scalars())

    def count(self, benefit_id: int, since: datetime) -> None:
        redeemed = self._db.execute(_redeemed, {"of": benefit_id, "since": since}).scalar_one()
        goods = self._db.execute(_count_goods, {"of": benefit_id}).scalar_one()
        self._keep(benefit_id, redeemed, goods)

    def _keep(self, benefit_id: int, redeemed: int, goods: int) -> None:
        row = {"benefit_id": benefit_id, "redeemed": redeemed, "goods": goods}
        _put.run(self._db, row)
        self._cache.read_at = None
