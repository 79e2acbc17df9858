"""Tables of complaints, suggestions and questions, what was said about each, and where."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json

_OPEN = text("state IN ('open', 'assigned', 'waiting')")
_OWED = text("due_at IS NOT NULL")
_TO_SETTLE = text("resolve_by IS NOT NULL")
_MERGED = text("merged_into IS NOT NULL")


class Ticket(SQLModel, table=True):
    """`open → assigned → waiting → resolved → closed`; a reply within 7 days opens it again.

    `number` is what people say; `address_id` the chat that opened it; `opened_by` the operator
    who opened it for a caller. `priority`: domain.service_rules.Priority. `alarm`: the word that
    made it urgent. `subject_*`: the order or voucher it is about.

    Two clocks in business time: `due_at`, by when the next answer is owed (None: none is), and
    `resolve_by`, by when it should be settled (None: the clock stands; `resolve_left` are the
    business minutes that are left). `first_due_at`: what was promised for the first answer,
    `answered_at` when it came. `in_time`: whether it was settled in time. `done_at`: when it was
    resolved or closed. `escalated_at`: when it was put before the second group.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_member", "member_id", "id"),
        Index(
            "ix_tickets_staff", "staff_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_tickets_open", "state", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_tickets_owed", "due_at", sqlite_where=_OWED, postgresql_where=_OWED),
        Index(
            "ix_tickets_to_settle",
            "resolve_by",
            sqlite_where=_TO_SETTLE,
            postgresql_where=_TO_SETTLE,
        ),
        Index("ix_tickets_merged", "merged_into", sqlite_where=_MERGED, postgresql_where=_MERGED),
        Index("ix_tickets_opened", "opened_at"),
        Index("ix_tickets_done", "done_at"),
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
    subject_kind: str = ""
    subject_id: int | None = Field(default=None, sa_type=Id)
    state: str
    priority: int = 0
    alarm: str = ""
    opened_at: datetime = Field(sa_type=Instant)
    first_due_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    resolve_by: datetime | None = Field(default=None, sa_type=Instant)
    resolve_left: int | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    escalated_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    in_time: bool | None = None
    reopened: int = 0
    merged_into: int | None = Field(default=None, sa_type=Id)
    rating: int | None = None
    rated_at: datetime | None = Field(default=None, sa_type=Instant)
    told_to_wait_at: datetime | None = Field(default=None, sa_type=Instant)
    cause_key: str = ""
    cause: str | None = Field(default=None, sa_type=Text)
    improvement: str | None = Field(default=None, sa_type=Text)


class TicketMessage(SQLModel, table=True):
    """What was said of a ticket.

    `author`: `member`, `staff`, `note` (staff among themselves) or `event` (what happened; `text`
    is then its key). `media` are platform references with `kind`, `name`, `size`; an `album` is
    one message with several. `chat`, its `topic` and `message` are where it was written, so that
    an edit and a quote find it; `quotes` the message it answers. `edited_at`: the text was
    changed then.
    """

    __tablename__ = "ticket_messages"
    __table_args__ = (
        Index("ix_ticket_messages", "ticket_id", "id"),
        Index("ix_ticket_messages_written", "address_id", "chat", "message"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    ticket_id: int = Field(sa_type=Id, foreign_key="tickets.id")
    author: str
    staff_id: int | None = Field(default=None, sa_type=Id)
    staff_name: str = ""
    text: str = Field(sa_type=Text)
    media: Any = Field(sa_type=Json)
    album: str = ""
    address_id: int | None = Field(default=None, sa_type=Id, index=True)
    chat: str = ""
    topic: str = ""
    message: str = ""
    quotes: int | None = Field(default=None, sa_type=Id)
    at: datetime = Field(sa_type=Instant)
    edited_at: datetime | None = Field(default=None, sa_type=Instant)


class TicketPost(SQLModel, table=True):
    """A delivery that shows a ticket in a chat, so that a reply to it finds the ticket.

    `side`: `member` or `staff`, as one person may be both. It goes to the address or to the
    group. `said_id`: the message of the ticket that it carries, None for a card. `pieces`: of how
    many messages an album is made, whose ids end with the delivery's.
    """

    __tablename__ = "ticket_posts"
    __table_args__ = (
        Index("ix_ticket_posts_address", "address_id", "delivery_id"),
        Index("ix_ticket_posts_group", "group_id", "delivery_id"),
        Index("ix_ticket_posts_said", "said_id"),
    )

    delivery_id: int = Field(primary_key=True, sa_type=Id)
    ticket_id: int = Field(sa_type=Id, foreign_key="tickets.id", index=True)
    address_id: int | None = Field(default=None, sa_type=Id)
    group_id: int | None = Field(default=None, sa_type=Id)
    side: str
    said_id: int | None = Field(default=None, sa_type=Id)
    pieces: int = 1


class StaffGroup(SQLModel, table=True):
    """A group chat of the staff where tickets are answered.

    `purpose`: `desk`, or `escalation` for what is near its deadline. `topics`: a topic per ticket
    (Bot API: forum), else a card that is answered by replying. `problem`: "", `no_topics`,
    `no_rights` or `gone`: why the bot cannot use it as it should; then its tickets go to the
    operators' own chats. `categories`: of which it has the tickets, empty for all.
    """

    __tablename__ = "staff_groups"
    __table_args__ = (UniqueConstraint("channel", "account", "chat"),)

    id: int = Field(primary_key=True, sa_type=Id)
    channel: str
    account: str
    chat: str
    name: str
    purpose: str
    topics: bool
    categories: Any = Field(sa_type=Json)
    store_id: int | None = Field(default=None, sa_type=Id)
    locale: str
    problem: str = ""
    added_by: int | None = Field(default=None, sa_type=Id)
    added_at: datetime = Field(sa_type=Instant)


class TicketTopic(SQLModel, table=True):
    """The topic of a ticket in a group. `topic` is the platform's id, "" until it is made;
    `state`: `making`, `open`, `closed`, `failed`, or `none` for a ticket that has its card in the
    group itself."""

    __tablename__ = "ticket_topics"
    __table_args__ = (Index("ix_ticket_topics_topic", "group_id", "topic"),)

    ticket_id: int = Field(primary_key=True, sa_type=Id, foreign_key="tickets.id")
    group_id: int = Field(primary_key=True, sa_type=Id, foreign_key="staff_groups.id")
    topic: str = ""
    state: str
    card_id: int | None = Field(default=None, sa_type=Id)


class TicketNudge(SQLModel, table=True):
    """What was told of a deadline of a ticket, once each: `clock` is `answer` or `resolve`,
    `stage` as domain.deadlines.Stage."""

    __tablename__ = "ticket_nudges"

    ticket_id: int = Field(primary_key=True, sa_type=Id)
    clock: str = Field(primary_key=True)
    deadline: datetime = Field(primary_key=True, sa_type=Instant)
    stage: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)


class Goodwill(SQLModel, table=True):
    """What an operator gave from a ticket: `points`, or a voucher of a benefit. `posting_id` or
    `voucher_id` once it is given; before that it waits for `approval_id`."""

    __tablename__ = "goodwill"
    __table_args__ = (Index("ix_goodwill_staff", "staff_id", "at"),)

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    ticket_id: int = Field(sa_type=Id, foreign_key="tickets.id", index=True)
    staff_id: int | None = Field(default=None, sa_type=Id)
    points: int = 0
    benefit_key: str = ""
    approval_id: int | None = Field(default=None, sa_type=Id)
    posting_id: int | None = Field(default=None, sa_type=Id)
    voucher_id: int | None = Field(default=None, sa_type=Id)
    at: datetime = Field(sa_type=Instant)


class ServicePerson(SQLModel, table=True):
    """A member's named service person (专属客服), whom their tickets go to first."""

    __tablename__ = "service_persons"

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    staff_id: int = Field(sa_type=Id, index=True)
    since: datetime = Field(sa_type=Instant)


class FaqCount(SQLModel, table=True):
    """How often an answer of the club's FAQ was shown, helped, or led to a person, by day."""

    __tablename__ = "faq_counts"

    day: date = Field(primary_key=True, sa_type=Date)
    key: str = Field(primary_key=True)
    shown: int = 0
    helped: int = 0
    asked: int = 0
