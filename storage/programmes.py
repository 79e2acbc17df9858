"""Published versions of the programme; they never change, so a process keeps what it has read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select

from domain import programme_json
from domain.errors import ProgrammeChanged
from domain.programme import Programme
from storage.dialect import Upsert
from storage.prepared import Prepared
from storage.tables import club

_programmes = club.Programme.__table__  # type: ignore[attr-defined]
_newest = Prepared(select(func.max(_programmes.c.version)))
_version = select(_programmes.c.content).where(_programmes.c.version == bindparam("version"))
_published = select(_programmes.c.version, _programmes.c.published_at).order_by(
    _programmes.c.version
)
_add = Upsert(club.Programme, ("version",))


FRESH_SECONDS = 1.0


@dataclass(slots=True)
class ProgrammeCache:
    """Versions that were read once, and for a second which is the newest."""

    versions: dict[int, Programme] = field(default_factory=dict)
    newest: Programme | None = None
    read_at: float = 0.0


class Programmes:
    """The programme's versions (services.ports.club.Programmes)."""

    def __init__(self, db: Db, cache: ProgrammeCache) -> None:
        self._db = db
        self._cache = cache
        self._published = False  # what this unit adds may be undone: it is not remembered

    def newest(self) -> int:
        row = _newest.row(self._db, {})
        return (row[0] or 0) if row else 0

    def current(self) -> Programme:
        now, known = time.monotonic(), self._cache.newest
        if known and not self._published and now - self._cache.read_at < FRESH_SECONDS:
            return known
        newest = self.version(self.newest())
        if not self._published:
            self._cache.newest, self._cache.read_at = newest, now
        return newest

    def version(self, version: int) -> Programme:
        if known := self._cache.versions.get(version):
            return known
        content = self._db.execute(_version, {"version": version}).scalar_one_or_none()
        if content is None:
            raise LookupError(f"programme version {version}")
        programme = programme_json.from_json(content)
        if not self._published:
            self._cache.versions[version] = programme
        return programme

    def published(self) -> list[tuple[int, datetime]]:
        return [(version, at) for version, at in self._db.execute(_published)]

    def publish(self, programme: Programme, at: datetime, by: int | None) -> bool:
        row = {
            "version": programme.version,
            "content": programme_json.to_json(programme),
            "content_hash": programme_json.fingerprint(programme),
            "published_at": at,
            "published_by": by,
        }
        self._cache.newest = None
        if _add.run(self._db, row):
            self._published = True
            return True
        # As it is read today: a later program knows fields that were not there when it was kept.
        if self.version(programme.version) != programme:
            raise ProgrammeChanged(programme.version)
        return False
