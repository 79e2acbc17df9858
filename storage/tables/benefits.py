"""Tables of benefits and of the vouchers that members get for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json

_ISSUED = text("state IN ('issued', 'held')")


class BenefitCategory(SQLModel, table=True):
    """A shelf of the catalogue; `names` are texts per language."""

    __tablename__ = "benefit_categories"

    key: str = Field(primary_key=True)
    names: Any = Field(sa_type=Json)
    place: int


class Benefit(SQLModel, table=True):
    """Something a member can have for points; domain.benefits.Benefit says what each field is.

    `stock` is what is left, None for unlimited; it falls by one conditional UPDATE. `stock_given`
    is all there ever was.
    """

    __tablename__ = "benefits"

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    kind: str
    names: Any = Field(sa_type=Json)
    terms: Any = Field(sa_type=Json)
    detail: Any = Field(sa_type=Json)
    price: int
    level_prices: Any = Field(sa_type=Json)
    levels: Any = Field(sa_type=Json)
    early_hours: Any = Field(sa_type=Json)
    category: str = ""
    picture: str = ""
    stock: int | None = None
    stock_given: int | None = None
    per_member: int | None = None
    per: str
    visible_from: datetime | None = Field(default=None, sa_type=Instant)
    visible_until: datetime | None = Field(default=None, sa_type=Instant)
    redeem_from: datetime | None = Field(default=None, sa_type=Instant)
    redeem_until: datetime | None = Field(default=None, sa_type=Instant)
    valid_days: int
    cancel_hours: int
    giftable: bool
    ready_days: int | None = None
    offer_hours: int
    imported_codes: bool
    partner: str
    stopped: bool
    place: int = 0
    content_hash: str
    changed_at: datetime = Field(sa_type=Instant)


class BenefitUse(SQLModel, table=True):
    """How often a member has redeemed a benefit in a period (`2026-03`, `2026-W12`, "" for ever);
    rises by a conditional UPDATE."""

    __tablename__ = "benefit_uses"

    benefit_id: int = Field(primary_key=True, sa_type=Id, foreign_key="benefits.id")
    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id", index=True)
    period: str = Field(primary_key=True)
    used: int


class Voucher(SQLModel, table=True):
    """A benefit that somebody has: `issued → held → used | expired | cancelled`.

    `code` is sealed, `code_index` its keyed hash; `promise` keeps what was promised when it was
    issued. `key` is the effect that issued it, `use_key` the one that used it, `hold_key` the till
    that looks at it until `held_until`. `stocked`: one of its benefit's stock went into it.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        Index("ix_vouchers_member", "member_id", "id"),
        Index("ix_vouchers_benefit", "benefit_id", "issued_at"),
        Index(
            "ix_vouchers_due",
            "expires_at",
            "member_id",
            sqlite_where=_ISSUED,
            postgresql_where=_ISSUED,
        ),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    benefit_id: int = Field(sa_type=Id, foreign_key="benefits.id")
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    code_index: str = Field(unique=True)
    code: str = Field(sa_type=Text)
    state: str
    promise: Any = Field(sa_type=Json)
    price: int
    posting_id: int | None = Field(default=None, sa_type=Id)
    source: str
    stocked: bool = False
    issued_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    held_until: datetime | None = Field(default=None, sa_type=Instant)
    hold_key: str | None = None
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    used_by: int | None = Field(default=None, sa_type=Id)
    used_store: int | None = Field(default=None, sa_type=Id)
    use_key: str | None = Field(default=None, unique=True)
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    return_posting_id: int | None = Field(default=None, sa_type=Id)


class WrongTry(SQLModel, table=True):
    """Wrong codes of one person since a time, so that nobody can try them all."""

    __tablename__ = "wrong_tries"

    who: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Instant)
    tries: int
