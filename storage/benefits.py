"""Benefits: what is offered, the stock that is left, and how often each member had it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, exists, or_, select, update
from sqlalchemy import Connection as Db
from sqlalchemy.dialects import postgresql, sqlite

from domain.benefits import Benefit, Stock
from domain.programme import Per
from domain.waiting import WaitState
from storage.dialect import Upsert
from storage.ids import Ids
from storage.prepared import Mapped, Prepared
from storage.settings import Settings
from storage.tables import benefits, catalogue

ENDLESS: Final = 2**31
STAMP: Final = "benefits.stamp"
"""The setting that is new whenever anything but the stock has changed."""

_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]
_uses = benefits.BenefitUse.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_waits = catalogue.BenefitWait.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Benefit))
_COLUMNS = tuple(_benefits.c.keys())
_MAPS = ("names", "terms", "detail", "level_prices", "early_hours")

_all = select(_benefits).order_by(_benefits.c.place, _benefits.c.price, _benefits.c.id)
_get = Mapped(select(_benefits).where(_benefits.c.id == bindparam("id")))
# Locked, so that nothing is redeemed between reading what is left and writing it anew. Not against
# rows that refer to it: whoever redeems has made some before they take one of the stock, and would
# wait for us while we wait for them.
_by_key = (
    select(_benefits).where(_benefits.c.key == bindparam("key")).with_for_update(key_share=True)
)
_add = Upsert(benefits.Benefit, ("key",))
_change = update(_benefits).where(_benefits.c.id == bindparam("of"))
# Nobody overtakes those who wait for it: while there are any, what comes back is theirs.
_queue = exists().where(
    _waits.c.benefit_id == _benefits.c.id, _waits.c.state == WaitState.WAITING.value
)
_take = Prepared(
    update(_benefits)
    .where(
        _benefits.c.id == bindparam("of"),
        _benefits.c.stopped.is_(False),
        or_(_benefits.c.stock.is_(None), (_benefits.c.stock > 0) & ~_queue),
    )
    .values(stock=_benefits.c.stock - 1)
    .returning(_benefits.c.stock)
)
_one = _benefits.c.id == bindparam("of")
_lock = select(_benefits).where(_one).with_for_update(key_share=True)
_reserve = update(_benefits).where(_one, _benefits.c.stock > 0).values(stock=_benefits.c.stock - 1)
_give = update(_benefits).where(_one).values(stock=_benefits.c.stock + bindparam("more"))
_more = (
    update(_benefits)
    .where(_one, _benefits.c.stock + bindparam("more") >= 0)
    .values(
        stock=_benefits.c.stock + bindparam("more"),
        stock_given=_benefits.c.stock_given + bindparam("more"),
    )
)
_stop = (
    update(_benefits)
    .where(_one, _benefits.c.stopped != bindparam("stopped"))
    .values(stopped=bindparam("stopped"))
)
_no_longer_of_stock = (
    update(_vouchers)
    .where(_vouchers.c.benefit_id == bindparam("of"), _vouchers.c.stocked.is_(True))
    .values(stocked=False)
)
_no_longer_kept = (
    update(_waits)
    .where(_waits.c.benefit_id == bindparam("of"), _waits.c.state == WaitState.OFFERED.value)
    .values(state=WaitState.WAITING.value, offered_at=None, offered_until=None)
)
_one_use = _uses.c.benefit_id == bindparam("of"), _uses.c.member_id == bindparam("member")


def _counting(insert: Any) -> Any:
    """One use more, unless `most` were counted; in one statement that nobody comes between."""
    key = ("benefit_id", "member_id", "period")
    values: dict[str, Any] = {name: bindparam(name) for name in key}
    return (
        insert(_uses)
        .values(**values, used=1)
        .on_conflict_do_update(
            index_elements=key,
            set_={"used": _uses.c.used + 1},
            where=_uses.c.used < bindparam("most", type_=BigInteger),
        )
    )


_use = Prepared({"sqlite": _counting(sqlite.insert), "postgresql": _counting(postgresql.insert)})
_unuse = (
    update(_uses)
    .where(*_one_use, _uses.c.period == bindparam("in_period"), _uses.c.used > 0)
    .values(used=_uses.c.used - 1)
)
_used = Prepared(
    select(_uses.c.benefit_id, _uses.c.period, _uses.c.used).where(
        _uses.c.member_id == bindparam("member")
    )
)


class Benefits:
    """The register of benefits (services.ports.benefits.Benefits).

    `changed`: this unit has changed one, which may be undone.
    """

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids
        self.changed = False

    def all(self) -> list[Benefit]:
        return [_benefit(row) for row in self._db.execute(_all).mappings()]

    def get(self, benefit_id: int) -> Benefit | None:
        row = _get.row(self._db, {"id": benefit_id})
        return _benefit(row) if row else None

    def lock(self, benefit_id: int) -> Benefit | None:
        row = self._db.execute(_lock, {"of": benefit_id}).mappings().one_or_none()
        return _benefit(row) if row else None

    def touch(self) -> None:
        self.changed = True
        Settings(self._db).put(STAMP, self._ids.next())

    def save(self, benefit: Benefit, content_hash: str, now: datetime) -> str:
        old = self._db.execute(_by_key, {"key": benefit.key}).mappings().one_or_none()
        if old and old["content_hash"] == content_hash:
            return "same"
        self.touch()
        if benefit.imported_codes:  # the codes are its stock, whatever the file says
            benefit = replace(benefit, stock=old["stock_given"] if old else 0)
        row = {**_columns(benefit), "content_hash": content_hash, "changed_at": now}
        if old is None:
            new = {"id": self._ids.next(), "stock_given": benefit.stock}
            _add.run(self._db, {**row, **new})
            return "added"
        left = _left(benefit.stock, old)
        if left is not None and left < 0:
            return "gone"
        if left is None:  # what went out is of no stock any more, should there be one again
            self._db.execute(_no_longer_of_stock, {"of": old["id"]})
            self._db.execute(_no_longer_kept, {"of": old["id"]})
        row |= {"stock": left, "stock_given": benefit.stock, "stopped": old["stopped"]}
        self._db.execute(_change.values(**row), {"of": old["id"]})
        return "changed"

    def stop(self, benefit_id: int, stopped: bool) -> bool:
        done = self._db.execute(_stop, {"of": benefit_id, "stopped": stopped}).rowcount == 1
        if done:
            self.touch()
        return bool(done)

    # -- the stock ----------------------------------------------------------------------

    def take_stock(self, benefit_id: int) -> Stock:
        row = _take.row(self._db, {"of": benefit_id})
        if row is None:
            return Stock.GONE
        return Stock.ENDLESS if row[0] is None else Stock.TAKEN

    def reserve(self, benefit_id: int) -> bool:
        return bool(self._db.execute(_reserve, {"of": benefit_id}).rowcount == 1)

    def give_stock(self, benefit_id: int, more: int = 1) -> None:
        self._db.execute(_give, {"of": benefit_id, "more": more})

    def change_stock(self, benefit_id: int, more: int) -> bool:
        values = {"of": benefit_id, "more": more}
        return bool(self._db.execute(_more, values).rowcount == 1)

    # -- how often a member had it ------------------------------------------------------

    def take_use(self, benefit_id: int, member_id: int, period: str, most: int | None) -> bool:
        if most is not None and most < 1:
            return False
        key = {"benefit_id": benefit_id, "member_id": member_id, "period": period}
        return _use.run(self._db, {**key, "most": ENDLESS if most is None else most}) == 1

    def give_use_back(self, benefit_id: int, member_id: int, period: str) -> None:
        key = {"of": benefit_id, "member": member_id, "in_period": period}
        self._db.execute(_unuse, key)

    def uses(self, member_id: int) -> dict[tuple[int, str], int]:
        rows = _used.rows(self._db, {"member": member_id})
        return {(row[0], row[1]): row[2] for row in rows}


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
