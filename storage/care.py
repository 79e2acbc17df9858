"""Read-only questions about whose care is due; their cost grows with the answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import Select, and_, bindparam, exists, func, literal_column, or_, select

from domain.dates import zone_of
from domain.members import MemberState
from domain.points import Unit
from services.ports.care import Span
from storage.tables import ledger, people, post

_members = people.Member.__table__  # type: ignore[attr-defined]
_consents = people.Consent.__table__  # type: ignore[attr-defined]
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_lots = ledger.Lot.__table__  # type: ignore[attr-defined]

log = logging.getLogger(__name__)

SOME = 200

_next_zone = select(func.min(_members.c.zone)).where(
    _members.c.zone.is_not(None), _members.c.zone > bindparam("after")
)
# Spelled out: bound lists are unfolded anew for each call.
_HERE = _members.c.state.in_(
    [literal_column(f"'{state.value}'") for state in (MemberState.ACTIVE, MemberState.FROZEN)]
)
_IN_ZONE = _members.c.zone == bindparam("where")
_ELSEWHERE = _members.c.zone.is_(None)
_some = (
    select(_members.c.id).where(_members.c.id > bindparam("after"), _HERE).limit(bindparam("most"))
)
# In the order of the index, or PostgreSQL would rather read the members by id until it has enough.
_born = _some.where(
    _members.c.birth_month == bindparam("month"),
    _members.c.birth_day == bindparam("day"),
    _members.c.birth_lunar == bindparam("lunar"),
).order_by(
    _members.c.birth_month,
    _members.c.birth_day,
    _members.c.birth_lunar,
    _members.c.zone,
    _members.c.id,
)
_born_in_zone = _born.where(_IN_ZONE)
_born_elsewhere = _born.where(_ELSEWHERE)
_first_joined = select(func.min(_members.c.joined_at))
_everyone_in_zone = _some.where(_IN_ZONE).order_by(_members.c.zone, _members.c.id)
_everyone_elsewhere = _some.where(_ELSEWHERE).order_by(_members.c.id)


@lru_cache(maxsize=64)
def _joined(spans: int, *, but: bool) -> Select[Any]:
    """Who joined in one of so many spans of time: first all of them, then the first by id. The
    zone is compared as a text, so that nobody takes its index instead; it is in the other one."""
    at = _members.c.joined_at
    within = (
        and_(at >= bindparam(f"since{n}"), at < bindparam(f"until{n}")) for n in range(spans)
    )
    zone = func.coalesce(_members.c.zone, literal_column("''"))
    then = select(_members.c.id, at).where(or_(*within), _HERE, zone == bindparam("where"))
    if but:
        then = then.where(or_(_members.c.source.is_(None), _members.c.source != bindparam("old")))
    found = then.cte("found").prefix_with("MATERIALIZED")
    behind = select(found.c.id, found.c.joined_at).where(found.c.id > bindparam("after"))
    return behind.order_by(found.c.id).limit(bindparam("most"))


_later = _consents.alias("later")
_agrees = exists().where(
    _consents.c.member_id == _members.c.id,
    _consents.c.purpose == bindparam("purpose"),
    _consents.c.given,
    ~exists().where(
        _later.c.member_id == _consents.c.member_id,
        _later.c.purpose == _consents.c.purpose,
        _later.c.id > _consents.c.id,
    ),
)
_willing_in_zone = _some.where(_IN_ZONE, _agrees).order_by(_members.c.zone, _members.c.id)
# In two steps: who once agreed, by the index alone; who of them still does. In one statement
# PostgreSQL joins whole tables before it takes the first few.
_asked = (
    select(_consents.c.member_id)
    .where(
        _consents.c.purpose == bindparam("purpose"),
        _consents.c.given,
        _consents.c.member_id > bindparam("after"),
    )
    .distinct()
    .order_by(_consents.c.member_id)
    .limit(bindparam("most"))
)
_willing_of = (
    select(_members.c.id)
    .where(_members.c.id.in_(bindparam("ids", expanding=True)), _HERE, _ELSEWHERE, _agrees)
    .order_by(_members.c.id)
)
_before = select(func.count(), func.max(_rows.c.due_at)).where(
    _rows.c.member_id == bindparam("member"),
    _rows.c.rule == bindparam("of"),
    _rows.c.state != "skipped",
)
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
            if _is_known(zone):
                found.append(zone)
        return found

    def birthdays(
        self,
        days: Sequence[tuple[int, int]],
        zone: str | None,
        after: int,
        most: int,
        *,
        lunar: bool = False,
    ) -> list[int]:
        statement = _born_in_zone if zone else _born_elsewhere
        found: list[int] = []
        for month, day in days:
            asked = {"month": month, "day": day, "lunar": lunar, "after": after, "most": most}
            found += self._db.execute(statement, _in(zone, asked)).scalars().all()
        # One day comes in the order of the index.
        return found if len(days) == 1 else sorted(found)[:most]

    def joined(
        self,
        spans: Sequence[Span],
        zone: str | None,
        after: int,
        most: int,
        *,
        but: str = "",
    ) -> list[tuple[int, datetime]]:
        if not spans:
            return []
        asked: dict[str, Any] = {"where": zone or "", "after": after, "most": most}
        for number, (since, until) in enumerate(spans):
            asked |= {f"since{number}": since, f"until{number}": until}
        if but:
            asked["old"] = but
        statement = _joined(len(spans), but=bool(but))
        return [(row[0], row[1]) for row in self._db.execute(statement, asked).all()]

    def first_joined(self) -> datetime | None:
        found: datetime | None = self._db.execute(_first_joined).scalar_one()
        return found

    def everyone(self, zone: str | None, after: int, most: int) -> list[int]:
        statement = _everyone_in_zone if zone else _everyone_elsewhere
        asked = _in(zone, {"after": after, "most": most})
        return list(self._db.execute(statement, asked).scalars().all())

    def expiring(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        asked = {"since": since, "until": until, "after": after, "most": most}
        return list(self._db.execute(_expiring, asked).scalars())

    def willing(self, purpose: str, zone: str | None, after: int, most: int) -> list[int]:
        if zone:
            asked = {"purpose": purpose, "where": zone, "after": after, "most": most}
            return list(self._db.execute(_willing_in_zone, asked).scalars())
        found: list[int] = []
        page = max(most, SOME)
        while len(found) < most:
            asked = {"purpose": purpose, "after": after, "most": page}
            ids = list(self._db.execute(_asked, asked).scalars())
            if ids:
                found += self._db.execute(_willing_of, {"purpose": purpose, "ids": ids}).scalars()
                after = ids[-1]
            if len(ids) < page:
                break
        return found[:most]

    def before(self, member_id: int, rule: str) -> tuple[int, datetime | None]:
        asked = {"member": member_id, "of": rule}
        count, last = self._db.execute(_before, asked).one()
        return int(count), last


@lru_cache(maxsize=1024)
def _is_known(zone: str) -> bool:
    """A zone that this machine does not know must not stop the others. Said once per process."""
    try:
        zone_of(zone)
    except (LookupError, ValueError):
        log.error("members live in the zone %s, which this machine does not know", zone)
        return False
    return True


def _in(zone: str | None, asked: dict[str, Any]) -> dict[str, Any]:
    return {**asked, "where": zone} if zone else asked
