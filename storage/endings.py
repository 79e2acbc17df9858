"""Whose points or vouchers end on a day: by the moment at which they end, in the index's order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, literal_column, select

from domain.points import Unit
from domain.vouchers import OPEN
from storage.tables import benefits, ledger

_lots = ledger.Lot.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]

INSTANTS = 8
"""Nearly everything ends with a day of the club; more moments than that are read in one go."""

_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class _Questions:
    """`next`: the first moment in a span; `at`: who is concerned at one; `within`: in a span."""

    next: Any
    at: Any
    within: Any


def _questions(ends: Any, *where: Any) -> _Questions:
    """What is asked of a table, by its partial index on (ends, member_id)."""
    member = ends.table.c.member_id
    since = ends >= bindparam("since", type_=ends.type)
    until = ends < bindparam("until", type_=ends.type)
    who = (
        select(member)
        .where(*where, member > bindparam("after"))
        .distinct()
        .order_by(member)
        .limit(bindparam("most"))
    )
    return _Questions(
        select(func.min(ends)).where(*where, since, until),
        who.where(ends == bindparam("at", type_=ends.type)),
        who.where(since, until),
    )


# Literals, so that both databases see that the partial indexes fit.
_of_points = _questions(
    _lots.c.expires_at,
    _lots.c.left > literal_column("0"),
    _lots.c.expires_at.is_not(None),
    _lots.c.unit == literal_column(f"'{Unit.POINTS.value}'"),
)
_of_vouchers = _questions(
    _vouchers.c.expires_at,
    _vouchers.c.state.in_([literal_column(f"'{state}'") for state in OPEN]),
)


class Endings:
    """Whose points or vouchers end (services.ports.endings.Endings)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def points(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        return self._members(_of_points, since, until, after, most)

    def vouchers(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        return self._members(_of_vouchers, since, until, after, most)

    def _members(
        self, asks: _Questions, since: datetime, until: datetime, after: int, most: int
    ) -> list[int]:
        page = {"after": after, "most": most}
        instants = self._instants(asks, since, until)
        if len(instants) > INSTANTS:
            span = {"since": since, "until": until}
            return list(self._db.execute(asks.within, {**span, **page}).scalars())
        found: set[int] = set()
        for at in instants:
            found.update(self._db.execute(asks.at, {"at": at, **page}).scalars())
        return sorted(found)[:most]

    def _instants(self, asks: _Questions, since: datetime, until: datetime) -> list[datetime]:
        """The moments in a span, one more than INSTANTS at most; stepped along the index."""
        found: list[datetime] = []
        while len(found) <= INSTANTS:
            at = self._db.execute(asks.next, {"since": since, "until": until}).scalar_one()
            if at is None:
                break
            found.append(at)
            since = at + _TICK
        return found
