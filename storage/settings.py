"""Small facts of the installation by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select

from storage.dialect import Upsert
from storage.tables import club

_settings = club.Setting.__table__  # type: ignore[attr-defined]
_get = select(_settings.c.value).where(_settings.c.name == bindparam("name"))
_put = Upsert(club.Setting, ("name",), update=("value",))


class Settings:
    """The installation's settings (services.ports.club.Settings)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def get(self, name: str) -> Any:
        return self._db.execute(_get, {"name": name}).scalar_one_or_none()

    def put(self, name: str, value: Any) -> None:
        _put.run(self._db, {"name": name, "value": value})
