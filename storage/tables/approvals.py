"""Table of the changes that wait for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json

_OPEN = text("state = 'open'")


class Approval(SQLModel, table=True):
    """A request and what became of it. `member_id`: the member it is about, if it is one;
    `payload` and `shown` are emptied when they are erased."""

    __tablename__ = "approvals"
    __table_args__ = (
        Index("ix_approvals_open", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    kind: str
    subject_kind: str
    subject_id: str
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    payload: Any = Field(sa_type=Json)
    payload_hash: str
    permission: str
    summary: str
    shown: Any = Field(sa_type=Json)
    asker: str
    asked_by: int | None = Field(default=None, sa_type=Id)
    asked_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    state: str
    decider: str = ""
    decided_by: int | None = Field(default=None, sa_type=Id)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
