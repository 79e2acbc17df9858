"""Postings as rows of the ledger's tables, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import RowMapping

from domain.ledger import ACCOUNTS, GENESIS, Account, Posting, Share, explained, legs_of
from domain.points import Lot, Take
from services.ports.points import HistoryRow
from storage.types import to_millis


def columns(posting: Posting, content_hash: str) -> tuple[Any, ...]:
    """A row of `postings` in the order of its columns, as the database keeps it."""
    amounts = dict(posting.legs)
    return (
        posting.id,
        posting.key,
        content_hash,
        str(posting.kind),
        posting.member_id,
        str(posting.unit),
        posting.seq,
        posting.amount,
        to_millis(posting.at),
        posting.source_type,
        posting.source_id,
        posting.rule_version,
        explained(posting.explanation),
        posting.reverses,
        posting.staff_id,
        posting.store_id,
        posting.hash,
        *[amounts.get(name, 0) for name in ACCOUNTS],
    )


def account(row: Account) -> tuple[Any, ...]:
    """A row of `accounts`."""
    return (
        row.member_id,
        str(row.unit),
        row.wallet,
        row.held,
        row.debt,
        row.lifetime,
        row.seq,
        row.head,
    )


def moves(postings: Iterable[Posting]) -> list[tuple[Any, ...]]:
    """Rows of `lot_moves`."""
    return [
        (posting.id, position, lot_id, amount)
        for posting in postings
        for position, (lot_id, amount) in enumerate(posting.takes)
    ]


def lots(postings: Iterable[Posting]) -> list[tuple[Any, ...]]:
    """Rows of `lots` for what the postings made."""
    return [_lot(lot) for posting in postings for lot in posting.lots_made]


def _lot(lot: Lot) -> tuple[Any, ...]:
    return (
        lot.id,
        lot.member_id,
        str(lot.unit),
        lot.amount,
        lot.left,
        to_millis(lot.active_from),
        to_millis(lot.expires_at) if lot.expires_at else None,
        to_millis(lot.made_at),
        lot.source_type,
        lot.source_id,
        lot.rule_version,
        lot.posting_id,
        to_millis(lot.expires_at) if lot.expires_at else None,
    )


def posting(
    row: RowMapping,
    lots: Sequence[Lot],
    takes: tuple[Take, ...],
    previous_hash: str | None,
) -> Posting:
    """The posting of a row of `postings` and the rows that belong to it."""
    return Posting(
        id=row["id"],
        key=row["key"],
        kind=row["kind"],
        member_id=row["member_id"],
        unit=row["unit"],
        amount=row["amount"],
        at=row["at"],
        legs=legs_of(*[(name, row[name]) for name in ACCOUNTS]),
        lots_made=tuple(lots),
        takes=takes,
        source_type=row["source_type"],
        source_id=row["source_id"],
        rule_version=row["rule_version"],
        explanation=shares(row["explanation"]),
        reverses=row["reverses"],
        staff_id=row["staff_id"],
        store_id=row["store_id"],
        seq=row["seq"],
        previous_hash=previous_hash or GENESIS,
        hash=row["hash"],
    )


def shares(text: str) -> tuple[Share, ...]:
    """The explanation that `columns` wrote."""
    return tuple(Share(*share) for share in orjson.loads(text))


def history(row: RowMapping) -> HistoryRow:
    """A posting as its member sees it."""
    return HistoryRow(
        row["id"],
        row["kind"],
        row["amount"],
        row["at"],
        row["source_type"],
        row["source_id"],
        row["rule_version"],
        shares(row["explanation"]),
        row["reason"] or "",
    )
