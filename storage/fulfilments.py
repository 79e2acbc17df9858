"""The orders that vouchers have led to: each moves on for exactly one caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select, update

from domain.fulfilments import OPEN, Fulfilment, OrderState
from storage.dialect import Upsert
from storage.tables import fulfilments

_orders = fulfilments.Fulfilment.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Fulfilment))

_columns = select(*(_orders.c[name] for name in _FIELDS))
_get = _columns.where(_orders.c.voucher_id == bindparam("id"))
_add = Upsert(fulfilments.Fulfilment, ("voucher_id",))
_open_of = _columns.where(
    _orders.c.member_id == bindparam("member"),
    _orders.c.state.in_([str(state) for state in OPEN]),
)
_change = update(_orders).where(_orders.c.voucher_id == bindparam("of"))
_move = _change.where(_orders.c.state.in_(bindparam("before", expanding=True)))
_in_state = _orders.c.state.in_(bindparam("states", expanding=True))
_due = _orders.c.due_on < bindparam("day")
# "ordered" comes before "ready" in the alphabet and in the index.
_by_day = (_orders.c.state, _orders.c.due_on, _orders.c.voucher_id)
_page = (
    _columns.where(_in_state)
    .order_by(*_by_day)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
_page_due = _page.where(_due)
_count = select(func.count()).select_from(_orders).where(_in_state)
_count_due = _count.where(_due)


class Fulfilments:
    """The register of orders (services.ports.fulfilments.Fulfilments)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, order: Fulfilment) -> bool:
        row = {name: getattr(order, name) for name in _FIELDS}
        return _add.run(self._db, {**row, "state": str(order.state)}) == 1

    def get(self, voucher_id: int) -> Fulfilment | None:
        row = self._db.execute(_get, {"id": voucher_id}).mappings().one_or_none()
        return _order(row) if row else None

    def open_of(self, member_id: int) -> list[Fulfilment]:
        rows = self._db.execute(_open_of, {"member": member_id})
        return [_order(row) for row in rows.mappings()]

    def move(
        self,
        voucher_id: int,
        before: Sequence[OrderState],
        after: OrderState,
        changes: Mapping[str, Any],
    ) -> bool:
        values = {"of": voucher_id, "before": [str(state) for state in before]}
        done = self._db.execute(_move.values({**changes, "state": str(after)}), values)
        return done.rowcount == 1

    def change(self, voucher_id: int, changes: Mapping[str, Any]) -> None:
        self._db.execute(_change.values(dict(changes)), {"of": voucher_id})

    def listed(
        self, states: Sequence[OrderState], due_before: date | None, most: int, after: int
    ) -> list[Fulfilment]:
        asked: dict[str, Any] = {"states": [str(state) for state in states]}
        asked |= {"most": most, "after": after}
        if due_before is None:
            rows = self._db.execute(_page, asked)
        else:
            rows = self._db.execute(_page_due, {**asked, "day": due_before})
        return [_order(row) for row in rows.mappings()]

    def count(self, states: Sequence[OrderState], due_before: date | None) -> int:
        asked: dict[str, Any] = {"states": [str(state) for state in states]}
        if due_before is None:
            return int(self._db.execute(_count, asked).scalar_one())
        return int(self._db.execute(_count_due, {**asked, "day": due_before}).scalar_one())


def _order(row: Any) -> Fulfilment:
    return Fulfilment(**{**row, "state": OrderState(row["state"])})
