"""The tables of purchases, refunds and what unmatched orders wait for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy import Connection as Db

from domain.levels import DayTotal
from domain.purchases import Line, Returned
from services.ports.sales import (
    BOOKED,
    Buyer,
    Change,
    Claim,
    Key,
    Noted,
    Purchase,
    Refund,
)
from storage.bulk import Bulk, run_all
from storage.dialect import for_update
from storage.ids import Ids
from storage.listed import Listed
from storage.purchase_matching import Matching
from storage.tables import club, people
from storage.tables import purchases as tables
from storage.types import to_millis
from storage.vault import Vault

_purchases = tables.Purchase.__table__  # type: ignore[attr-defined]
_lines = tables.PurchaseLine.__table__  # type: ignore[attr-defined]
_claims = tables.PurchaseClaim.__table__  # type: ignore[attr-defined]
_refunds = tables.Refund.__table__  # type: ignore[attr-defined]
_changes = tables.PurchaseChange.__table__  # type: ignore[attr-defined]
_imported = tables.ImportedMember.__table__  # type: ignore[attr-defined]
_members = people.Member.__table__  # type: ignore[attr-defined]
_stores = club.Store.__table__  # type: ignore[attr-defined]

_ids: Any = bindparam("ids", expanding=True)
_claim_orders = select(
    func.pg_advisory_xact_lock(
        func.unnest(bindparam("numbers", type_=ARRAY(BigInteger))).column_valued("number")
    )
)
_stored = Listed(
    select(_purchases).where(
        tuple_(_purchases.c.source, _purchases.c.order_id).in_(bindparam("keys", expanding=True))
    ),
    "keys",
)
_buyers = (
    select(
        _members.c.id,
        _members.c.state,
        _members.c.level,
        _members.c.birth_month,
        _members.c.birth_lunar,
        _members.c.joined_at,
        _members.c.merged_into,
    )
    .where(_members.c.id.in_(_ids))
    .order_by(_members.c.id)
)
_buyers_locked = Listed(_buyers.with_for_update())
_buyers_unlocked = Listed(_buyers)
_kept = _purchases.c.basis_minor
_days = Listed(
    select(
        _purchases.c.member_id,
        _purchases.c.day,
        func.sum(_kept),
        func.sum(case((_kept > 0, 1), else_=0)),
        func.max(_kept),
    )
    .where(_purchases.c.member_id.in_(_ids), _purchases.c.state == BOOKED)
    .group_by(_purchases.c.member_id, _purchases.c.day)
    .order_by(_purchases.c.member_id, _purchases.c.day)
)
_get = select(_purchases).where(_purchases.c.id == bindparam("id"))
_lines_of = (
    select(_lines.c.minor, _lines.c.quantity, _lines.c.category, _lines.c.sku, _lines.c.name)
    .where(_lines.c.purchase_id == bindparam("id"))
    .order_by(_lines.c.line)
)
_by_posting = select(_purchases).where(_purchases.c.posting_id.in_(_ids))
_of_member = (
    select(_purchases)
    .where(_purchases.c.member_id == bindparam("member"))
    .order_by(_purchases.c.day.desc(), _purchases.c.occurred_at.desc())
    .limit(bindparam("size"))
)
_waiting = (
    select(_purchases.c.id)
    .distinct()
    .join(_claims, _claims.c.purchase_id == _purchases.c.id)
    .where(
        _claims.c.claim.in_(bindparam("claims", expanding=True)),
        # By an index through the first; a number and an external id may be spelled alike.
        (_claims.c.kind + ":" + _claims.c.claim).in_(bindparam("named", expanding=True)),
    )
    .order_by(_purchases.c.id)
    .limit(bindparam("size"))
)
_ASSIGNED = (
    "state",
    "member_id",
    "level",
    "birthday_month",
    "rule_version",
    "posting_id",
    "points",
    "returned_points",
    "taken_points",
    "lapsed_points",
    "growth",
    "returned_growth",
    "basis_minor",
    "limits",
)
_assign = (
    update(_purchases)
    .where(_purchases.c.id == bindparam("b_id"))
    .values({name: bindparam(f"b_{name}") for name in _ASSIGNED})
)
_note_refund = (
    update(_purchases)
    .where(_purchases.c.id == bindparam("b_id"))
    .values(
        refunded_minor=_purchases.c.refunded_minor + bindparam("b_minor"),
        returned_points=_purchases.c.returned_points + bindparam("b_points"),
        taken_points=_purchases.c.taken_points + bindparam("b_taken"),
        lapsed_points=_purchases.c.lapsed_points + bindparam("b_lapsed"),
        returned_growth=_purchases.c.returned_growth + bindparam("b_growth"),
        basis_minor=bindparam("b_basis_minor"),
    )
)
_drop_claims = delete(_claims).where(_claims.c.purchase_id == bindparam("b_id"))
_forget = delete(_claims).where(
    _claims.c.kind == bindparam("b_kind"), _claims.c.claim == bindparam("b_claim")
)
_add_refund = insert(_refunds)
_refund = select(_refunds).where(
    _refunds.c.source == bindparam("source"), _refunds.c.refund_id == bindparam("refund_id")
)
_refunds_of = select(_refunds.c.returns).where(_refunds.c.purchase_id == bindparam("id"))
_add_change = insert(_changes)
_some_imported = select(_imported).where(
    _imported.c.external_id.in_(bindparam("ids", expanding=True))
)
_all_stores = select(_stores.c.code, _stores.c.id)

_insert_purchases = Bulk(tables.Purchase)
_insert_lines = Bulk(tables.PurchaseLine)
_insert_claims = Bulk(tables.PurchaseClaim)
_insert_imported = Bulk(tables.ImportedMember)


class Purchases:
    """Orders of all members (services.ports.sales.Purchases)."""

    def __init__(self, db: Db, ids: Ids, vault: Vault) -> None:
        self._db = db
        self._ids = ids
        self._vault = vault
        self._matching = Matching(db, vault)

    # -- batches ------------------------------------------------------------------------

    def claim(self, keys: Collection[Key]) -> None:
        # SQLite's writer is alone anyway. Sorted, so that two batches cannot wait for each other.
        if for_update(self._db):
            numbers = sorted({_number(key) for key in keys})
            self._db.execute(_claim_orders, {"numbers": numbers})

    def stored(self, keys: Collection[Key]) -> dict[Key, Purchase]:
        found = map(_purchase, _stored.named(self._db, keys))
        return {(one.source, one.order_id): one for one in found}

    def match(self, claims: Collection[Claim]) -> dict[Claim, int]:
        return self._matching.match(claims)

    def lock(self, member_ids: Collection[int]) -> dict[int, Buyer]:
        statement = _buyers_locked if for_update(self._db) else _buyers_unlocked
        found = statement.rows(self._db, sorted(member_ids))
        return {row[0]: Buyer(*row) for row in found}

    def days(self, member_ids: Collection[int]) -> dict[int, list[DayTotal]]:
        days: dict[int, list[DayTotal]] = {member_id: [] for member_id in member_ids}
        for row in _days.rows(self._db, member_ids):
            day = DayTotal(date.fromordinal(row[1]), int(row[2]), int(row[3]), int(row[4]))
            days[row[0]].append(day)
        return days

    def add(self, purchases: Sequence[tuple[Purchase, Sequence[Line], Sequence[Claim]]]) -> None:
        lines = [
            (purchase.id, number, *line, purchase.day.toordinal())
            for purchase, bought, _ in purchases
            for number, line in enumerate(bought, start=1)
        ]
        claims = [
            (purchase.id, claim.kind, self._matching.index(claim))
            for purchase, _, made in purchases
            if purchase.member_id is None
            for claim in made
        ]
        rows = [_row(purchase) for purchase, _, _ in purchases]
        run_all(
            self._db,
            [(_insert_purchases, rows), (_insert_lines, lines), (_insert_claims, claims)],
        )

    # -- one purchase -------------------------------------------------------------------

    def get(self, purchase_id: int) -> Purchase:
        row = self._db.execute(_get, {"id": purchase_id}).one_or_none()
        if row is None:
            raise LookupError(purchase_id)
        return _purchase(row)

    def lines(self, purchase_id: int) -> tuple[Line, ...]:
        return tuple(Line(*row) for row in self._db.execute(_lines_of, {"id": purchase_id}))

    def by_posting(self, posting_ids: Collection[int]) -> dict[int, Purchase]:
        found = self._db.execute(_by_posting, {"ids": list(posting_ids)})
        return {row.posting_id: _purchase(row) for row in found}

    def of_member(self, member_id: int, size: int) -> list[Purchase]:
        found = self._db.execute(_of_member, {"member": member_id, "size": size})
        return [_purchase(row) for row in found]

    def waiting(self, claims: Iterable[Claim], limit: int) -> list[int]:
        wanted = [(claim.kind, self._matching.index(claim)) for claim in claims]
        if not wanted:
            return []
        named = [f"{kind}:{text}" for kind, text in wanted]
        asked = {"claims": [text for _, text in wanted], "named": named, "size": limit}
        return list(self._db.execute(_waiting, asked).scalars())

    def left(self, limit: int) -> list[tuple[int, int]]:
        return self._matching.left(limit)

    def forget(self, claims: Collection[Claim]) -> None:
        for claim in claims:
            gone = {"b_kind": claim.kind, "b_claim": self._matching.index(claim)}
            self._db.execute(_forget, gone)

    def claim_people(self, claims: Collection[Claim]) -> None:
        self.claim([(claim.kind, self._matching.index(claim)) for claim in claims])

    def assign(self, purchase: Purchase) -> None:
        values = {f"b_{name}": getattr(purchase, name) for name in _ASSIGNED}
        self._db.execute(_assign, {**values, "b_id": purchase.id})
        self._db.execute(_drop_claims, {"b_id": purchase.id})

    # -- refunds and changes ------------------------------------------------------------

    def note_refund(self, purchase_id: int, noted: Noted) -> None:
        values = {f"b_{name}": value for name, value in asdict(noted).items()}
        self._db.execute(_note_refund, {"b_id": purchase_id, **values})

    def add_refund(self, refund: Refund) -> None:
        values = {name: getattr(refund, name) for name in Refund.__dataclass_fields__}
        values["returns"] = [[line, *back] for line, back in refund.returns.items()]
        values["back"] = dict(refund.back)
        self._db.execute(_add_refund, values)

    def refund(self, key: Key) -> Refund | None:
        found = self._db.execute(_refund, {"source": key[0], "refund_id": key[1]})
        row = found.mappings().one_or_none()
        if row is None:
            return None
        values: dict[str, Any] = {name: row[name] for name in Refund.__dataclass_fields__}
        return Refund(**{**values, "returns": _returns(row["returns"])})

    def returns(self, purchase_id: int) -> Mapping[int, Returned]:
        # Each refund has the state after it, and that only grows; ids of several processes need
        # not come in the order of the refunds.
        found: dict[int, Returned] = {}
        for rows in self._db.execute(_refunds_of, {"id": purchase_id}).scalars():
            for line, back in _returns(rows).items():
                found[line] = Returned(*map(max, back, found.get(line, back)))
        return found

    def add_change(self, change: Change) -> None:
        values = {name: getattr(change, name) for name in Change.__dataclass_fields__}
        self._db.execute(_add_change, {"id": self._ids.next(), **values})

    # -- imports ------------------------------------------------------------------------

    def store_ids(self) -> dict[str, int]:
        return {code: store_id for code, store_id in self._db.execute(_all_stores)}

    def imported(self, external_ids: Collection[str]) -> dict[str, tuple[int, str]]:
        found = self._db.execute(_some_imported, {"ids": list(external_ids)})
        return {row.external_id: (row.member_id, row.content_hash) for row in found}

    def add_imported(self, rows: Sequence[tuple[str, int, str]]) -> None:
        _insert_imported.run(self._db, rows)


def _number(key: Key) -> int:
    """A 63-bit number for an order, to lock by."""
    digest = blake2b("\0".join(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


_FIELDS = tuple(Purchase.__dataclass_fields__)


def _purchase(row: Any) -> Purchase:
    values = {name: getattr(row, name) for name in _FIELDS}
    return Purchase(**{**values, "day": date.fromordinal(row.day)})


def _returns(rows: list[list[int]]) -> dict[int, Returned]:
    return {line: Returned(minor, quantity) for line, minor, quantity in rows}


def _row(p: Purchase) -> tuple[Any, ...]:
    """A row of `purchases` in the order of its columns, as the database keeps it."""
    return (
        p.id,
        p.source,
        p.order_id,
        p.content_hash,
        p.state,
        p.member_id,
        to_millis(p.occurred_at),
        p.day.toordinal(),
        p.currency,
        p.minor,
        p.refunded_minor,
        p.store_id,
        p.staff_id,
        p.channel,
        to_millis(p.received_at),
        p.level,
        p.birthday_month,
        p.rule_version,
        p.posting_id,
        p.points,
        p.returned_points,
        p.taken_points,
        p.lapsed_points,
        p.growth,
        p.returned_growth,
        p.off_minor,
        p.basis_minor,
        p.limits,
    )
