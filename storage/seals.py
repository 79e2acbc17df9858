"""The nightly seals: what has grown is found by the ids of postings, never by reading all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import RowMapping, and_, bindparam, func, select

from domain.seals import Head, Seal
from storage.bulk import Bulk
from storage.tables import ledger, seals
from storage.types import to_millis

_seals = seals.Seal.__table__  # type: ignore[attr-defined]
_heads = seals.SealHead.__table__  # type: ignore[attr-defined]
_accounts = ledger.Account.__table__  # type: ignore[attr-defined]
_postings = ledger.Posting.__table__  # type: ignore[attr-defined]

_last = select(_seals).order_by(_seals.c.number.desc()).limit(1)
_by_digest = select(_seals).where(_seals.c.digest == bindparam("digest"))
_newest = select(func.max(_postings.c.id))
_between: Any = and_(_postings.c.id > bindparam("after"), _postings.c.id <= bindparam("upto"))
_batch_end = (
    select(_postings.c.id)
    .where(_between)
    .order_by(_postings.c.id)
    .offset(bindparam("skipped"))
    .limit(1)
)
_some = select(_postings.c.member_id, _postings.c.unit).where(_between).distinct().subquery()
_same_account: Any = and_(
    _accounts.c.member_id == _some.c.member_id, _accounts.c.unit == _some.c.unit
)
_covered: Any = (
    select(_heads.c.seal)
    .where(
        _heads.c.member_id == _accounts.c.member_id,
        _heads.c.unit == _accounts.c.unit,
        _heads.c.seq == _accounts.c.seq,
    )
    .exists()
)
_grown = (
    select(_accounts.c.member_id, _accounts.c.unit, _accounts.c.seq, _accounts.c.head)
    .select_from(_some.join(_accounts, _same_account))
    .where(~_covered)
)
_insert_seal = Bulk(seals.Seal)
_insert_heads = Bulk(seals.SealHead)


class Seals:
    """The chain of seals (services.ports.seals.Seals)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def last(self) -> Seal | None:
        return _seal(self._db.execute(_last).mappings().one_or_none())

    def by_digest(self, digest: str) -> Seal | None:
        return _seal(self._db.execute(_by_digest, {"digest": digest}).mappings().one_or_none())

    def newest_posting(self) -> int:
        return self._db.execute(_newest).scalar_one() or 0

    def batch_end(self, after: int, upto: int, size: int) -> int:
        values = {"after": after, "upto": upto, "skipped": size - 1}
        found: int | None = self._db.execute(_batch_end, values).scalar_one_or_none()
        return upto if found is None else found

    def grown(self, after: int, upto: int) -> list[Head]:
        found = self._db.execute(_grown, {"after": after, "upto": upto})
        return sorted(Head(*row) for row in found)

    def add(self, seal: Seal, heads: Sequence[Head]) -> None:
        row = (
            *(seal.number, seal.day.isoformat(), seal.after, seal.upto, seal.target),
            *(seal.heads, to_millis(seal.at), seal.digest),
        )
        _insert_seal.run(self._db, [row])
        _insert_heads.run(self._db, [(seal.number, *head) for head in heads])


def _seal(row: RowMapping | None) -> Seal | None:
    return Seal(**{**row, "day": date.fromisoformat(row["day"])}) if row else None
