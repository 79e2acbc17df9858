"""Table of receipts that members photographed (小票拍照积分)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class ReceiptPhoto(SQLModel, table=True):
    """`waiting → booked | refused | withdrawn`. `order_key` (store and receipt number) and
    `picture_hash` are there while it waits or is booked, so that one receipt counts once."""

    __tablename__ = "receipt_photos"
    __table_args__ = (
        Index("ix_receipt_photos_member", "member_id", "id"),
        Index("ix_receipt_photos_state", "state", "id"),
        Index("ix_receipt_photos_day", "bought_on", "minor"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    channel: str
    account: str
    file_id: str
    picture_hash: str | None = Field(default=None, unique=True)
    near_hash: str = ""
    store_id: int | None = Field(default=None, sa_type=Id)
    number: str
    minor: int
    currency: str
    bought_on: date
    order_key: str | None = Field(default=None, unique=True)
    state: str
    reason: str = ""
    sent_at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    staff_id: int | None = Field(default=None, sa_type=Id)
    purchase_id: int | None = Field(default=None, sa_type=Id)
