"""Partners, and their codes: sealed, found by keyed hash, each given to at most one voucher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection as Db
from sqlalchemy import and_, bindparam, case, delete, exists, func, select, true, update

from domain.partners import Batch, Partner, Settled, known_by
from storage.bulk import Bulk
from storage.dialect import Upsert
from storage.ids import Ids
from storage.prepared import fetch
from storage.tables import benefits, partners
from storage.vault import Vault

_partners = partners.Partner.__table__  # type: ignore[attr-defined]
_batches = partners.PartnerBatch.__table__  # type: ignore[attr-defined]
_codes = partners.PartnerCode.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]
_BATCH: Final = tuple(field.name for field in fields(Batch))

_all = select(_partners).order_by(_partners.c.key)
_get = select(_partners).where(_partners.c.key == bindparam("of"))
_save = Upsert(partners.Partner, ("key",), update=("names",))

_FREE: Final = _codes.c.voucher_id.is_(None)
# The codes of an import that broke are nobody's: its batch counts none until the last is kept.
_whole = (
    select(_batches.c.id)
    .where(_batches.c.benefit_id == bindparam("benefit"), _batches.c.codes > 0)
    .order_by(_batches.c.id)
)
# Ordered as the index is, so that of each batch no free code but the first is looked at.
_first_free = select(_codes.c.id).where(_FREE).order_by(_codes.c.voucher_id, _codes.c.id).limit(1)


def _taking(next_code: Any) -> Any:
    return (
        update(_codes)
        .where(_codes.c.id == next_code.scalar_subquery())
        .values(voucher_id=bindparam("voucher"))
        .returning(_codes.c.code)
    )


def _next_of_sqlite() -> Any:
    """From the oldest batch that has a free code; the writer is alone."""
    some = exists().where(_codes.c.batch_id == _batches.c.id, _FREE)
    oldest = _whole.where(some).limit(1).scalar_subquery()
    return _first_free.where(_codes.c.batch_id == oldest)


def _next_of_postgresql() -> Any:
    """From the oldest batch that has a free code which nobody takes at this moment."""
    batch = _whole.subquery()
    code = _first_free.where(_codes.c.batch_id == batch.c.id)
    free = code.with_for_update(skip_locked=True).lateral()
    return select(free.c.id).select_from(batch.join(free, true())).limit(1)


_take = {"sqlite": _taking(_next_of_sqlite()), "postgresql": _taking(_next_of_postgresql())}
_of_voucher = select(_codes.c.code).where(_codes.c.voucher_id == bindparam("voucher"))
_free = select(func.count()).where(_codes.c.batch_id.in_(_whole.order_by(None)), _FREE)

_batch = select(*(_batches.c[name] for name in _BATCH)).where(_batches.c.key == bindparam("of"))
_add_batch = Upsert(partners.PartnerBatch, ("key",))
_add_codes = Bulk(partners.PartnerCode, "ON CONFLICT (code_index) DO NOTHING")
_kept = select(func.count()).where(_codes.c.batch_id == bindparam("batch"))
_complete = (
    update(_batches)
    .where(_batches.c.id == bindparam("of"), _batches.c.codes == 0)
    .values(codes=bindparam("all"))
)
# Writes nothing new, but completing the batch has to wait for its end.
_unfinished = (
    update(_batches)
    .where(_batches.c.id == bindparam("of"), _batches.c.codes == 0)
    .values(codes=_batches.c.codes)
)
_drop_codes = delete(_codes).where(_codes.c.batch_id == bindparam("batch"), _FREE)
_drop_batch = delete(_batches).where(_batches.c.id == bindparam("batch"), _batches.c.codes == 0)
# A list as one value: spelled out as thousands of values it is slow.
_IN_USE: Final = {
    "sqlite": (
        "SELECT code_index FROM partner_codes"
        " WHERE code_index IN (SELECT value FROM json_each(?1)) AND batch_id <> ?2"
        " UNION SELECT code_index FROM vouchers"
        " WHERE code_index IN (SELECT value FROM json_each(?1))"
    ),
    "postgresql": (
        "SELECT code_index FROM partner_codes"
        " WHERE code_index = ANY($1::text[]) AND batch_id <> $2"
        " UNION SELECT code_index FROM vouchers WHERE code_index = ANY($1::text[])"
    ),
}


def _count_between(column: Any) -> Any:
    between = and_(column >= bindparam("start"), column < bindparam("end"))
    return func.coalesce(func.sum(case((between, 1), else_=0)), 0)


_settled = (
    select(
        *(_batches.c[name] for name in _BATCH),
        _benefits.c.key.label("benefit_key"),
        _benefits.c.names,
        _count_between(_vouchers.c.issued_at).label("handed_out"),
        _count_between(_vouchers.c.cancelled_at).label("returned"),
        _count_between(_vouchers.c.used_at).label("used"),
    )
    .join_from(_batches, _benefits, _benefits.c.id == _batches.c.benefit_id)
    .outerjoin(_codes, and_(_codes.c.batch_id == _batches.c.id, _codes.c.voucher_id.is_not(None)))
    .outerjoin(_vouchers, _vouchers.c.id == _codes.c.voucher_id)
    .where(_batches.c.partner == bindparam("partner"))
    .group_by(_batches.c.id, _benefits.c.key, _benefits.c.names)
    .order_by(_benefits.c.key, _batches.c.id)
)


class Partners:
    """The register of partners and their codes (services.ports.partners.Partners)."""

    def __init__(self, db: Db, ids: Ids, vault: Vault) -> None:
        self._db = db
        self._ids = ids
        self._vault = vault

    def all(self) -> list[Partner]:
        return [Partner(row.key, row.names) for row in self._db.execute(_all)]

    def get(self, key: str) -> Partner | None:
        row = self._db.execute(_get, {"of": key}).one_or_none()
        return Partner(row.key, row.names) if row else None

    def save(self, partner: Partner) -> str:
        old = self.get(partner.key)
        if old == partner:
            return "same"
        _save.run(self._db, {"key": partner.key, "names": dict(partner.names)})
        return "changed" if old else "added"

    def take_code(self, benefit_id: int, voucher_id: int) -> str | None:
        values = {"benefit": benefit_id, "voucher": voucher_id}
        sealed = self._db.execute(_of_voucher, {"voucher": voucher_id}).scalar_one_or_none()
        if sealed is None:
            take = _take[self._db.dialect.name]
            sealed = self._db.execute(take, values).scalar_one_or_none()
        return self._vault.open(sealed) if sealed else None

    def free(self, benefit_id: int) -> int:
        return int(self._db.execute(_free, {"benefit": benefit_id}).scalar_one())

    def batch(self, key: str) -> Batch | None:
        row = self._db.execute(_batch, {"of": key}).mappings().one_or_none()
        return Batch(**row) if row else None

    def add_batch(self, batch: Batch) -> None:
        _add_batch.run(self._db, asdict(batch))

    def in_use(self, codes: Sequence[str], beside: int = 0) -> list[str]:
        by_index = {self._index(code): code for code in codes}
        keys: Any = list(by_index)
        if self._db.dialect.name == "sqlite":
            keys = orjson.dumps(keys).decode()
        rows = fetch(self._db, _IN_USE[self._db.dialect.name], (keys, beside))
        return [by_index[row[0]] for row in rows]

    def add_codes(self, batch_id: int, benefit_id: int, codes: Sequence[str]) -> None:
        made, seal, index = self._ids.next, self._vault.seal, self._index
        rows = [(made(), batch_id, benefit_id, seal(c), index(c), None) for c in codes]
        _add_codes.run(self._db, rows)

    def kept(self, batch_id: int) -> int:
        return int(self._db.execute(_kept, {"batch": batch_id}).scalar_one())

    def complete(self, batch_id: int, codes: int) -> bool:
        values = {"of": batch_id, "all": codes}
        return bool(self._db.execute(_complete, values).rowcount == 1)

    def drop(self, batch_id: int) -> bool:
        if not self._db.execute(_unfinished, {"of": batch_id}).rowcount:
            return False
        self._db.execute(_drop_codes, {"batch": batch_id})
        if not self.kept(batch_id):
            self._db.execute(_drop_batch, {"batch": batch_id})
        return True

    def settled(self, partner: str, start: datetime, end: datetime) -> list[Settled]:
        values = {"partner": partner, "start": start, "end": end}
        rows = self._db.execute(_settled, values).mappings()
        return [_settlement(row) for row in rows]

    def _index(self, code: str) -> str:
        """Found whatever its case and dashes, and never beside a voucher with the same code."""
        return self._vault.index("voucher", known_by(code))


def _settlement(row: Any) -> Settled:
    batch = Batch(**{name: row[name] for name in _BATCH})
    counts = (int(row[name]) for name in ("handed_out", "returned", "used"))
    return Settled(batch, row["benefit_key"], row["names"], *counts)
