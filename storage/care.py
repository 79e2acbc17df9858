"""Read-only questions about whose care is due; their cost grows with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, func, literal_column, or_, select

from domain.members import MemberState
from domain.points import Unit
from storage.tables import ledger, people

_members = people.Member.__table__  # type: ignore[attr-defined]
_lots = ledger.Lot.__table__  # type: ignore[attr-defined]

_next_zone = select(func.min(_members.c.zone)).where(
    _members.c.zone.is_not(None), _members.c.zone > bindparam("after")
)
_born = (
    select(_members.c.id)
    .where(
        _members.c.birth_month == bindparam("month"),
        _members.c.birth_day == bindparam("day"),
        _members.c.id > bindparam("after"),
        _members.c.state.in_([MemberState.ACTIVE.value, MemberState.FROZEN.value]),
    )
    .order_by(_members.c.id)
    .limit(bindparam("most"))
)
_born_in_zone = _born.where(_members.c.zone == bindparam("where"))
_born_elsewhere = _born.where(or_(_members.c.zone.is_(None), _members.c.zone == ""))
_expiring = (
    select(_lots.c.member_id)
    .where(
        _lots.c.left > literal_column("0"),
        _lots.c.expires_at.is_not(None),
        and_(_lots.c.expires_at >= bindparam("since"), _lots.c.expires_at < bindparam("until")),
        _lots.c.unit == Unit.POINTS.value,
        _lots.c.member_id > bindparam("after"),
    )
    .distinct()
    .order_by(_lots.c.member_id)
    .limit(bindparam("most"))
)


class CareQueries:
    """What is due (services.ports.care.Care)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def zones(self) -> list[str]:
        """Steps from zone to zone along the index instead of reading all members."""
        found: list[str] = []
        zone = ""
        while zone := self._db.execute(_next_zone, {"after": zone}).scalar_one() or "":
            found.append(zone)
        return found

    def birthdays(
        self, days: Sequence[tuple[int, int]], zone: str | None, after: int, most: int
    ) -> list[int]:
        statement = _born_in_zone if zone else _born_elsewhere
        found: set[int] = set()
        for month, day in days:
            asked = {"month": month, "day": day, "after": after, "most": most}
            if zone:
                asked["where"] = zone  # type: ignore[assignment]
            found.update(self._db.execute(statement, asked).scalars())
        return sorted(found)[:most]

    def expiring(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        asked = {"since": since, "until": until, "after": after, "most": most}
        return list(self._db.execute(_expiring, asked).scalars())
