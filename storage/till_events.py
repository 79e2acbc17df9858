"""The till's journal."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, cast, or_, select

from domain.till import TillEvent, TillKind
from storage.dialect import Upsert
from storage.tables import till
from storage.types import Id

_events = till.TillEvent.__table__  # type: ignore[attr-defined]
_columns = select(*(_events.c[field.name] for field in fields(TillEvent)))
_get = _columns.where(_events.c.id == bindparam("id"))
_by_key = _columns.where(_events.c.key == bindparam("key"))
_undo_of = _columns.where(_events.c.undoes == bindparam("of"))
_newest = _columns.order_by(_events.c.id.desc()).limit(1)
_of_voucher = _newest.where(
    _events.c.voucher_id == bindparam("of"), _events.c.kind != TillKind.UNDO.value
)
_of_purchase = _newest.where(
    _events.c.purchase_id == bindparam("of"), _events.c.kind == TillKind.BILL.value
)
_refunds_of = _columns.where(
    _events.c.purchase_id == bindparam("of"), _events.c.kind == TillKind.REFUND.value
).order_by(_events.c.id)
_of_day = (
    _columns.where(
        _events.c.day == bindparam("on"),
        or_(cast(bindparam("store"), Id).is_(None), _events.c.store_id == bindparam("store")),
        or_(cast(bindparam("staff"), Id).is_(None), _events.c.staff_id == bindparam("staff")),
    )
).order_by(_events.c.id)
_payouts = _columns.where(
    _events.c.day == bindparam("on"),
    _events.c.kind == TillKind.PAYOUT.value,
    or_(_events.c.member_id == bindparam("member"), _events.c.staff_id == bindparam("staff")),
)
_add = Upsert(till.TillEvent, ("key",))


class TillEvents:
    """The journal (services.ports.till.TillEvents)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, event: TillEvent) -> bool:
        if event.undoes is not None and self.undo_of(event.undoes) is not None:
            return False
        return _add.run(self._db, {**asdict(event), "kind": str(event.kind)}) == 1

    def get(self, event_id: int) -> TillEvent | None:
        return self._one(_get, id=event_id)

    def by_key(self, key: str) -> TillEvent | None:
        return self._one(_by_key, key=key)

    def undo_of(self, event_id: int) -> TillEvent | None:
        return self._one(_undo_of, of=event_id)

    def of_voucher(self, voucher_id: int) -> TillEvent | None:
        return self._one(_of_voucher, of=voucher_id)

    def of_purchase(self, purchase_id: int) -> TillEvent | None:
        return self._one(_of_purchase, of=purchase_id)

    def refunds_of(self, purchase_id: int) -> list[TillEvent]:
        rows = self._db.execute(_refunds_of, {"of": purchase_id})
        return [_event(row) for row in rows.mappings()]

    def of_day(
        self, day: date, store_id: int | None = None, staff_id: int | None = None
    ) -> list[TillEvent]:
        rows = self._db.execute(_of_day, {"on": day, "store": store_id, "staff": staff_id})
        return [_event(row) for row in rows.mappings()]

    def payouts(self, day: date, member_id: int, staff_id: int | None) -> list[TillEvent]:
        of = {"on": day, "member": member_id, "staff": staff_id}
        return [_event(row) for row in self._db.execute(_payouts, of).mappings()]

    def _one(self, statement: Any, **key: Any) -> TillEvent | None:
        row = self._db.execute(statement, key).mappings().one_or_none()
        return _event(row) if row else None


def _event(row: Any) -> TillEvent:
    return TillEvent(**{**row, "kind": TillKind(row["kind"])})
