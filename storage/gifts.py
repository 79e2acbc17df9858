"""Gifts between members, read off their pairs of postings; and how often somebody has tried."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import aliased

from services.ports.operations import Gift
from storage.dialect import Upsert
from storage.tables import benefits, ledger

_postings: Any = ledger.Posting.__table__  # type: ignore[attr-defined]
_tries = benefits.WrongTry.__table__  # type: ignore[attr-defined]
_undoing: Any = aliased(_postings)

_undone = select(_undoing.c.id).where(_undoing.c.reverses == _postings.c.id).exists()
_gone = (
    _postings.c.unit == "points",
    _postings.c.kind == "transferred",
    _postings.c.source_type == "gift",
    _postings.c.amount < 0,
)
_given = select(func.coalesce(func.sum(-_postings.c.amount), 0)).where(
    *_gone,
    _postings.c.member_id.in_(bindparam("members", expanding=True)),
    _postings.c.at >= bindparam("since", type_=_postings.c.at.type),
    _postings.c.at < bindparam("until", type_=_postings.c.at.type),
    ~_undone,
)
_of_giver = (
    select(
        _postings.c.id,
        _postings.c.member_id,
        _postings.c.source_id,
        -_postings.c.amount,
        _postings.c.at,
        _undone,
    )
    .where(*_gone, _postings.c.member_id == bindparam("member"))
    .order_by(_postings.c.seq.desc())
    .limit(bindparam("most"))
)
_count = select(_tries.c.tries, _tries.c.since).where(_tries.c.who == bindparam("who"))
_first_try = Upsert(benefits.WrongTry, ("who",))
_next_try = update(_tries).where(_tries.c.who == bindparam("by")).values(tries=_tries.c.tries + 1)
_again = (
    update(_tries)
    .where(_tries.c.who == bindparam("by"), _tries.c.since <= bindparam("before"))
    .values(tries=0, since=bindparam("now"))
)


class Gifts:
    """Points that members handed to each other (services.ports.operations.Gifts)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def given(self, member_ids: Collection[int], since: datetime, until: datetime) -> int:
        values = {"members": list(member_ids), "since": since, "until": until}
        return int(self._db.execute(_given, values).scalar_one())

    def of_giver(self, member_id: int, most: int) -> list[Gift]:
        found = self._db.execute(_of_giver, {"member": member_id, "most": most})
        return [
            Gift(posting, giver, int(receiver), points, at, bool(undone))
            for posting, giver, receiver, points, at, undone in found
        ]

    def tries(self, who: str, since: datetime) -> int:
        row = self._db.execute(_count, {"who": who}).one_or_none()
        return row[0] if row and row[1] > since else 0

    def count_try(self, who: str, now: datetime, since: datetime) -> int:
        _first_try.run(self._db, {"who": who, "since": now, "tries": 0})
        self._db.execute(_again, {"by": who, "before": since, "now": now})
        self._db.execute(_next_try, {"by": who})
        return self.tries(who, since)
