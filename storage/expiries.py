"""What the clock ends: due lots for the nightly run, and expiries moved to a later moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, insert, literal_column, select, type_coerce, update
from sqlalchemy import Connection as Db

from domain.points import Lot
from services.ports.expiries import Extension
from storage.tables import expiries as tables
from storage.tables import ledger
from storage.types import to_millis

_lots = ledger.Lot.__table__  # type: ignore[attr-defined]
_extensions = tables.ExpiryExtension.__table__  # type: ignore[attr-defined]

# Literals, so that both databases see that the partial indexes of open lots fit.
_open = _lots.c.left > literal_column("0")
_until = bindparam("until", type_=BigInteger)
_due_by_now = (
    _open,
    _lots.c.expires_at.is_not(None),
    type_coerce(_lots.c.expires_at, BigInteger) <= _until,
)
# In the order of the index, so that each batch reads no more than itself.
_due = (
    select(_lots.c.member_id)
    .where(*_due_by_now)
    .order_by(_lots.c.expires_at, _lots.c.member_id)
    .limit(bindparam("size"))
)
_due_lots = (
    select(*[column for column in _lots.c if column.name != "first_expires_at"])
    .where(*_due_by_now, _lots.c.member_id.in_(bindparam("members", expanding=True)))
    .order_by(_lots.c.member_id, _lots.c.id)
)
_endless = (
    select(_lots.c.id, _lots.c.member_id)
    .where(_open, _lots.c.expires_at.is_(None), _lots.c.unit == literal_column("'points'"))
    .order_by(_lots.c.id)
    .limit(bindparam("size"))
)
_put = update(_lots).where(
    _lots.c.id.in_(bindparam("ids", expanding=True)), _lots.c.expires_at.is_(None)
)
_recorded = select(_extensions.c.id).where(
    _extensions.c.member_id.is_(None),
    _extensions.c.until == bindparam("until"),
    _extensions.c.kind == bindparam("kind"),
)
_record = insert(_extensions)

_NOTE = (
    "INSERT INTO expiry_extensions (id, member_id, unit, at, until, kind, rule_version) SELECT "
)
_ALIVE = ' AND "left" > 0 AND expires_at IS NOT NULL AND expires_at > {} AND expires_at < {}'
_note_sqlite = (
    f"{_NOTE} ?, ?, ?, ?, ?, ?, ? WHERE EXISTS"
    f" (SELECT 1 FROM lots WHERE member_id = ? AND unit = ?{_ALIVE.format('?', '?')})"
)
_note_postgres = (
    f"{_NOTE} $1::bigint, $2::bigint, $3::text, $4::bigint, $5::bigint, $6::text, $7::integer"
    " WHERE EXISTS (SELECT 1 FROM lots WHERE member_id = $8::bigint AND unit = $9::text"
    f"{_ALIVE.format('$10::bigint', '$11::bigint')})"
)
_extend_sqlite = (
    f"UPDATE lots SET expires_at = ? WHERE member_id = ? AND unit = ?{_ALIVE.format('?', '?')}"
)
_extend_postgres = (
    "UPDATE lots SET expires_at = $1 WHERE member_id = $2 AND unit = $3"
    f"{_ALIVE.format('$4', '$5')}"
)
_note = {"sqlite": _note_sqlite, "postgresql": _note_postgres}
_extend = {"sqlite": _extend_sqlite, "postgresql": _extend_postgres}


class Expiries:
    """Lots by the clock (services.ports.expiries.Expiries)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def any_due(self, until: datetime) -> bool:
        return bool(self.due(until, 1))

    def due(self, until: datetime, most: int) -> list[int]:
        asked = {"until": to_millis(until), "size": most}
        return list(self._db.execute(_due, asked).scalars())

    def lots(self, member_ids: Collection[int], until: datetime) -> list[Lot]:
        asked = {"members": list(member_ids), "until": to_millis(until)}
        return [Lot(*row) for row in self._db.execute(_due_lots, asked)]

    def extend(self, extensions: Sequence[tuple[Extension, datetime]]) -> None:
        name = self._db.dialect.name
        for one, alive_at in extensions:  # in their order: what one saves the next finds alive
            alive, until = to_millis(alive_at), to_millis(one.until)
            mine = (one.member_id, one.unit)
            told = (one.id, *mine, to_millis(one.at), until, one.kind, one.rule_version)
            self._run(_note[name], (*told, *mine, alive, until))
            self._run(_extend[name], (until, *mine, alive, until))

    def _run(self, statement: str, values: tuple[Any, ...]) -> None:
        self._db.exec_driver_sql(statement, values)

    def endless(self, most: int) -> list[tuple[int, int]]:
        found = self._db.execute(_endless, {"size": most})
        return [(lot_id, member_id) for lot_id, member_id in found]

    def record(self, extension: Extension) -> None:
        asked = {"until": extension.until, "kind": extension.kind}
        if self._db.execute(_recorded, asked).first() is None:
            names = ("id", "member_id", "unit", "at", "until", "kind", "rule_version")
            self._db.execute(_record, {name: getattr(extension, name) for name in names})

    def put(self, lot_ids: Collection[int], until: datetime) -> None:
        self._db.execute(_put.values(expires_at=until), {"ids": list(lot_ids)})
