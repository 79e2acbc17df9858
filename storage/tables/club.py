"""Tables of the club itself: programme versions, stores, operators, audit, settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Programme(SQLModel, table=True):
    """A published, immutable version of the club's rules."""

    __tablename__ = "programmes"

    version: int = Field(primary_key=True)
    content: Any = Field(sa_type=Json)
    content_hash: str
    published_at: datetime = Field(sa_type=Instant)
    published_by: int | None = Field(default=None, sa_type=Id)


class Store(SQLModel, table=True):
    """A shop of the brand."""

    __tablename__ = "stores"

    id: int = Field(primary_key=True, sa_type=Id)
    code: str = Field(unique=True)
    name: str
    city: str = ""
    zone: str = ""
    hours: str = ""


class Staff(SQLModel, table=True):
    """An operator: role, store, and the chat address that was linked by a one-time code."""

    __tablename__ = "staff"

    id: int = Field(primary_key=True, sa_type=Id)
    name: str = Field(unique=True)
    role: str
    store_id: int | None = Field(default=None, sa_type=Id, foreign_key="stores.id")
    address_id: int | None = Field(
        default=None, sa_type=Id, foreign_key="addresses.id", unique=True
    )
    active: bool = True
    added_at: datetime = Field(sa_type=Instant)


class Audit(SQLModel, table=True):
    """Who changed what, when and why; written in the transaction of the change, never edited."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject_kind", "subject_id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    at: datetime = Field(sa_type=Instant)
    staff_id: int | None = Field(default=None, sa_type=Id)
    staff_name: str
    action: str
    subject_kind: str
    subject_id: str
    store_id: int | None = Field(default=None, sa_type=Id)
    detail: Any = Field(sa_type=Json)


class AuditReason(SQLModel, table=True):
    """The free text of an audit row, beside it so that it can be erased with the member."""

    __tablename__ = "audit_reasons"

    audit_id: int = Field(primary_key=True, sa_type=Id)
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    reason: str = Field(sa_type=Text)


class Setting(SQLModel, table=True):
    """Small facts of the installation: clock offset, key fingerprint, hold."""

    __tablename__ = "settings"

    name: str = Field(primary_key=True)
    value: Any = Field(sa_type=Json)


class ApiKey(SQLModel, table=True):
    """A key of the API: hash only, the key itself was shown once."""

    __tablename__ = "api_keys"

    id: int = Field(primary_key=True, sa_type=Id)
    name: str
    prefix: str = Field(unique=True)
    hash: str
    scopes: Any = Field(sa_type=Json)
    made_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Answer(SQLModel, table=True):
    """The stored answer to a write of the API, by caller and Idempotency-Key."""

    __tablename__ = "answers"

    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    content_hash: str
    status: int
    body: Any = Field(sa_type=Json)
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    at: datetime = Field(sa_type=Instant)
