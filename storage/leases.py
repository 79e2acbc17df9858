"""Leases: what only one process may do, fenced. They count real time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, or_, select, update

from storage.dialect import Upsert
from storage.tables import post

_leases = post.Lease.__table__  # type: ignore[attr-defined]

_first = Upsert(post.Lease, ("name",))
_find = select(_leases.c.holder, _leases.c.fence, _leases.c.until).where(
    _leases.c.name == bindparam("of")
)
_mine = and_(
    _leases.c.name == bindparam("of"),
    _leases.c.holder == bindparam("me"),
    _leases.c.fence == bindparam("seen"),
)
_renew = update(_leases).where(_mine).values(until=bindparam("till"))
_take = (
    update(_leases)
    .where(
        _leases.c.name == bindparam("of"),
        _leases.c.fence == bindparam("seen"),
        or_(_leases.c.until <= bindparam("now"), _leases.c.holder == bindparam("me")),
    )
    .values(
        holder=bindparam("me"),
        fence=bindparam("seen", type_=_leases.c.fence.type) + 1,
        until=bindparam("till"),
    )
)


class Leases:
    """The leases (services.ports.post.Leases)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def take(
        self, name: str, holder: str, fence: int, now: datetime, until: datetime
    ) -> tuple[int, str] | None:
        mine = {"of": name, "me": holder, "till": until}
        if fence and self._changed(_renew, {**mine, "seen": fence}):
            return fence, holder
        first = {"name": name, "holder": holder, "fence": 1, "until": until}
        if _first.run(self._db, first):
            return 1, ""
        before = self._db.execute(_find, {"of": name}).one()
        seen = before[1]
        if self._changed(_take, {**mine, "seen": seen, "now": now}):
            return seen + 1, before[0]
        return None

    def held(self, name: str, now: datetime) -> tuple[str, int] | None:
        row = self._db.execute(_find, {"of": name}).one_or_none()
        return (row[0], row[1]) if row and row[2] > now else None

    def release(self, name: str, holder: str, fence: int, now: datetime) -> None:
        self._changed(_renew, {"of": name, "me": holder, "seen": fence, "till": now})

    def _changed(self, statement: object, values: dict[str, object]) -> bool:
        return bool(self._db.execute(statement, values).rowcount)  # type: ignore[call-overload]
