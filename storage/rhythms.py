"""Rhythms of visits: which days members were there, whose silence is due, who was there lately."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import Select, and_, bindparam, delete, func, or_, select, union_all, update

from domain.dates import local_day
from domain.members import MemberState
from domain.rhythms import VISITS, Rhythm
from domain.till import TillKind
from services.ports.sales import BOOKED
from storage.dialect import Upsert
from storage.listed import Listed
from storage.tables import benefits, care, checkins, ledger, people, purchases, till

_rhythms = care.Rhythm.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_merges = people.Merge.__table__  # type: ignore[attr-defined]
_purchases = purchases.Purchase.__table__  # type: ignore[attr-defined]
_changes = purchases.PurchaseChange.__table__  # type: ignore[attr-defined]
_checkins = checkins.CheckIn.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_events = till.TillEvent.__table__  # type: ignore[attr-defined]
_postings = ledger.Posting.__table__  # type: ignore[attr-defined]

_ids: Any = bindparam("ids", expanding=True)
_most: Any = bindparam("most")
_STANDING = (MemberState.ACTIVE.value, MemberState.FROZEN.value)
_REDEEMED = "redeemed"
_MATCHED = "purchase"

# -- who was there lately ---------------------------------------------------------------


def _since(member: Any, *where: Any) -> Select[Any]:
    """Rows by their ids, which rise with time: the newest ones are the end of the key."""
    table = member.table
    of = (
        select(table.c.id.label("id"), member.label("member_id"))
        .where(table.c.id > bindparam("after"), member.is_not(None), *where)
        .order_by(table.c.id)
        .limit(_most)
        .subquery()
    )
    return select(of.c.id, of.c.member_id)


_touched = union_all(
    _since(_purchases.c.member_id),
    # A purchase that had waited is given to its member: the row is old, its posting is new.
    _since(_postings.c.member_id, _postings.c.source_type == _MATCHED),
    _since(_changes.c.from_member),
    _since(_changes.c.to_member),
    _since(_checkins.c.member_id),
    _since(_vouchers.c.member_id, _vouchers.c.source == _REDEEMED),
    _since(_events.c.member_id, _events.c.kind == TillKind.USE.value),
    _since(_merges.c.kept_id),
)
_touched_in_order = _touched.order_by("id", "member_id").limit(_most)
_last = {table: select(func.max(table.c.id)) for table in (_purchases, _postings)}

# -- their days -------------------------------------------------------------------------


def _newest(day: Any, *where: Any) -> Listed:
    """The newest different days of each member."""
    table = day.table
    days = select(table.c.member_id, day.label("day")).where(table.c.member_id.in_(_ids), *where)
    each = days.distinct().subquery()
    place = func.row_number().over(partition_by=each.c.member_id, order_by=each.c.day.desc())
    placed = select(each.c.member_id, each.c.day, place.label("place")).subquery()
    return Listed(select(placed.c.member_id, placed.c.day).where(placed.c.place <= VISITS))


_here = Listed(
    select(_members.c.id).where(_members.c.id.in_(_ids), _members.c.state.in_(_STANDING))
)
_bought = _newest(_purchases.c.day, _purchases.c.state == BOOKED)
_checked_in = _newest(_checkins.c.day)
_at_the_till = _newest(_events.c.day, _events.c.kind == TillKind.USE.value)
_redeemed = _newest(_vouchers.c.issued_at, _vouchers.c.source == _REDEEMED)

# -- rhythms ----------------------------------------------------------------------------

_save = Upsert(care.Rhythm, ("member_id",), ("last_day", "visits", "gap_days", "due_day"))
_drop = delete(_rhythms).where(_rhythms.c.member_id.in_(_ids))
_put = update(_rhythms).where(_rhythms.c.member_id == bindparam("of"))
_put_due = _put.values(due_day=bindparam("due"))
_of = Listed(select(_rhythms).where(_rhythms.c.member_id.in_(_ids)))
_due = (
    select(_rhythms)
    .join(_members, _members.c.id == _rhythms.c.member_id)
    .where(
        _rhythms.c.due_day == bindparam("day", type_=_rhythms.c.due_day.type),
        _rhythms.c.member_id > bindparam("after"),
        _members.c.state.in_(_STANDING),
    )
    .order_by(_rhythms.c.member_id)
    .limit(_most)
)
_due_in_zone = _due.where(_members.c.zone == bindparam("zone"))
_due_elsewhere = _due.where(or_(_members.c.zone.is_(None), _members.c.zone == ""))
_passed = (
    select(_rhythms)
    .where(
        and_(
            _rhythms.c.due_day.is_not(None),
            _rhythms.c.due_day < bindparam("day", type_=_rhythms.c.due_day.type),
        )
    )
    .order_by(_rhythms.c.due_day, _rhythms.c.member_id)
    .limit(_most)
)
_after = (
    select(_rhythms)
    .where(_rhythms.c.member_id > bindparam("after"))
    .order_by(_rhythms.c.member_id)
    .limit(_most)
)
_members_after = (
    select(_members.c.id)
    .where(_members.c.id > bindparam("after"), _members.c.state.in_(_STANDING))
    .order_by(_members.c.id)
    .limit(_most)
)


class Rhythms:
    """The rhythms of all members (services.ports.rhythms.Rhythms)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def touched(self, after: int, most: int) -> list[tuple[int, int]]:
        rows = self._db.execute(_touched_in_order, {"after": after, "most": most})
        return [(int(row[0]), int(row[1])) for row in rows]

    def newest(self) -> int:
        found = (self._db.execute(one).scalar_one() for one in _last.values())
        return max(int(one or 0) for one in found)

    def visits(self, member_ids: Collection[int], zone: str) -> dict[int, set[date]]:
        bought: dict[int, set[date]] = {}
        here = [row[0] for row in _here.rows(self._db, member_ids)]
        for member_id, number in _bought.rows(self._db, here):
            bought.setdefault(member_id, set()).add(date.fromordinal(number))
        for statement in (_checked_in, _at_the_till):
            for member_id, day in statement.rows(self._db, bought):
                bought[member_id].add(day)
        for member_id, at in _redeemed.rows(self._db, bought):
            bought[member_id].add(local_day(at, zone))
        return bought

    def save(self, rhythms: Iterable[Rhythm]) -> None:
        rows = [asdict(one) for one in rhythms]
        if rows:
            _save.run(self._db, rows)

    def drop(self, member_ids: Collection[int]) -> None:
        if member_ids:
            self._db.execute(_drop, {"ids": list(member_ids)})

    def put_due(self, due: Iterable[tuple[int, date | None]]) -> None:
        values = [{"of": member_id, "due": day} for member_id, day in due]
        if values:
            self._db.execute(_put_due, values)

    def of(self, member_ids: Collection[int]) -> dict[int, Rhythm]:
        return {row.member_id: _rhythm(row) for row in _of.named(self._db, member_ids)}

    def due(self, day: date, zone: str | None, after: int, most: int) -> list[Rhythm]:
        asked: dict[str, Any] = {"day": day, "after": after, "most": most}
        if zone:
            return self._all(_due_in_zone, {**asked, "zone": zone})
        return self._all(_due_elsewhere, asked)

    def passed(self, day: date, most: int) -> list[Rhythm]:
        return self._all(_passed, {"day": day, "most": most})

    def after(self, member_id: int, most: int) -> list[Rhythm]:
        return self._all(_after, {"after": member_id, "most": most})

    def members_after(self, member_id: int, most: int) -> list[int]:
        asked = {"after": member_id, "most": most}
        return list(self._db.execute(_members_after, asked).scalars())

    def _all(self, statement: Any, asked: dict[str, Any]) -> list[Rhythm]:
        return [_rhythm(row) for row in self._db.execute(statement, asked)]


def _rhythm(row: Any) -> Rhythm:
    return Rhythm(row.member_id, row.last_day, row.visits, row.gap_days, row.due_day)
