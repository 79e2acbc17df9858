"""The shops."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from services.ports.club import Store
from storage.dialect import Upsert
from storage.tables import club

_stores = club.Store.__table__  # type: ignore[attr-defined]
_add = Upsert(club.Store, ("code",))
_all = select(_stores).order_by(_stores.c.code)
_by_code = select(_stores).where(_stores.c.code == bindparam("code"))
_by_id = select(_stores).where(_stores.c.id == bindparam("id"))


class Stores:
    """The register of shops (services.ports.club.Stores)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, store: Store) -> bool:
        row = {name: getattr(store, name) for name in Store.__dataclass_fields__}
        return _add.run(self._db, row) == 1

    def all(self) -> list[Store]:
        return [Store(**row) for row in self._db.execute(_all).mappings()]

    def by_code(self, code: str) -> Store | None:
        return self._one(_by_code, {"code": code})

    def by_id(self, store_id: int) -> Store | None:
        return self._one(_by_id, {"id": store_id})

    def _one(self, statement: Any, values: dict[str, Any]) -> Store | None:
        row = self._db.execute(statement, values).mappings().one_or_none()
        return Store(**row) if row else None
