"""Holds: kept by the posting that set the points aside, ended by one conditional UPDATE."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, literal_column, select, update

from services.ports.operations import OPEN, Hold
from storage.dialect import Upsert
from storage.tables import holds as tables

_holds = tables.Hold.__table__  # type: ignore[attr-defined]
# A literal, so that both databases see that the partial index of open holds fits.
_open = _holds.c.state == literal_column(f"'{OPEN}'")

_add = Upsert(tables.Hold, ("posting_id",))
_get = select(_holds).where(_holds.c.posting_id == bindparam("id"))
_ended_by = select(_holds).where(_holds.c.ended_by == bindparam("posting"))
_of_member = (
    select(_holds)
    .where(
        _holds.c.member_id == bindparam("member"),
        _holds.c.unit == bindparam("unit"),
        _open,
    )
    .order_by(_holds.c.posting_id)
)
_overdue = (
    select(_holds)
    .where(_open, _holds.c.until <= bindparam("now"))
    .order_by(_holds.c.until)
    .limit(bindparam("most"))
)
_one = _holds.c.posting_id == bindparam("of")
_end = update(_holds).where(_one, _holds.c.state == OPEN).values(state=bindparam("to"))
_ended = update(_holds).where(_one).values(ended_by=bindparam("posting"))
_moved = update(_holds).where(_one).values(moved_to=bindparam("to"))


class Holds:
    """The register of holds (services.ports.operations.Holds)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, hold: Hold) -> bool:
        row = asdict(hold)
        row["posting_id"] = row.pop("id")
        return _add.run(self._db, row) == 1

    def get(self, hold_id: int) -> Hold | None:
        return self._first(_get, id=hold_id)

    def end(self, hold_id: int, state: str) -> bool:
        return bool(self._db.execute(_end, {"of": hold_id, "to": state}).rowcount == 1)

    def ended(self, hold_id: int, posting_id: int) -> None:
        self._db.execute(_ended, {"of": hold_id, "posting": posting_id})

    def moved(self, hold_id: int, to: int) -> None:
        self._db.execute(_moved, {"of": hold_id, "to": to})

    def ended_by(self, posting_id: int) -> Hold | None:
        return self._first(_ended_by, posting=posting_id)

    def open_of(self, member_id: int, unit: str) -> list[Hold]:
        found = self._db.execute(_of_member, {"member": member_id, "unit": str(unit)})
        return [_hold(row) for row in found.mappings()]

    def overdue(self, now: datetime, most: int) -> list[Hold]:
        found = self._db.execute(_overdue, {"now": now, "most": most})
        return [_hold(row) for row in found.mappings()]

    def _first(self, statement: Any, **values: Any) -> Hold | None:
        row = self._db.execute(statement, values).mappings().first()
        return _hold(row) if row else None


def _hold(row: Any) -> Hold:
    values = dict(row)
    return Hold(values.pop("posting_id"), **values)
