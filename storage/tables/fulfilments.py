"""Table of what was promised and has to be made ready and handed over (监督权益落实)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class Fulfilment(SQLModel, table=True):
    """`ordered → ready → delivered | cancelled`, one for each voucher that needs it."""

    __tablename__ = "fulfilments"
    __table_args__ = (Index("ix_fulfilments_open", "state", "due_on", "voucher_id"),)

    voucher_id: int = Field(primary_key=True, sa_type=Id, foreign_key="vouchers.id")
    benefit_id: int = Field(sa_type=Id, foreign_key="benefits.id")
    member_id: int = Field(sa_type=Id, foreign_key="members.id", index=True)
    state: str
    ordered_at: datetime = Field(sa_type=Instant)
    due_on: date
    ready_at: datetime | None = Field(default=None, sa_type=Instant)
    delivered_at: datetime | None = Field(default=None, sa_type=Instant)
    staff_id: int | None = Field(default=None, sa_type=Id)
    store_id: int | None = Field(default=None, sa_type=Id)
    note: str = ""
