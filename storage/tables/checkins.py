"""Table of the days on which members checked in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import DayNumber, Id, Instant


class CheckIn(SQLModel, table=True):
    """A member's check-in on a local day of the programme, and what it gave."""

    __tablename__ = "checkins"
    __table_args__ = (UniqueConstraint("member_id", "day", name="uq_checkins_member_day"),)

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    day: date = Field(sa_type=DayNumber)
    at: datetime = Field(sa_type=Instant)
    streak: int
    points: int
    growth: int
    posting_id: int | None = Field(default=None, sa_type=Id)
