"""Tables of purchases: orders, their lines, refunds, and what an unmatched order waits for.

`day` is the local day in the programme's zone, counted as Python's `date.toordinal()` does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Purchase(SQLModel, table=True):
    """One order of a source.

    `level`, `birthday_month`, `limits` (JSON, "" for none) and `rule_version` are the facts its
    points were computed from, `off_minor` what of it was paid with points, vouchers and bonus
    credit. With refunds `refunded_minor`, `returned_points` (asked back), `taken_points`,
    `lapsed_points` and `returned_growth` grow, and `basis_minor`, what levels count, shrinks.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        UniqueConstraint("source", "order_id"),
        Index("ix_purchases_member", "member_id", "state", "day", "basis_minor"),
        # Who bought within some days, for audiences: nothing but this index is read. Not only of
        # what is booked: SQLite would prepare every statement that names a state again each time.
        Index("ix_purchases_day", "day", "id", "member_id", "state", "basis_minor"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    source: str
    order_id: str
    content_hash: str
    state: str
    member_id: int | None = Field(default=None, sa_type=Id)
    occurred_at: datetime = Field(sa_type=Instant)
    day: int
    currency: str
    minor: int = Field(sa_type=BigInteger)
    refunded_minor: int = Field(default=0, sa_type=BigInteger)
    store_id: int | None = Field(default=None, sa_type=Id)
    staff_id: int | None = Field(default=None, sa_type=Id)
    channel: str
    received_at: datetime = Field(sa_type=Instant)
    level: str
    birthday_month: bool
    rule_version: int
    posting_id: int | None = Field(default=None, sa_type=Id, index=True)
    points: int = Field(default=0, sa_type=BigInteger)
    returned_points: int = Field(default=0, sa_type=BigInteger)
    taken_points: int = Field(default=0, sa_type=BigInteger)
    lapsed_points: int = Field(default=0, sa_type=BigInteger)
    growth: int = Field(default=0, sa_type=BigInteger)
    returned_growth: int = Field(default=0, sa_type=BigInteger)
    off_minor: int = Field(default=0, sa_type=BigInteger)
    basis_minor: int = Field(default=0, sa_type=BigInteger)
    limits: str = Field(default="", sa_type=Text)


class PurchasePayment(SQLModel, table=True):
    """A part of a bill that points, credit or a voucher paid. `bonus_minor`: how much of a
    credit had been given on top; `returned_minor` grows with refunds."""

    __tablename__ = "purchase_payments"
    __table_args__ = ({"sqlite_with_rowid": False},)

    purchase_id: int = Field(primary_key=True, sa_type=Id)
    position: int = Field(primary_key=True)
    kind: str
    minor: int = Field(sa_type=BigInteger)
    points: int = Field(default=0, sa_type=BigInteger)
    bonus_minor: int = Field(default=0, sa_type=BigInteger)
    posting_id: int | None = Field(default=None, sa_type=Id)
    voucher_id: int | None = Field(default=None, sa_type=Id)
    returned_minor: int = Field(default=0, sa_type=BigInteger)


class RuleUse(SQLModel, table=True):
    """An earning rule of limited frequency counted for a purchase, on a local day."""

    __tablename__ = "rule_uses"
    __table_args__ = (Index("ix_rule_uses_member", "member_id", "rule", "day"),)

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id)
    rule: str
    day: int
    purchase_id: int = Field(sa_type=Id, index=True)


class PurchaseLine(SQLModel, table=True):
    """One item of an order, numbered from 1. `day` is the order's, which never changes: so a
    category bought within some days is a piece of one index, in the order of ix_purchases_day."""

    __tablename__ = "purchase_lines"
    __table_args__ = (
        Index(
            "ix_purchase_lines_category",
            *("category", "day", "purchase_id"),
            sqlite_where=text("category <> ''"),
            postgresql_where=text("category <> ''"),
        ),
        {"sqlite_with_rowid": False},
    )

    purchase_id: int = Field(primary_key=True, sa_type=Id)
    line: int = Field(primary_key=True)
    minor: int = Field(sa_type=BigInteger)
    quantity: int = Field(sa_type=BigInteger)
    category: str
    sku: str
    name: str
    day: int


class PurchaseClaim(SQLModel, table=True):
    """What an order says about its buyer, as keyed hash, until a member is found."""

    __tablename__ = "purchase_claims"

    purchase_id: int = Field(primary_key=True, sa_type=Id)
    kind: str = Field(primary_key=True)
    claim: str = Field(index=True)


class Refund(SQLModel, table=True):
    """Something came back. `returns` is the state of all lines after it (line, minor, pieces),
    `back` what of it went to points, stored value and vouchers, by name."""

    __tablename__ = "refunds"
    __table_args__ = (UniqueConstraint("source", "refund_id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    source: str
    refund_id: str
    content_hash: str
    purchase_id: int = Field(sa_type=Id, index=True)
    occurred_at: datetime = Field(sa_type=Instant)
    received_at: datetime = Field(sa_type=Instant)
    minor: int = Field(sa_type=BigInteger)
    returns: Any = Field(sa_type=Json)
    posting_id: int | None = Field(default=None, sa_type=Id)
    asked_points: int = Field(default=0, sa_type=BigInteger)
    taken_points: int = Field(default=0, sa_type=BigInteger)
    lapsed_points: int = Field(default=0, sa_type=BigInteger)
    back: Any = Field(sa_type=Json)
    staff_id: int | None = Field(default=None, sa_type=Id)
    store_id: int | None = Field(default=None, sa_type=Id)


class PurchaseChange(SQLModel, table=True):
    """A purchase was moved to another member or voided by an operator, and why."""

    __tablename__ = "purchase_changes"

    id: int = Field(primary_key=True, sa_type=Id)
    purchase_id: int = Field(sa_type=Id, index=True)
    at: datetime = Field(sa_type=Instant)
    action: str
    from_member: int | None = Field(default=None, sa_type=Id)
    to_member: int | None = Field(default=None, sa_type=Id)
    staff_id: int | None = Field(default=None, sa_type=Id)
    reason: str = Field(sa_type=Text)


class ImportedMember(SQLModel, table=True):
    """A row of a members' file that was imported: the same row again changes nothing."""

    __tablename__ = "imported_members"

    external_id: str = Field(primary_key=True)
    member_id: int = Field(sa_type=Id, index=True)
    content_hash: str
