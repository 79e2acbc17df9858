"""Tables of campaigns: what operators send to many."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json

_OPEN = text("finished_at IS NULL")


class Campaign(SQLModel, table=True):
    """A message to many members; each recipient is a delivery row.

    `running ⇄ paused → finished | cancelled`. Recipients are written in batches: `reached` is
    the last member looked at, `filled_at` is set when there are no more. A cancelled campaign
    is finished when its last waiting row is skipped.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    kind: str
    state: str
    purpose: str
    content: Any = Field(sa_type=Json)
    author_id: int = Field(sa_type=Id)
    address_id: int = Field(sa_type=Id)
    made_at: datetime = Field(sa_type=Instant)
    started_at: datetime = Field(sa_type=Instant)
    reached: int = Field(default=0, sa_type=Id)
    filled_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""
