"""Tables of what the club sends: deliveries, their files, leases of senders, claimed ticks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from storage.types import Blob, Id, Instant, Json

_PENDING = text("state = 'pending'")


class Delivery(SQLModel, table=True):
    """One message to one address.

    `pending (due_at) → claimed → sending → sent | dead | skipped | unknown`. `once` keys are
    never repeated after an unclear outcome, `surely` ones are. `dedupe` is UNIQUE: an occasion
    is written once.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "channel",
            "account",
            "due_at",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    channel: str
    account: str
    chat: str
    address_id: int | None = Field(default=None, sa_type=Id, index=True)
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    campaign_id: int | None = Field(default=None, sa_type=Id, index=True)
    purpose: str
    surely: bool
    dedupe: str | None = Field(default=None, unique=True)
    locale: str
    message: Any = Field(sa_type=Json)
    file_id: int | None = Field(default=None, sa_type=Id)
    state: str
    reason: str = Field(default="", sa_type=Text)
    tries: int = 0
    repeated: bool = False
    made_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    claimed_by: str | None = None
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    message_id: str | None = None


class File(SQLModel, table=True):
    """A file that waits to be sent; deleted after it was."""

    __tablename__ = "files"

    id: int = Field(primary_key=True, sa_type=Id)
    name: str
    content: bytes = Field(sa_type=Blob)
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    made_at: datetime = Field(sa_type=Instant)


class Lease(SQLModel, table=True):
    """Who may poll or send for an account; `fence` rises with every new holder."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    fence: int
    until: datetime = Field(sa_type=Instant)


class Tick(SQLModel, table=True):
    """A claimed occurrence of a job: whoever inserts it first does it."""

    __tablename__ = "ticks"

    job: str = Field(primary_key=True)
    occurrence: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
