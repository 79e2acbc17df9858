"""Tables of care: each member's rhythm of visits, and what has come back into stock."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.types import DayNumber, Id, Instant

_OPEN = text("done_at IS NULL")


class Rhythm(SQLModel, table=True):
    """How often a member comes: the day of the last visit, of how many of the newest days the
    rhythm is made, and the usual gap between two in days (None until there are enough).
    `due_day`: the next day on which their silence becomes unusual."""

    __tablename__ = "rhythms"
    __table_args__ = (
        Index(
            "ix_rhythms_due",
            "due_day",
            "member_id",
            sqlite_where=text("due_day IS NOT NULL"),
            postgresql_where=text("due_day IS NOT NULL"),
        ),
    )

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    last_day: date = Field(sa_type=DayNumber)
    visits: int
    gap_days: int | None = None
    due_day: date | None = Field(default=None, sa_type=DayNumber)


class Restock(SQLModel, table=True):
    """A benefit that was sold out came back; who has marked it is told, those with an id up to
    `reached` have been."""

    __tablename__ = "restocks"
    __table_args__ = (Index("ix_restocks_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),)

    id: int = Field(primary_key=True, sa_type=Id)
    benefit_id: int = Field(sa_type=Id, foreign_key="benefits.id", index=True)
    at: datetime = Field(sa_type=Instant)
    reached: int = Field(default=0, sa_type=Id)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
