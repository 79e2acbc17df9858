"""What the report on tickets is counted from."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, case, func, select

from services.ports.ticket_reports import FaqCounts, Reported, Spent
from storage.tables import people, tickets
from storage.types import Instant

_tickets = tickets.Ticket.__table__  # type: ignore[attr-defined]
_goodwill = tickets.Goodwill.__table__  # type: ignore[attr-defined]
_faq = tickets.FaqCount.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_since = bindparam("since", type_=Instant())
_until = bindparam("until", type_=Instant())
_LEAST: Final = 2

_opened_in = (
    _tickets.c.opened_at >= _since,
    _tickets.c.opened_at < _until,
    _tickets.c.merged_into.is_(None),
)
_opened = (
    select(
        *(
            _members.c.level if field.name == "level" else _tickets.c[field.name]
            for field in fields(Reported)
        )
    )
    .join_from(_tickets, _members, _members.c.id == _tickets.c.member_id)
    .where(*_opened_in)
    .order_by(_tickets.c.opened_at, _tickets.c.id)
)
_points = func.sum(_goodwill.c.points)
_vouchers = func.sum(case((_goodwill.c.voucher_id.is_not(None), 1), else_=0))
_spent = (
    select(_goodwill.c.staff_id, _points, _vouchers)
    .where(_goodwill.c.at >= _since, _goodwill.c.at < _until)
    .group_by(_goodwill.c.staff_id)
    .order_by(_points.desc(), _vouchers.desc(), _goodwill.c.staff_id)
)
_times = func.count()
_repeated = (
    select(_tickets.c.member_id, _times)
    .where(*_opened_in, _tickets.c.kind == "complaint")
    .group_by(_tickets.c.member_id)
    .having(_times >= _LEAST)
    .order_by(_times.desc(), _tickets.c.member_id)
    .limit(bindparam("most"))
)
_counted = select(*(func.coalesce(func.sum(_faq.c[name]), 0) for name in FaqCounts._fields)).where(
    _faq.c.day >= bindparam("first"), _faq.c.day <= bindparam("last")
)


class TicketReports:
    """Tickets as a report counts them (services.ports.ticket_reports.TicketReports)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def opened(self, since: datetime, until: datetime) -> list[Reported]:
        rows = self._db.execute(_opened, {"since": since, "until": until}).mappings()
        return [Reported(**row) for row in rows]

    def spent(self, since: datetime, until: datetime) -> list[Spent]:
        rows = self._db.execute(_spent, {"since": since, "until": until})
        return [Spent(staff, int(points), int(vouchers)) for staff, points, vouchers in rows]

    def repeated(self, since: datetime, until: datetime, most: int) -> list[tuple[int, int]]:
        rows = self._db.execute(_repeated, {"since": since, "until": until, "most": most})
        return [(member_id, int(count)) for member_id, count in rows]

    def faq(self, first: date, last: date) -> FaqCounts:
        row = self._db.execute(_counted, {"first": first, "last": last}).one()
        return FaqCounts(*(int(count) for count in row))
