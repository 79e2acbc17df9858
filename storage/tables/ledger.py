"""Tables of the ledger: accounts, postings, lots and what moved in them, changes of level.

They hold no personal data: a random member id, amounts, rules, keyed hashes. Postings and
lot moves are append-only by triggers. Hot tables carry no foreign keys: the audit proves them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class Account(SQLModel, table=True):
    """One member in one unit: sums of the legs, and the head of the account's hash chain."""

    __tablename__ = "accounts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    unit: str = Field(primary_key=True)
    wallet: int = Field(sa_type=BigInteger)
    held: int = Field(sa_type=BigInteger)
    debt: int = Field(sa_type=BigInteger)
    lifetime: int = Field(sa_type=BigInteger)
    seq: int = Field(sa_type=BigInteger)
    head: str = Field(sa_type=String(64))


def _leg() -> Any:
    return Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class Posting(SQLModel, table=True):
    """One line of the ledger; `hash` covers it and the account's previous hash. The last columns
    are its legs, one for each account: they sum to zero, which the database itself demands."""

    __tablename__ = "postings"
    __table_args__ = (
        UniqueConstraint("member_id", "unit", "seq"),
        CheckConstraint(
            "wallet + held + debt + issue + spent + expired + reversed + transfer = 0",
            name="ck_postings_double_entry",
        ),
        Index(
            "ix_postings_reverses",
            "reverses",
            postgresql_where=text("reverses IS NOT NULL"),
            sqlite_where=text("reverses IS NOT NULL"),
        ),
        Index(
            "ix_postings_staff",
            "staff_id",
            "at",
            postgresql_where=text("staff_id IS NOT NULL"),
            sqlite_where=text("staff_id IS NOT NULL"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    content_hash: str
    kind: str
    member_id: int = Field(sa_type=Id)
    unit: str
    seq: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    source_type: str
    source_id: str
    rule_version: int
    explanation: str = Field(sa_type=Text)
    reverses: int | None = Field(default=None, sa_type=Id)
    staff_id: int | None = Field(default=None, sa_type=Id)
    store_id: int | None = Field(default=None, sa_type=Id)
    hash: str = Field(sa_type=String(64))
    wallet: int = _leg()
    held: int = _leg()
    debt: int = _leg()
    issue: int = _leg()
    spent: int = _leg()
    expired: int = _leg()
    reversed: int = _leg()
    transfer: int = _leg()


_ENDLESS = "\"left\" > 0 AND expires_at IS NULL AND unit = 'points'"


class Lot(SQLModel, table=True):
    """What one posting gave: `left` of `amount`.

    Only `left` and `expires_at` ever change, the latter to a later moment; `first_expires_at` is
    the expiry that was posted and is part of the posting's hash.
    """

    __tablename__ = "lots"
    __table_args__ = (
        Index(
            "ix_lots_open",
            "member_id",
            "unit",
            "expires_at",
            "active_from",
            "left",
            postgresql_where=text('"left" > 0'),
            sqlite_where=text('"left" > 0'),
        ),
        Index(
            "ix_lots_due",
            "expires_at",
            "member_id",
            "left",
            postgresql_where=text('"left" > 0 AND expires_at IS NOT NULL'),
            sqlite_where=text('"left" > 0 AND expires_at IS NOT NULL'),
        ),
        Index(
            "ix_lots_endless",
            "id",
            postgresql_where=text(_ENDLESS),
            sqlite_where=text(_ENDLESS),
        ),
        Index("ix_lots_posting", "posting_id"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id)
    unit: str
    amount: int = Field(sa_type=BigInteger)
    left: int = Field(sa_type=BigInteger)
    active_from: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    made_at: datetime = Field(sa_type=Instant)
    source_type: str
    source_id: str
    rule_version: int
    posting_id: int = Field(sa_type=Id)
    first_expires_at: datetime | None = Field(default=None, sa_type=Instant)


class LotMove(SQLModel, table=True):
    """What a posting took out of a lot (positive) or gave back to it (negative)."""

    __tablename__ = "lot_moves"
    __table_args__ = ({"sqlite_with_rowid": False},)

    posting_id: int = Field(primary_key=True, sa_type=Id)
    position: int = Field(primary_key=True)
    lot_id: int = Field(sa_type=Id, index=True)
    amount: int = Field(sa_type=BigInteger)


class PostingReason(SQLModel, table=True):
    """Free text about a posting, beside the chain so that it can be erased."""

    __tablename__ = "posting_reasons"

    posting_id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id, index=True)
    reason: str = Field(sa_type=Text)


class LevelChange(SQLModel, table=True):
    """A line of a member's level history: what happened (domain.standings.Event), on which
    occasion (`purchase`, `import`, `join`, `review`, `manual`, …), and until when it holds."""

    __tablename__ = "level_changes"
    __table_args__ = (Index("ix_level_changes_member", "member_id", "id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id)
    at: datetime = Field(sa_type=Instant)
    from_level: str
    to_level: str
    reason: str
    source_id: str = ""
    event: str = ""
    until: date | None = None
