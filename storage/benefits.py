"""Benefits: what is offered, the stock that is left, and how often each member had it."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, or_, select, update

from domain.benefits import Benefit
from domain.programme import Per
from storage.dialect import Upsert
from storage.ids import Ids
from storage.tables import benefits

_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]
_uses = benefits.BenefitUse.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Benefit))
_MAPS = ("names", "terms", "detail", "level_prices", "early_hours")

_all = select(_benefits).order_by(_benefits.c.place, _benefits.c.price, _benefits.c.id)
_get = select(_benefits).where(_benefits.c.id == bindparam("id"))
# Locked, so that nothing is redeemed between reading what is left and writing it anew.
_by_key = select(_benefits).where(_benefits.c.key == bindparam("key")).with_for_update()
_add = Upsert(benefits.Benefit, ("key",))
_change = update(_benefits).where(_benefits.c.id == bindparam("of"))
_take = (
    update(_benefits)
    .where(
        _benefits.c.id == bindparam("of"),
        or_(_benefits.c.stock.is_(None), _benefits.c.stock > 0),
    )
    .values(stock=_benefits.c.stock - 1)
)
_first_use = Upsert(benefits.BenefitUse, ("benefit_id", "member_id", "period"))
_one_use = _uses.c.benefit_id == bindparam("of"), _uses.c.member_id == bindparam("member")
_use = (
    update(_uses)
    .where(*_one_use, _uses.c.period == bindparam("in_period"))
    .values(used=_uses.c.used + 1)
)
_use_below = _use.where(_uses.c.used < bindparam("most"))
_used = select(_uses.c.benefit_id, _uses.c.used).where(_uses.c.member_id == bindparam("member"))


class Benefits:
    """The register of benefits (services.ports.benefits.Benefits)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def all(self) -> list[Benefit]:
        return [_benefit(row) for row in self._db.execute(_all).mappings()]

    def get(self, benefit_id: int) -> Benefit | None:
        row = self._db.execute(_get, {"id": benefit_id}).mappings().one_or_none()
        return _benefit(row) if row else None

    def save(self, benefit: Benefit, content_hash: str, now: datetime) -> str:
        old = self._db.execute(_by_key, {"key": benefit.key}).mappings().one_or_none()
        if old and old["content_hash"] == content_hash:
            return "same"
        row = {**_columns(benefit), "content_hash": content_hash, "changed_at": now}
        if old is None:
            new = {"id": self._ids.next(), "stock_given": benefit.stock}
            _add.run(self._db, {**row, **new})
            return "added"
        left = _left(benefit.stock, old)
        if left is not None and left < 0:
            return "gone"
        row |= {"stock": left, "stock_given": benefit.stock}
        self._db.execute(_change.values(**row), {"of": old["id"]})
        return "changed"

    def take_stock(self, benefit_id: int) -> bool:
        return bool(self._db.execute(_take, {"of": benefit_id}).rowcount == 1)

    def take_use(self, benefit_id: int, member_id: int, period: str, most: int | None) -> bool:
        row = {"benefit_id": benefit_id, "member_id": member_id, "period": period, "used": 0}
        _first_use.run(self._db, row)
        key = {"of": benefit_id, "member": member_id, "in_period": period}
        if most is None:
            return bool(self._db.execute(_use, key).rowcount == 1)
        return bool(self._db.execute(_use_below, {**key, "most": most}).rowcount == 1)

    def uses(self, member_id: int) -> dict[int, int]:
        return {row[0]: row[1] for row in self._db.execute(_used, {"member": member_id})}


def _left(given: int | None, old: Any) -> int | None:
    """What is left when the number given changes: less what has gone already."""
    if given is None or old["stock_given"] is None:
        return given
    gone: int = old["stock_given"] - old["stock"]
    return given - gone


def _columns(benefit: Benefit) -> dict[str, Any]:
    row = {name: getattr(benefit, name) for name in _FIELDS if name != "id"}
    maps = {name: dict(row[name]) for name in _MAPS}
    return {**row, **maps, "levels": list(benefit.levels), "per": str(benefit.per)}


def _benefit(row: Any) -> Benefit:
    values = {name: row[name] for name in _FIELDS}
    return Benefit(**{**values, "levels": tuple(row["levels"]), "per": Per(row["per"])})
