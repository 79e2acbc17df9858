"""Tables of events and of who was invited and said what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Event(SQLModel, table=True):
    """An event; `names`, `texts` and `place` are texts per language.

    `taken` of `capacity` seats (None: unlimited) rises by a conditional UPDATE. `open_to_all`:
    members may answer without an invitation. `deposit` is in points.
    """

    __tablename__ = "events"

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    names: Any = Field(sa_type=Json)
    texts: Any = Field(sa_type=Json)
    place: Any = Field(sa_type=Json)
    zone: str
    starts_at: datetime = Field(sa_type=Instant, index=True)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    capacity: int | None = None
    taken: int = 0
    open_to_all: bool = False
    levels: Any = Field(sa_type=Json)
    deposit: int = 0
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    content_hash: str
    changed_at: datetime = Field(sa_type=Instant)


class Invitation(SQLModel, table=True):
    """A member's place in an event: `answer` is "", `yes`, `no` or `maybe`. `invited_at` is
    None for who came without an invitation; `batch` is the key of the effect that invited."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("event_id", "member_id"),
        Index("ix_invitations_member", "member_id", "event_id"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    event_id: int = Field(sa_type=Id, foreign_key="events.id")
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    answer: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    invited_at: datetime | None = Field(default=None, sa_type=Instant)
    batch: str | None = None
    invited_by: int | None = Field(default=None, sa_type=Id)
    delivery_id: int | None = Field(default=None, sa_type=Id)
    attended_at: datetime | None = Field(default=None, sa_type=Instant)
