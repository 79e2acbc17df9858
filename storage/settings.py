"""Small facts of the installation by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from storage.dialect import Upsert
from storage.prepared import Mapped
from storage.tables import club

_settings = club.Setting.__table__  # type: ignore[attr-defined]
_get = Mapped(select(_settings.c.value).where(_settings.c.name == bindparam("name")))
_put = Upsert(club.Setting, ("name",), update=("value",))


class Settings:
    """The installation's settings (services.ports.club.Settings)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def get(self, name: str) -> Any:
        row = _get.row(self._db, {"name": name})
        return row["value"] if row else None

    def put(self, name: str, value: Any) -> None:
        _put.run(self._db, {"name": name, "value": value})
