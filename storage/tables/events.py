"""Tables of events and of who was invited and said what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Event(SQLModel, table=True):
    """An event; `names`, `texts` and `place` are texts per language.

    `taken` of `capacity` seats (None: unlimited) rises by a conditional UPDATE; guests and open
    offers hold seats too. `open_to_all`: members may answer without an invitation. `deposit` is
    in points per member. `audience`, `rules` (guests, waiting list, offers, reminders, map,
    survey, thanks; see domain.event_rules) are JSON. `state`: draft, open, cancelled, over (told
    and settled). `round` counts changes that were told. `series`: the key of what recurs.
    `cards_at`: when cards in the chats that do not say what holds are renewed, those of the
    invitations beyond `cards_after`. `photos` go with the thanks.
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
    state: str = "open"
    stores: Any = Field(default_factory=list, sa_type=Json)
    audience: Any = Field(default_factory=dict, sa_type=Json)
    rules: Any = Field(default_factory=dict, sa_type=Json)
    series: str = Field(default="", index=True)
    round: int = 0
    made_by: int | None = Field(default=None, sa_type=Id)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    cards_at: datetime | None = Field(default=None, sa_type=Instant)
    cards_after: int = Field(default=0, sa_type=Id)
    photos: Any = Field(default_factory=list, sa_type=Json)


class Invitation(SQLModel, table=True):
    """A member's place in an event: `answer` is "", `yes`, `no` or `maybe`. `invited_at` is
    None for who came without an invitation; `batch` is the key of the effect that invited.
    `round`: the event's when they last said yes. `face`: what their card says of the event, which
    `delivery_id` has written; "": it has to be renewed, "-": there is none."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("event_id", "member_id"),
        Index("ix_invitations_member", "member_id", "event_id"),
        Index("ix_invitations_place", "event_id", "place", "waiting_since"),
        Index("ix_invitations_event", "event_id", "id"),
        Index(
            "ix_invitations_own_news",
            "event_id",
            "id",
            sqlite_where=text("face = ''"),
            postgresql_where=text("face = ''"),
        ),
        Index(
            "ix_invitations_offers",
            "offered_until",
            sqlite_where=text("place = 'offered'"),
            postgresql_where=text("place = 'offered'"),
        ),
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
    attended_by: int | None = Field(default=None, sa_type=Id)
    came: int = 0
    guests: int = 0
    place: str = ""
    waiting_since: datetime | None = Field(default=None, sa_type=Instant)
    rank: int = 0
    offered_at: datetime | None = Field(default=None, sa_type=Instant)
    offered_until: datetime | None = Field(default=None, sa_type=Instant)
    deposit: int = 0
    deposit_state: str = ""
    deposit_posting: int | None = Field(default=None, sa_type=Id)
    turn: int = 0
    no_show: bool = False
    round: int = 0
    face: str = "-"


class EventWave(SQLModel, table=True):
    """Invitations that go out from `due_at` on: to whom `whom` (an expression as JSON, {}:
    everybody the event is for) means, `most` of them, the lowest ids first. `reached` is the last
    member looked at. `state`: planned, done or stopped. `written`: what was typed."""

    __tablename__ = "event_waves"
    __table_args__ = (Index("ix_event_waves_due", "state", "due_at"),)

    id: int = Field(primary_key=True, sa_type=Id)
    event_id: int = Field(sa_type=Id, foreign_key="events.id", index=True)
    key: str = Field(unique=True)
    due_at: datetime = Field(sa_type=Instant)
    whom: Any = Field(sa_type=Json)
    written: str = ""
    most: int | None = None
    invited: int = 0
    reached: int = Field(default=0, sa_type=Id)
    state: str = "planned"
    made_by: int | None = Field(default=None, sa_type=Id)
    made_at: datetime = Field(sa_type=Instant)


class EventNews(SQLModel, table=True):
    """What a member was told of an event, once each: a reminder, a change, an offer, thanks."""

    __tablename__ = "event_news"
    __table_args__ = ({"sqlite_with_rowid": False},)

    invitation_id: int = Field(primary_key=True, sa_type=Id, foreign_key="invitations.id")
    what: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
