"""What members did, read in chunks for a replay under other rules (services.ports.replays)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select, type_coerce
from sqlalchemy import Connection as Db

from domain.dates import local_day, start_of_day
from domain.doings import Brought, Doing, Given, Kept, Moved, Sold
from domain.ledger import Kind
from domain.members import MemberState
from domain.points import Unit
from domain.purchases import Line, Order, Returned, by_category, reduced
from services.ports.replays import Asked, Lived
from services.ports.sales import BOOKED
from storage.tables import checkins, club, ledger, people
from storage.tables import purchases as tables
from storage.types import from_millis, to_millis

_members = people.Member.__table__  # type: ignore[attr-defined]
_purchases = tables.Purchase.__table__  # type: ignore[attr-defined]
_lines = tables.PurchaseLine.__table__  # type: ignore[attr-defined]
_refunds = tables.Refund.__table__  # type: ignore[attr-defined]
_payments = tables.PurchasePayment.__table__  # type: ignore[attr-defined]
_postings = ledger.Posting.__table__  # type: ignore[attr-defined]
_checkins = checkins.CheckIn.__table__  # type: ignore[attr-defined]
_stores = club.Store.__table__  # type: ignore[attr-defined]

_ids: Any = bindparam("ids", expanding=True)
_until: Any = bindparam("until", type_=BigInteger)
_living = (MemberState.ACTIVE.value, MemberState.FROZEN.value)
# The channel of purchases from before the club moved in.
HISTORY = "history"
# What a purchase gave and its refunds took is computed anew; bonus points are read apart.
_COMPUTED = (Kind.EARNED.value, Kind.REFUNDED.value, Kind.BONUS.value)


def _at(column: Any) -> Any:
    return type_coerce(column, BigInteger)


_count = select(func.count()).where(_members.c.state.in_(_living))
_some = (
    select(
        _members.c.id,
        _members.c.number,
        _members.c.name,
        _members.c.joined_at,
        _members.c.birth_month,
        _members.c.birth_lunar,
    )
    .where(_members.c.id > bindparam("after"), _members.c.state.in_(_living))
    .order_by(_members.c.id)
    .limit(bindparam("most"))
)
_merged = select(_members.c.id, _members.c.merged_into).where(_members.c.merged_into.in_(_ids))
_mine = (
    _purchases.c.member_id.in_(_ids),
    _purchases.c.state == BOOKED,
    _at(_purchases.c.occurred_at) < _until,
)
_sold = select(
    _purchases.c.member_id,
    _at(_purchases.c.occurred_at),
    _purchases.c.id,
    _purchases.c.store_id,
    _purchases.c.minor,
    _purchases.c.off_minor,
    _purchases.c.refunded_minor,
    _purchases.c.channel,
    _at(_purchases.c.received_at),
    _purchases.c.limits,
).where(*_mine)
_categories = (
    select(_lines.c.purchase_id, _lines.c.category, func.sum(_lines.c.minor))
    .join(_purchases, _purchases.c.id == _lines.c.purchase_id)
    .where(*_mine)
    .group_by(_lines.c.purchase_id, _lines.c.category)
)
_lines_of = (
    select(_lines.c.purchase_id, _lines.c.minor, _lines.c.quantity, _lines.c.category)
    .where(_lines.c.purchase_id.in_(_ids))
    .order_by(_lines.c.purchase_id, _lines.c.line)
)
_returned = (
    select(
        _refunds.c.purchase_id,
        _at(_refunds.c.occurred_at).label("at"),
        _refunds.c.id,
        _refunds.c.returns,
    )
    .where(_refunds.c.purchase_id.in_(_ids), _at(_refunds.c.occurred_at) < _until)
    .order_by(_refunds.c.purchase_id, _refunds.c.id)
)
_booked = (
    _postings.c.member_id.in_(_ids),
    _postings.c.unit == Unit.POINTS.value,
    _at(_postings.c.at) < _until,
)
_bonus = select(
    _postings.c.member_id,
    _at(_postings.c.at),
    _postings.c.id,
    _postings.c.source_type,
    _postings.c.source_id,
    _postings.c.amount,
).where(*_booked, _postings.c.kind == Kind.BONUS.value, _postings.c.source_type != "checkin")
_moved = select(
    _postings.c.member_id,
    _at(_postings.c.at),
    _postings.c.id,
    _postings.c.wallet + _postings.c.held + _postings.c.debt,
).where(*_booked, _postings.c.kind.not_in(_COMPUTED))
_days = select(
    _checkins.c.member_id,
    _at(_checkins.c.at),
    _checkins.c.id,
    _checkins.c.points,
    _checkins.c.streak,
).where(_checkins.c.member_id.in_(_ids), _at(_checkins.c.at) < _until)
_paid = select(
    func.coalesce(func.sum(_payments.c.points), 0), func.coalesce(func.sum(_payments.c.minor), 0)
).where(_payments.c.kind == "points")
_codes = select(_stores.c.id, _stores.c.code)


class Replays:
    """Reads for replays (services.ports.replays.Replays)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def count(self) -> int:
        return int(self._db.execute(_count).scalar_one())

    def members(self, after: int, most: int) -> list[Lived]:
        return [Lived(*row) for row in self._db.execute(_some, {"after": after, "most": most})]

    def paid_with_points(self) -> tuple[int, int]:
        points, minor = self._db.execute(_paid).one()
        return int(points), int(minor)

    def doings(self, members: Sequence[Lived], asked: Asked) -> dict[int, list[Doing]]:
        found: dict[int, list[Doing]] = {member.id: [] for member in members}
        if members:
            chunk = _Chunk(self._db, members, asked)
            for owner, doing in chunk.doings():
                found[owner].append(doing)
        for doings in found.values():
            doings.sort(key=_in_time)
        return found


def _in_time(doing: Doing) -> tuple[int, bool, int]:
    """Points that pay a purchase leave before it earns."""
    return (doing.at, not isinstance(doing, Moved), doing.id)


class _Chunk:
    """The doings of some members."""

    def __init__(self, db: Db, members: Sequence[Lived], asked: Asked) -> None:
        self._db, self._asked = db, asked
        self._joined = {member.id: to_millis(member.joined_at) for member in members}
        self._ids = list(self._joined)
        end = start_of_day(asked.last + timedelta(days=1), asked.zone)
        self._until = to_millis(end)

    def doings(self) -> Iterator[tuple[int, Doing]]:
        yield from self._purchases()
        owners = self._with_merged()
        for member_id, at, id_, source, about, points in self._rows(_bonus, owners):
            yield owners[member_id], Given(at, id_, self._day(at), source, about, points)
        for member_id, at, id_, points, streak in self._rows(_days, owners):
            yield owners[member_id], Given(at, id_, self._day(at), "checkin", "", points, streak)
        for member_id, at, id_, points in (
            self._rows(_moved, owners) if self._asked.holding else ()
        ):
            yield owners[member_id], Moved(at, id_, self._day(at), int(points))

    def _rows(self, statement: Any, ids: Collection[int]) -> Any:
        return self._db.execute(statement, {"ids": list(ids), "until": self._until})

    def _with_merged(self) -> dict[int, int]:
        """Postings stay with the membership they were made for; each with its present one."""
        owners = {member_id: member_id for member_id in self._ids}
        newest = list(owners)
        while newest:
            rows = self._db.execute(_merged, {"ids": newest}).all()
            newest = [member_id for member_id, _ in rows if member_id not in owners]
            owners |= {member_id: owners[into] for member_id, into in rows}
        return owners

    # -- purchases ----------------------------------------------------------------------

    def _purchases(self) -> Iterator[tuple[int, Doing]]:
        rows = self._rows(_sold, self._ids).all()
        sums = self._categories() if self._asked.by_category else {}
        lines = self._lines([row[2] for row in rows if row[5] or row[6]])
        returns = self._returns([row[2] for row in rows if row[6]])
        stores = {id_: str(code) for id_, code in self._db.execute(_codes)}
        for owner, at, id_, store_id, minor, off, _back, channel, came, limits in rows:
            by = sums.get(id_) or {"": minor}
            if id_ in lines:
                minor, by = _left(lines[id_], {}, off)
            day, store = self._day(at), stores.get(store_id, "")
            if channel == HISTORY:
                yield owner, Brought(max(at, came), id_, self._day(max(at, came)), day, minor)
            else:
                waited = came < self._joined[owner] or "too_old" in limits
                yield owner, Sold(at, id_, day, store, minor, by, waited)
            for later, refund_id, state in returns.get(id_, ()):
                kept, parts = _left(lines[id_], state, off)
                moment = max(later, at)
                yield owner, Kept(moment, refund_id, self._day(moment), id_, kept, parts)

    def _day(self, at: int) -> date:
        return local_day(from_millis(at), self._asked.zone)

    def _categories(self) -> dict[int, dict[str, int]]:
        sums: dict[int, dict[str, int]] = {}
        for id_, category, minor in self._rows(_categories, self._ids):
            sums.setdefault(id_, {})[category] = int(minor)
        return sums

    def _lines(self, ids: list[int]) -> dict[int, tuple[Line, ...]]:
        found: dict[int, list[Line]] = {}
        if ids:
            for id_, minor, quantity, category in self._db.execute(_lines_of, {"ids": ids}):
                found.setdefault(id_, []).append(Line(minor, quantity, category))
        return {id_: tuple(lines) for id_, lines in found.items()}

    def _returns(self, ids: list[int]) -> dict[int, list[tuple[int, int, Mapping[int, Returned]]]]:
        found: dict[int, list[tuple[int, int, Mapping[int, Returned]]]] = {}
        for id_, at, refund_id, packed in self._rows(_returned, ids) if ids else ():
            state = {line: Returned(minor, quantity) for line, minor, quantity in packed}
            found.setdefault(id_, []).append((at, refund_id, state))
        return found


def _left(
    lines: tuple[Line, ...], returns: Mapping[int, Returned], off: int
) -> tuple[int, dict[str, int]]:
    """What is left of a bill in money, and by category."""
    minor = sum(line.minor for line in lines)
    order = Order("", "", _NEVER, "", minor, lines)
    left = reduced(order, returns, off)
    return left.minor, by_category(left.lines)


_NEVER = from_millis(0)
