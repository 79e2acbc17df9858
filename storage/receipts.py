"""Photographed receipts: sent once, decided once, found again by number and picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select, update

from domain.receipts import Reason, ReceiptPhoto, ReceiptState
from services.ports.receipts import Near, Twin
from services.ports.sales import VOID
from storage.dialect import Upsert
from storage.tables import purchases as sales
from storage.tables import receipts

_receipts = receipts.ReceiptPhoto.__table__  # type: ignore[attr-defined]
_purchases = sales.Purchase.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(ReceiptPhoto))
_HELD = (ReceiptState.WAITING.value, ReceiptState.BOOKED.value)

_columns = select(*(_receipts.c[name] for name in _FIELDS))
_add = Upsert(receipts.ReceiptPhoto, ())
_get = _columns.where(_receipts.c.id == bindparam("id"))
_by_picture = _columns.where(_receipts.c.picture_hash == bindparam("hash"))
_by_order = _columns.where(_receipts.c.order_key == bindparam("key"))
_mine = _columns.where(_receipts.c.member_id == bindparam("member"))
_of_member = _mine.order_by(_receipts.c.id.desc()).limit(bindparam("most"))
_is_waiting = _receipts.c.state == ReceiptState.WAITING.value
_waiting_of = _mine.where(_is_waiting)
_sent_since = (
    select(func.count())
    .select_from(_receipts)
    .where(_receipts.c.member_id == bindparam("member"), _receipts.c.sent_at >= bindparam("since"))
)
_waiting = _columns.where(_is_waiting).order_by(_receipts.c.id).limit(bindparam("most"))
_count_waiting = select(func.count()).select_from(_receipts).where(_is_waiting)
_near = (
    select(_receipts.c.id, _receipts.c.member_id, _receipts.c.near_hash, _receipts.c.state)
    .where(
        _receipts.c.id != bindparam("but"),
        _receipts.c.near_hash != "",
        _receipts.c.sent_at >= bindparam("since"),
    )
    .order_by(_receipts.c.id.desc())
    .limit(bindparam("most"))
)
_alike = select(
    _receipts.c.member_id,
    _receipts.c.store_id,
    _receipts.c.bought_on,
    _receipts.c.minor,
    _receipts.c.state,
).where(
    _receipts.c.id != bindparam("but"),
    _receipts.c.bought_on == bindparam("day"),
    _receipts.c.minor == bindparam("minor"),
    _receipts.c.state.in_(_HELD),
)
# One step through the index (source, order_id) for each source there is: a club has few.
_first = select(func.min(_purchases.c.source).label("source")).cte("sources", recursive=True)
_sources = _first.union_all(
    select(
        select(func.min(_purchases.c.source))
        .where(_purchases.c.source > _first.c.source)
        .scalar_subquery()
    ).where(_first.c.source.is_not(None))
)
_orders = (
    select(
        _purchases.c.member_id,
        _purchases.c.store_id,
        _purchases.c.day,
        _purchases.c.minor,
        _purchases.c.state,
    )
    .join(_sources, _purchases.c.source == _sources.c.source)
    .where(
        _purchases.c.order_id.in_(bindparam("numbers", expanding=True)),
        _purchases.c.state != VOID,
    )
)
# Purchases have no index by day: only the newest are looked through, whatever there is in all.
_newest = select(_purchases).order_by(_purchases.c.id.desc()).limit(bindparam("most")).subquery()
_booked_alike = select(
    _newest.c.member_id, _newest.c.store_id, _newest.c.day, _newest.c.minor, _newest.c.state
).where(
    _newest.c.day == bindparam("day"),
    _newest.c.minor == bindparam("minor"),
    _newest.c.state != VOID,
)
_decide = (
    update(_receipts)
    .where(_receipts.c.id == bindparam("of"), _is_waiting)
    .values(
        state=bindparam("to"),
        decided_at=bindparam("at"),
        staff_id=bindparam("staff"),
    )
)
_book = _decide.values(minor=bindparam("paid"))
_free = {"picture_hash": None, "order_key": None}
_refuse = _decide.values(reason=bindparam("why"), **_free)
_withdraw = _decide.values(**_free)
_booked = (
    update(_receipts)
    .where(_receipts.c.id == bindparam("of"))
    .values(purchase_id=bindparam("purchase"))
)


class Receipts:
    """The register of photographed receipts (services.ports.receipts.Receipts)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, receipt: ReceiptPhoto) -> bool:
        row = {name: getattr(receipt, name) for name in _FIELDS}
        return _add.run(self._db, {**row, "state": str(receipt.state)}) == 1

    def get(self, receipt_id: int) -> ReceiptPhoto | None:
        return self._one(_get, id=receipt_id)

    def by_picture(self, picture_hash: str) -> ReceiptPhoto | None:
        return self._one(_by_picture, hash=picture_hash)

    def by_order(self, order_key: str) -> ReceiptPhoto | None:
        return self._one(_by_order, key=order_key)

    def of_member(self, member_id: int, most: int) -> list[ReceiptPhoto]:
        return self._all(_of_member, member=member_id, most=most)

    def sent_since(self, member_id: int, since: datetime) -> int:
        asked = {"member": member_id, "since": since}
        return int(self._db.execute(_sent_since, asked).scalar_one())

    def waiting(self, most: int) -> list[ReceiptPhoto]:
        return self._all(_waiting, most=most)

    def count_waiting(self) -> int:
        return int(self._db.execute(_count_waiting).scalar_one())

    def waiting_of(self, member_id: int) -> list[ReceiptPhoto]:
        return self._all(_waiting_of, member=member_id)

    def near(self, but: int, since: datetime, most: int) -> list[Near]:
        rows = self._db.execute(_near, {"but": but, "since": since, "most": most})
        return [Near(*row) for row in rows]

    def alike(self, receipt: ReceiptPhoto) -> list[Twin]:
        asked = {"but": receipt.id, "day": receipt.bought_on, "minor": receipt.minor}
        found = [Twin(*row) for row in self._db.execute(_alike, asked)]
        return [one for one in found if one.store_id == receipt.store_id]

    def orders(self, numbers: Sequence[str]) -> list[Twin]:
        return _twins(self._db.execute(_orders, {"numbers": list(numbers)}))

    def booked_alike(self, receipt: ReceiptPhoto, most: int) -> list[Twin]:
        day, minor = receipt.bought_on.toordinal(), receipt.minor
        rows = self._db.execute(_booked_alike, {"day": day, "minor": minor, "most": most})
        return [one for one in _twins(rows) if one.store_id == receipt.store_id]

    def book(self, receipt_id: int, minor: int, staff_id: int | None, now: datetime) -> bool:
        return self._decide(_book, receipt_id, ReceiptState.BOOKED, staff_id, now, paid=minor)

    def booked(self, receipt_id: int, purchase_id: int) -> None:
        self._db.execute(_booked, {"of": receipt_id, "purchase": purchase_id})

    def refuse(self, receipt_id: int, reason: Reason, staff_id: int | None, now: datetime) -> bool:
        why = str(reason)
        return self._decide(_refuse, receipt_id, ReceiptState.REFUSED, staff_id, now, why=why)

    def withdraw(self, receipt_id: int, now: datetime) -> bool:
        return self._decide(_withdraw, receipt_id, ReceiptState.WITHDRAWN, None, now)

    def _decide(
        self,
        statement: Any,
        receipt_id: int,
        to: ReceiptState,
        staff_id: int | None,
        now: datetime,
        **more: Any,
    ) -> bool:
        values = {"of": receipt_id, "to": str(to), "staff": staff_id, "at": now, **more}
        return bool(self._db.execute(statement, values).rowcount == 1)

    def _one(self, statement: Any, **asked: Any) -> ReceiptPhoto | None:
        row = self._db.execute(statement, asked).mappings().one_or_none()
        return _receipt(row) if row else None

    def _all(self, statement: Any, **asked: Any) -> list[ReceiptPhoto]:
        return [_receipt(row) for row in self._db.execute(statement, asked).mappings()]


def _receipt(row: Any) -> ReceiptPhoto:
    return ReceiptPhoto(**{**row, "state": ReceiptState(row["state"])})


def _twins(rows: Iterable[Any]) -> list[Twin]:
    return [
        Twin(member, store, date.fromordinal(day), minor, state)
        for member, store, day, minor, state in rows
    ]
