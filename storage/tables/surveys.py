"""Tables of surveys, their questions, and what members answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Survey(SQLModel, table=True):
    """A survey; a recurring one opens a new `wave`. `names` and `thanks` are per language."""

    __tablename__ = "surveys"

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    names: Any = Field(sa_type=Json)
    thanks: Any = Field(sa_type=Json)
    reward: int
    anonymous: bool = False
    wave: int = 1
    opens_at: datetime | None = Field(default=None, sa_type=Instant)
    closes_at: datetime | None = Field(default=None, sa_type=Instant)
    content_hash: str
    changed_at: datetime = Field(sa_type=Instant)


class SurveyQuestion(SQLModel, table=True):
    """A question: its kind, texts per language, and the options of a choice in order."""

    __tablename__ = "survey_questions"
    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    id: int = Field(primary_key=True, sa_type=Id)
    survey_id: int = Field(sa_type=Id, foreign_key="surveys.id")
    number: int
    kind: str
    texts: Any = Field(sa_type=Json)
    options: Any = Field(sa_type=Json)


class SurveyResponse(SQLModel, table=True):
    """One member's response to one wave; the reward is paid by the posting."""

    __tablename__ = "survey_responses"
    __table_args__ = (UniqueConstraint("survey_id", "wave", "member_id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    survey_id: int = Field(sa_type=Id, foreign_key="surveys.id")
    wave: int
    member_id: int | None = Field(default=None, sa_type=Id, foreign_key="members.id", index=True)
    started_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    posting_id: int | None = Field(default=None, sa_type=Id)


class SurveyAnswer(SQLModel, table=True):
    """The answer to one question: the keys chosen, the number given, or the text written."""

    __tablename__ = "survey_answers"
    __table_args__ = (UniqueConstraint("response_id", "question_id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    response_id: int = Field(sa_type=Id, foreign_key="survey_responses.id")
    question_id: int = Field(sa_type=Id, foreign_key="survey_questions.id", index=True)
    value: Any = Field(sa_type=Json)
