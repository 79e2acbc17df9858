"""Tables of the ledger: accounts, postings, their legs, lots and what moved in them, levels.

They hold no personal data: a random member id, amounts, rules, keyed hashes. Postings, legs and
lot moves are append-only by triggers. Hot tables carry no foreign keys: the audit proves them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint, text
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


class Posting(SQLModel, table=True):
    """One line of the ledger; `hash` covers it and the account's previous hash."""

    __tablename__ = "postings"
    __table_args__ = (
        UniqueConstraint("member_id", "unit", "seq"),
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


class Leg(SQLModel, table=True):
    """One side of a posting, in the posting's own order; a posting's legs sum to zero."""

    __tablename__ = "legs"
    __table_args__ = ({"sqlite_with_rowid": False},)

    posting_id: int = Field(primary_key=True, sa_type=Id)
    position: int = Field(primary_key=True)
    account: str
    amount: int = Field(sa_type=BigInteger)


class Lot(SQLModel, table=True):
    """What one posting gave: `left` of `amount`. Everything but `left` stays as it was."""

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
    """A member's level changed, and why (`purchase`, `import`, `join`, `review`, `manual`)."""

    __tablename__ = "level_changes"
    __table_args__ = (Index("ix_level_changes_member", "member_id", "id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id)
    at: datetime = Field(sa_type=Instant)
    from_level: str
    to_level: str
    reason: str
    source_id: str = ""
