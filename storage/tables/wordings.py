"""Tables of operators' own words for messages: immutable versions, and which one is in use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Wording(SQLModel, table=True):
    """One version of a message's words in all its languages, never changed (domain.wordings).

    `key` is the message key it stands in for, or `campaign:ID`. `content`: texts per language,
    buttons, picture.
    """

    __tablename__ = "wordings"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: int = Field(primary_key=True, sa_type=Id)
    key: str
    version: int
    content: Any = Field(sa_type=Json)
    content_hash: str
    made_by: int | None = Field(default=None, sa_type=Id)
    made_at: datetime = Field(sa_type=Instant)


class WordingInUse(SQLModel, table=True):
    """The version that messages of a key are written from now on; no row: the shipped words."""

    __tablename__ = "wordings_in_use"

    key: str = Field(primary_key=True)
    wording_id: int = Field(sa_type=Id, foreign_key="wordings.id")
    since: datetime = Field(sa_type=Instant)
