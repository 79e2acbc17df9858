"""Tables of audiences: saved expressions, who is in them, tags, and what a night found out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class SavedAudience(SQLModel, table=True):
    """An expression that operators gave a name. `tag`: whoever is in it carries this tag.

    `followed`: members entering and leaving are written down (`audience_moves`) and counted by
    night. `written`: the expression as it was typed.
    """

    __tablename__ = "saved_audiences"

    id: int = Field(primary_key=True, sa_type=Id)
    name: str = Field(unique=True)
    expression: Any = Field(sa_type=Json)
    written: str = Field(sa_type=Text)
    tag: str = ""
    followed: bool = False
    members: int | None = None
    counted_at: datetime | None = Field(default=None, sa_type=Instant)
    made_by: int | None = Field(default=None, sa_type=Id)
    made_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class AudienceMember(SQLModel, table=True):
    """Who is in a followed audience since when."""

    __tablename__ = "audience_members"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audience_id: int = Field(primary_key=True, sa_type=Id, foreign_key="saved_audiences.id")
    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id", index=True)
    entered_at: datetime = Field(sa_type=Instant)


class AudienceMove(SQLModel, table=True):
    """A member entered or left a followed audience on a day (as date.toordinal counts)."""

    __tablename__ = "audience_moves"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audience_id: int = Field(primary_key=True, sa_type=Id, foreign_key="saved_audiences.id")
    day: int = Field(primary_key=True)
    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id", index=True)
    entered: bool


class MemberTag(SQLModel, table=True):
    """A tag of a member, by hand (`staff_id`) or by a saved audience (`audience_id`)."""

    __tablename__ = "member_tags"
    __table_args__ = (
        Index("ix_member_tags_tag", "tag", "member_id"),
        {"sqlite_with_rowid": False},
    )

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    tag: str = Field(primary_key=True)
    by_rule: bool = Field(default=False, primary_key=True)
    audience_id: int | None = Field(default=None, sa_type=Id)
    staff_id: int | None = Field(default=None, sa_type=Id)
    at: datetime = Field(sa_type=Instant)


class MemberInsight(SQLModel, table=True):
    """What the last night computed of a member (SEMANTICS: Insight); days count as ordinals.

    `first_day`, `last_day` and `times`: all purchases of which something was paid and kept;
    `frequency` how many of them and `monetary` minor units within the window; `r`, `f`, `m`
    quintiles 1-5 (0: none in the window), `segment` the RFM class, `stage` of the lifecycle since
    `stage_since` with its `reason`, `pyramid` A-D. Nothing here changes by time alone, so a night
    writes only the rows that are different.
    """

    __tablename__ = "member_insights"

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    first_day: int | None = None
    last_day: int | None = None
    times: int = 0
    frequency: int = 0
    monetary: int = Field(default=0, sa_type=BigInteger)
    r: int = 0
    f: int = 0
    m: int = 0
    segment: str = ""
    stage: str = ""
    reason: str = ""
    stage_since: int = 0
    pyramid: str = ""


class InsightNight(SQLModel, table=True):
    """A night that computed insights; `day` is its reference date. `phase` and `reached`: how far
    it has come; `rules`, `cuts` and `counts`: by which rules, where its classes begin, and how
    many members are in each."""

    __tablename__ = "insight_nights"

    day: int = Field(primary_key=True)
    phase: str
    reached: int = Field(default=0, sa_type=BigInteger)
    rules: Any = Field(sa_type=Json)
    cuts: Any = Field(default=None, sa_type=Json, nullable=True)
    counts: Any = Field(default=None, sa_type=Json, nullable=True)
    began_at: datetime = Field(sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)


class StageChange(SQLModel, table=True):
    """A member went from one stage of the lifecycle to another on a day, and why."""

    __tablename__ = "stage_changes"
    __table_args__ = (
        Index("ix_stage_changes_day", "day", "before", "after"),
        {"sqlite_with_rowid": False},
    )

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    day: int = Field(primary_key=True)
    before: str
    after: str
    reason: str
