"""Table of holds: points set aside for something not yet decided, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class Hold(SQLModel, table=True):
    """A hold is named by the posting that set the points aside: `open → released | settled`, or
    `moved` to another membership under `moved_to`. `ended_by`: the posting that ended it.

    One conditional UPDATE of an open hold decides between release and settlement.
    """

    __tablename__ = "holds"
    __table_args__ = (
        Index(
            "ix_holds_due",
            "until",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_holds_member", "member_id", "unit"),
        Index(
            "ix_holds_ended_by",
            "ended_by",
            sqlite_where=text("ended_by IS NOT NULL"),
            postgresql_where=text("ended_by IS NOT NULL"),
        ),
    )

    posting_id: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(sa_type=Id)
    unit: str
    amount: int = Field(sa_type=BigInteger)
    until: datetime = Field(sa_type=Instant)
    state: str
    ended_by: int | None = Field(default=None, sa_type=Id)
    moved_to: int | None = Field(default=None, sa_type=Id)
