"""Tables of what the club sends: deliveries, their files, leases of senders, claimed ticks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Blob, Id, Instant, Json

_PENDING = text("state = 'pending' AND campaign_id IS NULL")
_PENDING_OF_CAMPAIGN = text("state = 'pending' AND campaign_id IS NOT NULL")
_ON_ITS_WAY = text("state IN ('claimed', 'sending')")
_CONTACT = text("lane = 2 AND begun_at IS NOT NULL")
_UNKNOWN = text("state = 'unknown'")
_DEAD = text("state = 'dead'")
_OF_RULE = text("rule <> ''")


class Delivery(SQLModel, table=True):
    """One message to one address.

    `pending (due_at) → claimed → sending → sent | dead | skipped | unknown`. `once` keys are
    never repeated after an unclear outcome, `surely` ones are. `dedupe` is UNIQUE: an occasion
    is written once, and so is a campaign's message to a member. `lane`: 0 replies, 1 service
    messages sent in bulk, 2 everything that needs consent; lower lanes go first. `act`: `send`,
    or `edit` and `delete` of the message `target`. `rule`: the rule of care it comes from.
    `wording_id`: the version of an operator's words it is rendered from, None for the shipped
    ones. `begun_at`: when the platform was last called for it, for the contact budget. `paid`: it
    may be charged for and go faster.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("campaign_id", "member_id"),
        Index(
            "ix_deliveries_due",
            "channel",
            "account",
            "lane",
            "paid",
            "due_at",
            "id",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index(
            "ix_deliveries_due_of_campaign",
            "channel",
            "account",
            "campaign_id",
            "due_at",
            "id",
            sqlite_where=_PENDING_OF_CAMPAIGN,
            postgresql_where=_PENDING_OF_CAMPAIGN,
        ),
        Index(
            "ix_deliveries_on_their_way",
            "channel",
            "account",
            "claimed_until",
            sqlite_where=_ON_ITS_WAY,
            postgresql_where=_ON_ITS_WAY,
        ),
        Index("ix_deliveries_campaign", "campaign_id", "state", "sent_at"),
        Index(
            "ix_deliveries_contacts",
            "member_id",
            "begun_at",
            sqlite_where=_CONTACT,
            postgresql_where=_CONTACT,
        ),
        Index("ix_deliveries_unknown", "id", sqlite_where=_UNKNOWN, postgresql_where=_UNKNOWN),
        Index("ix_deliveries_dead", "id", sqlite_where=_DEAD, postgresql_where=_DEAD),
        Index(
            "ix_deliveries_rule",
            "rule",
            "due_at",
            "state",
            "reason",
            sqlite_where=_OF_RULE,
            postgresql_where=_OF_RULE,
        ),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    channel: str
    account: str
    chat: str
    user: str = ""
    address_id: int | None = Field(default=None, sa_type=Id, index=True)
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    campaign_id: int | None = Field(default=None, sa_type=Id)
    purpose: str
    lane: int = 0
    surely: bool
    dedupe: str | None = Field(default=None, unique=True)
    rule: str = ""
    act: str = "send"
    target: str = ""
    wording_id: int | None = Field(default=None, sa_type=Id)
    paid: bool = False
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
    begun_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    message_id: str | None = None


class File(SQLModel, table=True):
    """A file that waits to be sent, or what its `maker` needs; deleted after it was sent."""

    __tablename__ = "files"

    id: int = Field(primary_key=True, sa_type=Id)
    name: str
    content: bytes = Field(sa_type=Blob)
    maker: str = ""
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    made_at: datetime = Field(sa_type=Instant)


class Flood(SQLModel, table=True):
    """A platform asked us to be silent in a chat until a moment of club time."""

    __tablename__ = "floods"

    channel: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    until: datetime = Field(sa_type=Instant)


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
