"""Tables of complaints, suggestions and questions, and what was said about each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json

_OPEN = text("state IN ('open', 'assigned', 'waiting')")


class Ticket(SQLModel, table=True):
    """`open → assigned → waiting → resolved → closed`; a reply within 7 days opens it again.

    `number` is what people say; `address_id` the chat that opened it; `done_at` when it was
    resolved or closed.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_member", "member_id", "id"),
        Index("ix_tickets_open", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    number: int = Field(unique=True)
    key: str = Field(unique=True)
    kind: str
    category: str
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    address_id: int | None = Field(default=None, sa_type=Id)
    opened_by: int | None = Field(default=None, sa_type=Id)
    staff_id: int | None = Field(default=None, sa_type=Id)
    store_id: int | None = Field(default=None, sa_type=Id)
    state: str
    priority: int = 0
    opened_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    reopened: int = 0
    rating: int | None = None
    cause: str | None = Field(default=None, sa_type=Text)
    improvement: str | None = Field(default=None, sa_type=Text)


class TicketMessage(SQLModel, table=True):
    """What somebody said: `author` is `member` or `staff`; `media` are platform references."""

    __tablename__ = "ticket_messages"
    __table_args__ = (Index("ix_ticket_messages", "ticket_id", "id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    ticket_id: int = Field(sa_type=Id, foreign_key="tickets.id")
    author: str
    staff_id: int | None = Field(default=None, sa_type=Id)
    staff_name: str = ""
    text: str = Field(sa_type=Text)
    media: Any = Field(sa_type=Json)
    at: datetime = Field(sa_type=Instant)


class TicketPost(SQLModel, table=True):
    """A delivery that shows a ticket in a chat, so that a reply to it finds the ticket. `side`:
    `member` or `staff`, as one person may be both."""

    __tablename__ = "ticket_posts"
    __table_args__ = (Index("ix_ticket_posts_address", "address_id", "delivery_id"),)

    delivery_id: int = Field(primary_key=True, sa_type=Id)
    ticket_id: int = Field(sa_type=Id, foreign_key="tickets.id", index=True)
    address_id: int = Field(sa_type=Id)
    side: str
