"""What operators gave from tickets."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from services.ports.goodwill import Given
from storage.dialect import Upsert
from storage.tables import tickets

_goodwill = tickets.Goodwill.__table__  # type: ignore[attr-defined]
_FIELDS = tuple(field.name for field in fields(Given))
_columns = select(*(_goodwill.c[name] for name in _FIELDS))
_by_key = _columns.where(_goodwill.c.key == bindparam("key"))
_of_ticket = _columns.where(_goodwill.c.ticket_id == bindparam("ticket")).order_by(_goodwill.c.id)
_add = Upsert(tickets.Goodwill, ("key",))


class Goodwill:
    """The register of goodwill (services.ports.goodwill.Goodwill)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, given: Given, key: str) -> bool:
        row: dict[str, Any] = {name: getattr(given, name) for name in _FIELDS}
        return _add.run(self._db, {**row, "key": key}) == 1

    def by_key(self, key: str) -> Given | None:
        row = self._db.execute(_by_key, {"key": key}).mappings().one_or_none()
        return Given(**row) if row else None

    def of_ticket(self, ticket_id: int) -> list[Given]:
        rows = self._db.execute(_of_ticket, {"ticket": ticket_id}).mappings()
        return [Given(**row) for row in rows]
