"""The table of standings: what each member's level rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Json


class Standing(SQLModel, table=True):
    """What a member's level rests on (domain.standings.Standing); who never left the first level
    may have no row. The level that counts stands in `members.level`."""

    __tablename__ = "standings"
    __table_args__ = (
        Index(
            "ix_standings_review",
            "review_on",
            "member_id",
            postgresql_where=text("review_on IS NOT NULL"),
            sqlite_where=text("review_on IS NOT NULL"),
        ),
    )

    member_id: int = Field(primary_key=True, sa_type=Id)
    level: str
    since: date
    until: date | None = None
    proven_on: date
    version: int
    earlier: Any = Field(sa_type=Json)
    falls_on: date | None = None
    told_for: date | None = None
    given_level: str | None = None
    given_until: date | None = None
    given_reason: str | None = Field(default=None, sa_type=Text)
    corrected: bool = False
    review_on: date | None = None
