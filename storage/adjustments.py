"""Points by hand: the day's limit of each operator and API key, and what expired and came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, insert, select, update

from services.ports.operations import Expired
from storage.dialect import Upsert
from storage.tables import adjustments as tables
from storage.tables import ledger

_days = tables.AdjustedDay.__table__  # type: ignore[attr-defined]
_back = tables.Reinstatement.__table__  # type: ignore[attr-defined]
_postings = ledger.Posting.__table__  # type: ignore[attr-defined]

_begin = Upsert(tables.AdjustedDay, ("who", "day"))
_this_day = (_days.c.who == bindparam("by"), _days.c.day == bindparam("on"))
_take = (
    update(_days)
    .where(*_this_day, _days.c.used + bindparam("more") <= bindparam("most"))
    .values(used=_days.c.used + bindparam("more"))
)
_used = select(_days.c.used).where(*_this_day)
_given_again = (
    select(func.coalesce(func.sum(_back.c.amount), 0))
    .where(_back.c.expired_id == _postings.c.id)
    .correlate(_postings)
    .scalar_subquery()
)
# Only what the clock took: what lapsed when somebody left for good never comes back.
_expired = (
    select(_postings.c.id, _postings.c.at, -_postings.c.amount - _given_again)
    .where(
        _postings.c.member_id.in_(bindparam("members", expanding=True)),
        _postings.c.unit == "points",
        _postings.c.kind == "expired",
        _postings.c.source_type == "expiry",
        _postings.c.at >= bindparam("since", type_=_postings.c.at.type),
    )
    .order_by(_postings.c.at, _postings.c.id)
)
_reinstate = insert(_back)


class Adjustments:
    """Points by hand (services.ports.operations.Adjustments)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def take(self, who: str, day: date, points: int, limit: int) -> bool:
        _begin.run(self._db, {"who": who, "day": day, "used": 0})
        values = {"by": who, "on": day, "more": points, "most": limit}
        return bool(self._db.execute(_take, values).rowcount == 1)

    def used(self, who: str, day: date) -> int:
        return self._db.execute(_used, {"by": who, "on": day}).scalar_one_or_none() or 0

    def expired(self, member_ids: Collection[int], since: datetime) -> list[Expired]:
        found = self._db.execute(_expired, {"members": list(member_ids), "since": since})
        rows = [Expired(posting, at, int(left)) for posting, at, left in found]
        return [one for one in rows if one.left > 0]

    def reinstated(self, posting_id: int, parts: Iterable[tuple[int, int]]) -> None:
        rows = [
            {"posting_id": posting_id, "expired_id": expired_id, "amount": amount}
            for expired_id, amount in parts
        ]
        if rows:
            self._db.execute(_reinstate, rows)
