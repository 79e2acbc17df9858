"""Tables of the till: members' own codes, bills, stored value paid in, vouchers handed on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class MemberCode(SQLModel, table=True):
    """A code that names its member at the till, once, for some minutes."""

    __tablename__ = "member_codes"
    __table_args__ = (Index("ix_member_codes_member", "member_id", "expires_at"),)

    id: int = Field(primary_key=True, sa_type=Id)
    code_index: str = Field(unique=True)
    code: str
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    used_by: int | None = Field(default=None, sa_type=Id)


class TillSession(SQLModel, table=True):
    """The member whom an operator serves until a time: their own code was scanned, or a voucher,
    which is then the only thing that may be used."""

    __tablename__ = "till_sessions"

    staff_id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id, foreign_key="members.id", index=True)
    voucher_id: int | None = Field(default=None, sa_type=Id)
    opened_at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)


class TillEvent(SQLModel, table=True):
    """What happened at a till, for the day's closing: a voucher used, a bill paid, stored value
    paid in or out, each undone or not. `amount_minor` and `points` as the till's drawer and the
    member's account changed; `undoes` is the event that this one takes back."""

    __tablename__ = "till_events"
    __table_args__ = (
        Index("ix_till_events_day", "day", "store_id", "staff_id"),
        Index("ix_till_events_member", "member_id"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    kind: str
    day: date
    at: datetime = Field(sa_type=Instant)
    channel: str
    staff_id: int | None = Field(default=None, sa_type=Id)
    store_id: int | None = Field(default=None, sa_type=Id)
    member_id: int | None = Field(default=None, sa_type=Id)
    voucher_id: int | None = Field(default=None, sa_type=Id)
    purchase_id: int | None = Field(default=None, sa_type=Id)
    posting_id: int | None = Field(default=None, sa_type=Id)
    amount_minor: int = 0
    points: int = 0
    credit_minor: int = 0
    undoes: int | None = Field(default=None, sa_type=Id, unique=True)


class Bill(SQLModel, table=True):
    """How a purchase at our till was paid: the amount before anything was taken off, and each
    step as it was shown."""

    __tablename__ = "bills"

    purchase_id: int = Field(primary_key=True, sa_type=Id, foreign_key="purchases.id")
    gross_minor: int
    steps: Any = Field(sa_type=Json)


class CreditBlock(SQLModel, table=True):
    """Stored value that nobody may spend for now, such as after a lost phone."""

    __tablename__ = "credit_blocks"

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    at: datetime = Field(sa_type=Instant)
    staff_id: int | None = Field(default=None, sa_type=Id)
    reason: str


class VoucherGift(SQLModel, table=True):
    """A voucher handed on by a link: `open → taken | withdrawn | lapsed`. The link's token is
    kept as its keyed hash, sealed for its giver to see again."""

    __tablename__ = "voucher_gifts"
    __table_args__ = (Index("ix_voucher_gifts_voucher", "voucher_id", "id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    voucher_id: int = Field(sa_type=Id, foreign_key="vouchers.id")
    open_voucher: int | None = Field(default=None, sa_type=Id, unique=True)
    giver_id: int = Field(sa_type=Id, foreign_key="members.id", index=True)
    taker_id: int | None = Field(default=None, sa_type=Id, foreign_key="members.id", index=True)
    token_index: str = Field(unique=True)
    token: str
    state: str
    at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)


class WrongCode(SQLModel, table=True):
    """Wrong codes of everybody in one hour, and whether operators were alarmed."""

    __tablename__ = "wrong_codes"

    hour: str = Field(primary_key=True)
    tries: int
    alarmed: bool = False
