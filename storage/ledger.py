"""The ledger's tables: appending postings, reading accounts, lots and balances."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    String,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import Connection as Db

from domain.ledger import Account, Booked, Posting
from domain.points import Lot, Portion, Take
from services.ports.points import HistoryRow, Summary
from storage import posting_rows as rows
from storage.bulk import Bulk, run_all
from storage.listed import Listed
from storage.prepared import Prepared
from storage.tables import ledger as tables
from storage.types import Instant, from_millis, to_millis

_accounts = tables.Account.__table__  # type: ignore[attr-defined]
_postings = tables.Posting.__table__  # type: ignore[attr-defined]
_lots = tables.Lot.__table__  # type: ignore[attr-defined]
_moves = tables.LotMove.__table__  # type: ignore[attr-defined]
_reasons = tables.PostingReason.__table__  # type: ignore[attr-defined]

# A literal, so that both databases see that the partial indexes of open lots fit.
_open = _lots.c.left > literal_column("0")
_now = bindparam("now", type_=BigInteger)
_expires = type_coerce(_lots.c.expires_at, BigInteger)
_active = type_coerce(_lots.c.active_from, BigInteger)


def _summed(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, _lots.c.left), else_=0)), 0)


# What expires together, soonest first, read off the index in its order.
_together = (
    select(
        func.coalesce(_expires, 0).label("at"),
        _summed(_active <= _now).label("usable"),
        _summed(_active > _now).label("later"),
    )
    .where(
        _lots.c.member_id == bindparam("member"),
        _lots.c.unit == bindparam("unit"),
        _open,
        or_(_lots.c.expires_at.is_(None), _expires > _now),
    )
    .group_by(_lots.c.expires_at)
    .subquery()
)
# All in one row, the parts as text `at:usable:later,…`: a row costs the driver more than a number.
_part = (
    cast(_together.c.at, String)
    + literal_column("':'")
    + cast(_together.c.usable, String)
    + literal_column("':'")
    + cast(_together.c.later, String)
)


def _balance(joined: Any) -> Any:
    """The account with all its parts; `joined` is the database's word for joining texts."""
    parts = select(joined(_part, literal_column("','"))).scalar_subquery()
    columns = (_accounts.c.held, _accounts.c.debt, _accounts.c.lifetime, parts)
    return select(*columns).where(
        _accounts.c.member_id == bindparam("member"), _accounts.c.unit == bindparam("unit")
    )


_summary = Prepared(
    {"sqlite": _balance(func.group_concat), "postgresql": _balance(func.string_agg)}
)
_account = Prepared(
    select(_accounts).where(
        _accounts.c.member_id == bindparam("member"), _accounts.c.unit == bindparam("unit")
    )
)
_some_accounts = Listed(
    select(_accounts).where(
        _accounts.c.member_id.in_(bindparam("members", expanding=True)),
        _accounts.c.unit == bindparam("unit"),
    ),
    "members",
)
_lot = [column for column in _lots.c if column.name != "first_expires_at"]
_MOMENTS = [place for place, column in enumerate(_lot) if isinstance(column.type, Instant)]
_posted_lot = [_lots.c.first_expires_at if c.name == "expires_at" else c for c in _lot]
_open_lots = Prepared(
    select(*_lot).where(
        _lots.c.member_id == bindparam("member"),
        _lots.c.unit == bindparam("unit"),
        _open,
    )
)
_lots_by_id = select(*_lot).where(_lots.c.id.in_(bindparam("ids", expanding=True)))
_lots_made = (
    select(*_posted_lot).where(_lots.c.posting_id == bindparam("posting")).order_by(_lots.c.id)
)
_has_key = Prepared(select(_postings.c.id).where(_postings.c.key == bindparam("key")))
_by_key = Prepared(
    select(_postings.c.id, _postings.c.content_hash).where(_postings.c.key == bindparam("key"))
)
_by_id = select(_postings).where(_postings.c.id == bindparam("id"))
_previous = select(_postings.c.hash).where(
    _postings.c.member_id == bindparam("member"),
    _postings.c.unit == bindparam("unit"),
    _postings.c.seq == bindparam("seq"),
)
_moves_of = (
    select(_moves.c.lot_id, _moves.c.amount)
    .where(_moves.c.posting_id == bindparam("posting"))
    .order_by(_moves.c.position)
)
_reversing = select(_postings.c.id).where(_postings.c.reverses == bindparam("posting"))
# Pages go by number: ids of several processes need not come in the order of the postings.
_others = _postings.alias()
_same_account = (
    _others.c.member_id == bindparam("member"),
    _others.c.unit == bindparam("unit"),
)
_before = func.coalesce(
    select(_others.c.seq)
    .where(_others.c.id == bindparam("before"), *_same_account)
    .scalar_subquery(),
    select(func.max(_others.c.seq) + 1)
    .where(_others.c.id < bindparam("before"), *_same_account)
    .scalar_subquery(),
)
_history = (
    select(_postings, _reasons.c.reason)
    .select_from(_postings.outerjoin(_reasons, _reasons.c.posting_id == _postings.c.id))
    .where(
        _postings.c.member_id == bindparam("member"),
        _postings.c.unit == bindparam("unit"),
        or_(bindparam("before", type_=BigInteger).is_(None), _postings.c.seq < _before),
    )
    .order_by(_postings.c.seq.desc())
    .limit(bindparam("size"))
)
_add_reason = insert(_reasons)

_insert_postings = Bulk(tables.Posting)
_insert_lots = Bulk(tables.Lot)
_insert_moves = Bulk(tables.LotMove)
_put_accounts = Bulk(
    tables.Account,
    "ON CONFLICT (member_id, unit) DO UPDATE SET wallet = excluded.wallet, held = excluded.held,"
    " debt = excluded.debt, lifetime = excluded.lifetime, seq = excluded.seq,"
    " head = excluded.head",
)
_take_from_lot = {
    "sqlite": 'UPDATE lots SET "left" = "left" - ? WHERE id = ?',
    "postgresql": 'UPDATE lots SET "left" = "left" - $1 WHERE id = $2',
}


class Ledger:
    """The postings of all members (services.ports.points.Ledger)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    # -- reading ------------------------------------------------------------------------

    def summary(self, member_id: int, unit: str, now: datetime) -> Summary:
        values = {"member": member_id, "unit": unit, "now": to_millis(now)}
        row = _summary.row(self._db, values)
        if row is None:
            return Summary()
        available = pending = 0
        expiring = []
        for part in row[3].split(",") if row[3] else ():
            at, usable, later = map(int, part.split(":"))
            available += usable
            pending += later
            if at and usable:
                expiring.append((at, usable))
        portions = tuple(Portion(usable, from_millis(at)) for at, usable in sorted(expiring))
        return Summary(available, pending, row[0], row[1], row[2], portions)

    def account(self, member_id: int, unit: str) -> Account:
        row = _account.row(self._db, {"member": member_id, "unit": unit})
        return Account(*row) if row else Account(member_id, unit)

    def accounts(self, member_ids: Collection[int], unit: str) -> dict[int, Account]:
        found = _some_accounts.rows(self._db, member_ids, unit=unit)
        return {row[0]: Account(*row) for row in found}

    def lots(self, member_id: int, unit: str) -> list[Lot]:
        found = _open_lots.rows(self._db, {"member": member_id, "unit": unit})
        return [_lot_of(row) for row in found]

    def lots_by_id(self, lot_ids: Collection[int]) -> dict[int, Lot]:
        found = self._db.execute(_lots_by_id, {"ids": list(lot_ids)})
        return {row[0]: Lot(*row) for row in found}

    def booked(self, keys: Collection[str]) -> set[str]:
        return {key for key in keys if _has_key.row(self._db, {"key": key})}

    def by_key(self, key: str) -> tuple[Posting, str] | None:
        row = _by_key.row(self._db, {"key": key})
        return (self.posting(row[0]), row[1]) if row else None

    def posting(self, posting_id: int) -> Posting:
        row = self._db.execute(_by_id, {"id": posting_id}).mappings().one_or_none()
        if row is None:
            raise LookupError(posting_id)
        before = {"member": row["member_id"], "unit": row["unit"], "seq": row["seq"] - 1}
        previous = self._db.execute(_previous, before).scalar_one_or_none()
        mine = {"posting": posting_id}
        made = [Lot(*lot) for lot in self._db.execute(_lots_made, mine)]
        return rows.posting(row, made, self.takes_of(posting_id), previous)

    def takes_of(self, posting_id: int) -> tuple[Take, ...]:
        found = self._db.execute(_moves_of, {"posting": posting_id})
        return tuple(Take(*row) for row in found)

    def is_reversed(self, posting_id: int) -> bool:
        return self._db.execute(_reversing, {"posting": posting_id}).first() is not None

    def history(
        self, member_id: int, unit: str, before_id: int | None, size: int
    ) -> list[HistoryRow]:
        values = {"member": member_id, "unit": unit, "before": before_id, "size": size}
        return [rows.history(row) for row in self._db.execute(_history, values).mappings()]

    # -- writing ------------------------------------------------------------------------

    def append(self, booked: Booked, content_hash: str) -> None:
        self.append_all([(booked, content_hash)])

    def append_all(self, booked: Sequence[tuple[Booked, str]]) -> None:
        postings = [one.posting for one, _ in booked]
        moves = rows.moves(postings)
        last = {(one.account.member_id, one.account.unit): one.account for one, _ in booked}
        run_all(
            self._db,
            [
                (_insert_postings, [rows.columns(one.posting, c) for one, c in booked]),
                (_insert_lots, rows.lots(postings)),
                (_insert_moves, moves),
                (_put_accounts, [rows.account(account) for account in last.values()]),
            ],
        )
        self._move([(amount, lot_id) for _, _, lot_id, amount in moves])

    def _move(self, parts: list[tuple[int, int]]) -> None:
        if parts:
            self._db.exec_driver_sql(_take_from_lot[self._db.dialect.name], parts)

    def add_reason(self, posting_id: int, member_id: int, reason: str) -> None:
        row = {"posting_id": posting_id, "member_id": member_id, "reason": reason}
        self._db.execute(_add_reason, row)


def _lot_of(row: Any) -> Lot:
    """A lot from its row as the database holds it."""
    values = list(row)
    for place in _MOMENTS:
        values[place] = None if values[place] is None else from_millis(values[place])
    return Lot(*values)
