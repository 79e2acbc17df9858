"""Reads for statements: a member's postings by their moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, func, select

from services.ports.points import HistoryRow
from services.ports.statements import Change
from storage import posting_rows
from storage.tables import ledger

_postings = ledger.Posting.__table__  # type: ignore[attr-defined]
_reasons = ledger.PostingReason.__table__  # type: ignore[attr-defined]
_at = _postings.c.at
_change = _postings.c.wallet + _postings.c.held + _postings.c.debt
_mine = and_(_postings.c.member_id == bindparam("member"), _postings.c.unit == bindparam("unit"))
_between = and_(
    _at >= bindparam("since", type_=_at.type), _at < bindparam("until", type_=_at.type)
)
_opening = select(func.coalesce(func.sum(_change), 0)).where(
    _mine, _at < bindparam("before", type_=_at.type)
)
_first = select(func.min(_at)).where(_mine)
_changes = (
    select(_at, _postings.c.kind, _change.label("change"))
    .where(_mine, _between, _change != 0)
    .order_by(_at, _postings.c.seq)
)
_rows = (
    select(_postings, _reasons.c.reason, _change.label("change"))
    .select_from(_postings.outerjoin(_reasons, _reasons.c.posting_id == _postings.c.id))
    .where(_mine, _between, _change != 0)
    .order_by(_at, _postings.c.seq)
)


class Statements:
    """Postings of a period (services.ports.statements.Statements)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def opening(self, member_id: int, unit: str, before: datetime) -> int:
        values = {"member": member_id, "unit": unit, "before": before}
        return int(self._db.execute(_opening, values).scalar_one())

    def first(self, member_id: int, unit: str) -> datetime | None:
        found: datetime | None = self._db.execute(
            _first, {"member": member_id, "unit": unit}
        ).scalar_one()
        return found

    def changes(self, member_id: int, unit: str, since: datetime, until: datetime) -> list[Change]:
        values = {"member": member_id, "unit": unit, "since": since, "until": until}
        return [Change(*row) for row in self._db.execute(_changes, values)]

    def rows(
        self, member_id: int, unit: str, since: datetime, until: datetime
    ) -> list[tuple[HistoryRow, int]]:
        values = {"member": member_id, "unit": unit, "since": since, "until": until}
        found = self._db.execute(_rows, values).mappings()
        return [(posting_rows.history(row), int(row["change"])) for row in found]
