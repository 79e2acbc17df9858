"""What an import of a club wrote, read back for the reconciliation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection as Db
from sqlalchemy import bindparam, func, null, select

from services.ports.openings import LEVEL_REASON, POSTED, OpeningLot
from storage.tables import benefits, ledger
from storage.vault import Vault

_postings = ledger.Posting.__table__  # type: ignore[attr-defined]
_lots = ledger.Lot.__table__  # type: ignore[attr-defined]
_changes = ledger.LevelChange.__table__  # type: ignore[attr-defined]
_vouchers = benefits.Voucher.__table__  # type: ignore[attr-defined]
_benefits = benefits.Benefit.__table__  # type: ignore[attr-defined]

_ids: Any = bindparam("ids", expanding=True)
_codes: Any = bindparam("codes", expanding=True)
_opening = (_postings.c.member_id.in_(_ids), _postings.c.source_type == POSTED)
_brought = (
    select(
        _lots.c.member_id,
        _lots.c.unit,
        _lots.c.source_type,
        _lots.c.amount,
        _lots.c.first_expires_at,
        _postings.c.at,
    )
    .join_from(_postings, _lots, _lots.c.posting_id == _postings.c.id)
    .where(*_opening)
)
_owed = select(
    _postings.c.member_id,
    _postings.c.unit,
    _postings.c.source_type,
    _postings.c.debt,
    null(),
    _postings.c.at,
).where(*_opening, _postings.c.debt < 0)
_levels = select(_changes.c.member_id, _changes.c.to_level).where(
    _changes.c.member_id.in_(_ids), _changes.c.reason == LEVEL_REASON
)
_given = (
    select(_benefits.c.key, func.count())
    .join_from(_vouchers, _benefits, _benefits.c.id == _vouchers.c.benefit_id)
    .where(_vouchers.c.key.in_(bindparam("keys", expanding=True)))
    .group_by(_benefits.c.key)
)
_used = select(_vouchers.c.code_index).where(_vouchers.c.code_index.in_(_codes))


class Openings:
    """Opening balances, levels and vouchers (services.ports.openings.Openings)."""

    def __init__(self, db: Db, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def lots(self, member_ids: Collection[int]) -> list[OpeningLot]:
        ids = {"ids": list(member_ids)}
        found = [*self._db.execute(_brought, ids), *self._db.execute(_owed, ids)]
        return [OpeningLot(*row) for row in found]

    def levels(self, member_ids: Collection[int]) -> dict[int, str]:
        found = self._db.execute(_levels, {"ids": list(member_ids)})
        return {member_id: level for member_id, level in found}

    def vouchers(self, keys: Collection[str]) -> dict[str, int]:
        found = self._db.execute(_given, {"keys": list(keys)})
        return {key: count for key, count in found}

    def codes(self, codes: Collection[str]) -> set[str]:
        by_index = {self._vault.index("voucher", code): code for code in codes}
        found = self._db.execute(_used, {"codes": list(by_index)}).scalars()
        return {by_index[index] for index in found}
