"""The history of levels, and the level of each member that counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, insert, select, update

from services.ports.points import LevelStep
from storage.ids import Ids
from storage.tables import ledger as tables
from storage.tables import people

_changes = tables.LevelChange.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_add = insert(_changes)
_set = (
    update(_members)
    .where(_members.c.id == bindparam("member"))
    .values(level=bindparam("to_level"), level_since=bindparam("at"))
)
_of = (
    select(_changes)
    .where(_changes.c.member_id == bindparam("member"))
    .order_by(_changes.c.id.desc())
)


class Levels:
    """The record of levels (services.ports.points.Levels)."""

    def __init__(self, db: Db, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    def record(self, steps: Iterable[LevelStep]) -> None:
        written = [self._row(step) for step in steps]
        if written:
            self._db.execute(_add, written)

    def show(self, levels: Iterable[tuple[int, str, datetime]]) -> None:
        rows = [{"member": one, "to_level": level, "at": at} for one, level, at in levels]
        if rows:
            self._db.execute(_set, rows)

    def changes(self, member_id: int) -> list[LevelStep]:
        found = self._db.execute(_of, {"member": member_id}).mappings()
        return [LevelStep(**{name: row[name] for name in _FIELDS}) for row in found]

    def _row(self, step: LevelStep) -> dict[str, object]:
        return {"id": self._ids.next(), **{name: getattr(step, name) for name in _FIELDS}}


_FIELDS = tuple(LevelStep.__dataclass_fields__)
