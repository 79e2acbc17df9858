"""Tables of members: who they are, what they agreed to, how they are merged."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Member(SQLModel, table=True):
    """A member. Personal fields are emptied when the member is erased; the row stays as the
    ledger's tombstone. Sealed fields are encrypted, `*_index` finds them by keyed hash."""

    __tablename__ = "members"

    id: int = Field(primary_key=True, sa_type=Id)
    number: str = Field(unique=True)
    state: str
    level: str = ""
    level_since: datetime | None = Field(default=None, sa_type=Instant)
    name: str | None = None
    form_of_address: str | None = None
    phone: str | None = Field(default=None, sa_type=Text)
    phone_index: str | None = Field(default=None, index=True)
    phone_verified: bool = False
    email: str | None = Field(default=None, sa_type=Text)
    email_index: str | None = Field(default=None, index=True)
    external_id: str | None = Field(default=None, unique=True)
    birth_month: int | None = None
    birth_day: int | None = None
    birth_year: int | None = None
    birth_lunar: bool = False
    birthday_set_at: datetime | None = Field(default=None, sa_type=Instant)
    birthday_changed_at: datetime | None = Field(default=None, sa_type=Instant)
    gender: str | None = None
    city: str | None = None
    preferences: Any = Field(default=None, sa_type=Json, nullable=True)
    locale: str | None = None
    zone: str | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None
    source: str | None = None
    charter_version: int | None = None
    charter_accepted_at: datetime | None = Field(default=None, sa_type=Instant)
    joined_at: datetime = Field(sa_type=Instant)
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    merged_into: int | None = Field(default=None, sa_type=Id)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("ix_members_birthday", "birth_month", "birth_day", "birth_lunar", "zone", "id"),
        Index("ix_members_joined", "joined_at", "zone", "id"),
        Index(
            "ix_members_zone",
            "zone",
            "id",
            sqlite_where=text("zone IS NOT NULL"),
            postgresql_where=text("zone IS NOT NULL"),
        ),
        Index(
            "ix_members_merged_into",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )


class Acceptance(SQLModel, table=True):
    """A member accepted a version of the club rules."""

    __tablename__ = "acceptances"
    __table_args__ = (UniqueConstraint("member_id", "version"),)

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    version: int
    channel: str
    accepted_at: datetime = Field(sa_type=Instant)


class Consent(SQLModel, table=True):
    """Each change of a consent, the newest one per purpose holds."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_member", "member_id", "purpose", "id"),
        Index("ix_consents_given", "purpose", "given", "member_id"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    purpose: str
    given: bool
    channel: str
    changed_at: datetime = Field(sa_type=Instant)


class Merge(SQLModel, table=True):
    """Two memberships became one; `undo` holds what is needed to part them again."""

    __tablename__ = "merges"

    id: int = Field(primary_key=True, sa_type=Id)
    kept_id: int = Field(sa_type=Id, foreign_key="members.id", index=True)
    merged_id: int = Field(sa_type=Id, foreign_key="members.id", index=True)
    by_staff: int | None = Field(default=None, sa_type=Id)
    merged_at: datetime = Field(sa_type=Instant)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undo: Any = Field(sa_type=Json)


class LinkCode(SQLModel, table=True):
    """A short-lived code typed in another chat: to link an operator or to merge memberships."""

    __tablename__ = "link_codes"

    code_index: str = Field(primary_key=True)
    purpose: str
    member_id: int | None = Field(default=None, sa_type=Id)
    staff_id: int | None = Field(default=None, sa_type=Id)
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class Tombstone(SQLModel, table=True):
    """A keyed hash of an erased address or phone, so that who returns is not new to referrals."""

    __tablename__ = "tombstones"

    index: str = Field(primary_key=True)
    until: date
