"""Operators' own words; versions never change, so a process keeps what it has read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, select

from domain.wordings import Wording, buttons_of
from storage.dialect import Upsert
from storage.tables import wordings

_wordings = wordings.Wording.__table__  # type: ignore[attr-defined]
_used = wordings.WordingInUse.__table__  # type: ignore[attr-defined]

_add = Upsert(wordings.Wording, ("key", "version"))
_all = select(
    _wordings.c.id,
    _wordings.c.key,
    _wordings.c.version,
    _wordings.c.content,
    _wordings.c.content_hash,
    _wordings.c.made_by,
    _wordings.c.made_at,
)
_get = _all.where(_wordings.c.id == bindparam("of"))
_of_key = _all.where(_wordings.c.key == bindparam("of")).order_by(_wordings.c.version.desc())
_newest = _of_key.limit(1)
_contents = select(_wordings.c.id, _wordings.c.content).where(
    _wordings.c.id.in_(bindparam("ids", expanding=True))
)
_in_use = select(_used.c.wording_id).where(_used.c.key == bindparam("of"))
_all_in_use = select(_used.c.key, _used.c.wording_id).order_by(_used.c.key)
_use = Upsert(wordings.WordingInUse, ("key",), update=("wording_id", "since"))
_drop = delete(_used).where(_used.c.key == bindparam("of"))
_MOST = 500


class Wordings:
    """The register of words (services.ports.wordings.Wordings)."""

    def __init__(self, db: Db, known: dict[int, Mapping[str, Any]]) -> None:
        """`known`: contents that this process has read, by id."""
        self._db = db
        self._known = known

    def add(self, wording: Wording) -> bool:
        row = {
            "id": wording.id,
            "key": wording.key,
            "version": wording.version,
            "content": wording.content,
            "content_hash": wording.content_hash,
            "made_by": wording.made_by,
            "made_at": wording.made_at,
        }
        return _add.run(self._db, row) == 1

    def get(self, wording_id: int) -> Wording:
        row = self._db.execute(_get, {"of": wording_id}).one_or_none()
        if row is None:
            raise LookupError(wording_id)
        return _wording(row)

    def contents(self, wording_ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
        wanted = set(wording_ids)
        found = {of: self._known[of] for of in wanted if of in self._known}
        if missing := wanted - found.keys():
            rows = self._db.execute(_contents, {"ids": sorted(missing)}).all()
            read = {row[0]: row[1] for row in rows}
            self._remember(read)
            found |= read
        return found

    def newest(self, key: str) -> Wording | None:
        row = self._db.execute(_newest, {"of": key}).one_or_none()
        return _wording(row) if row else None

    def versions(self, key: str) -> list[Wording]:
        return [_wording(row) for row in self._db.execute(_of_key, {"of": key})]

    def in_use(self, key: str) -> int | None:
        found: int | None = self._db.execute(_in_use, {"of": key}).scalar_one_or_none()
        return found

    def all_in_use(self) -> dict[str, int]:
        return {key: wording_id for key, wording_id in self._db.execute(_all_in_use)}

    def use(self, key: str, wording_id: int | None, at: datetime) -> None:
        if wording_id is None:
            self._db.execute(_drop, {"of": key})
        else:
            _use.run(self._db, {"key": key, "wording_id": wording_id, "since": at})

    def _remember(self, read: Mapping[int, Mapping[str, Any]]) -> None:
        """Ids are never used twice, so that one of a unit that is undone does no harm."""
        if len(self._known) + len(read) > _MOST:
            self._known.clear()
        self._known.update(read)


def _wording(row: Any) -> Wording:
    content = row[3]
    return Wording(
        id=row[0],
        key=row[1],
        version=row[2],
        texts=content["texts"],
        buttons=buttons_of(content),
        picture=content.get("picture", ""),
        content_hash=row[4],
        made_by=row[5],
        made_at=row[6],
    )
