"""Stored value that is blocked."""

from __future__ import annotations

from dataclasses import asdict, fields

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, delete, select

from services.ports.bills import CreditBlock
from storage.dialect import Upsert
from storage.tables import till

_blocks = till.CreditBlock.__table__  # type: ignore[attr-defined]
_columns = select(*(_blocks.c[field.name] for field in fields(CreditBlock)))
_get = _columns.where(_blocks.c.member_id == bindparam("of"))
_add = Upsert(till.CreditBlock, ("member_id",))
_lift = delete(_blocks).where(_blocks.c.member_id == bindparam("of"))


class CreditBlocks:
    """Who may not spend their stored value (services.ports.bills.CreditBlocks)."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def add(self, block: CreditBlock) -> bool:
        return _add.run(self._db, asdict(block)) == 1

    def lift(self, member_id: int) -> bool:
        return self._db.execute(_lift, {"of": member_id}).rowcount == 1

    def get(self, member_id: int) -> CreditBlock | None:
        row = self._db.execute(_get, {"of": member_id}).one_or_none()
        return CreditBlock(*row) if row else None
