"""Tables of the chat core: addresses, conversations, inbox, dead letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Address(SQLModel, table=True):
    """A person on one account of one channel; belongs to at most one member. `seen_at`:
    when they last did something that left a trace, kept to the hour."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "account", "user"),)

    id: int = Field(primary_key=True, sa_type=Id)
    channel: str
    account: str
    user: str
    member_id: int | None = Field(default=None, sa_type=Id, foreign_key="members.id", index=True)
    locale: str | None = None
    source: str | None = None
    first_seen: datetime = Field(sa_type=Instant)
    blocked_at: datetime | None = Field(default=None, sa_type=Instant)
    seen_at: datetime | None = Field(default=None, sa_type=Instant)


class Conversation(SQLModel, table=True):
    """Where a person stands in a chat; `version` rises by one at every move."""

    __tablename__ = "conversations"

    address_id: int = Field(primary_key=True, sa_type=Id, foreign_key="addresses.id")
    chat: str = Field(primary_key=True)
    flow: str
    step: str
    data: Any = Field(sa_type=Json)
    version: int
    expires_at: datetime | None = Field(default=None, sa_type=Instant)


class Inbox(SQLModel, table=True):
    """What came in and the answer it got; kept at least 48 hours."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("channel", "account", "update_id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    channel: str
    account: str
    update_id: str
    address_id: int | None = Field(default=None, sa_type=Id, index=True)
    received_at: datetime = Field(sa_type=Instant, index=True)
    answer: Any = Field(default=None, sa_type=Json, nullable=True)


class DeadLetter(SQLModel, table=True):
    """An update that could not be handled, for a person to look at. `raw` is sealed."""

    __tablename__ = "dead_letters"

    id: int = Field(primary_key=True, sa_type=Id)
    channel: str
    account: str
    update_id: str
    user: str | None = Field(default=None, index=True)
    raw: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)
    buried_at: datetime = Field(sa_type=Instant)
