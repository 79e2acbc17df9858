"""Claimed occurrences of jobs: whoever inserts one first does it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, delete, select, tuple_

from storage.dialect import Upsert
from storage.tables import post

_ticks = post.Tick.__table__  # type: ignore[attr-defined]

_claim = Upsert(post.Tick, ("job", "occurrence"))
_done = select(_ticks.c.at).where(
    and_(_ticks.c.job == bindparam("of"), _ticks.c.occurrence == bindparam("when"))
)
_before = select(_ticks.c.job, _ticks.c.occurrence).where(_ticks.c.at < bindparam("before"))
_any = _before.limit(1)
_old = _before.limit(bindparam("most"))
_forget = delete(_ticks).where(tuple_(_ticks.c.job, _ticks.c.occurrence).in_(_old))


class Ticks:
    """The register of occurrences (services.ports.post.Ticks)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def claim(self, job: str, occurrence: str, at: datetime) -> bool:
        return _claim.run(self._db, {"job": job, "occurrence": occurrence, "at": at}) == 1

    def done(self, job: str, occurrence: str) -> bool:
        return self._db.execute(_done, {"of": job, "when": occurrence}).first() is not None

    def any(self, before: datetime) -> bool:
        return self._db.execute(_any, {"before": before}).first() is not None

    def forget(self, before: datetime, most: int) -> int:
        return int(self._db.execute(_forget, {"before": before, "most": most}).rowcount)
