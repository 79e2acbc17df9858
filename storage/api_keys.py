"""The API's keys: hashes only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, select, update

from services.ports.keys import ApiKey
from storage.dialect import Upsert
from storage.tables import club

_keys = club.ApiKey.__table__  # type: ignore[attr-defined]
_add = Upsert(club.ApiKey, ("prefix",))
_all = select(_keys).order_by(_keys.c.name, _keys.c.id)
_by_prefix = select(_keys).where(_keys.c.prefix == bindparam("prefix"))
_revoke = (
    update(_keys)
    .where(_keys.c.id == bindparam("of"), _keys.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


class ApiKeys:
    """The register of API keys (services.ports.keys.ApiKeys)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, key: ApiKey) -> bool:
        row = {name: getattr(key, name) for name in ApiKey.__dataclass_fields__}
        return _add.run(self._db, {**row, "scopes": list(key.scopes)}) == 1

    def all(self) -> list[ApiKey]:
        return [_key(row) for row in self._db.execute(_all).mappings()]

    def by_prefix(self, prefix: str) -> ApiKey | None:
        row = self._db.execute(_by_prefix, {"prefix": prefix}).mappings().one_or_none()
        return _key(row) if row else None

    def revoke(self, key_id: int, at: datetime) -> bool:
        return int(self._db.execute(_revoke, {"of": key_id, "at": at}).rowcount) == 1


def _key(row: Any) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"])})
