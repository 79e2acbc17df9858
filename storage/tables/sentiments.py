"""Table of what texts were found to sound like."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class Sentiment(SQLModel, table=True):
    """How a text sounds: `positive`, `negative` or `unsure`.

    `subject_kind`: `ticket_message`, `survey_answer` or `survey_record`; `subject_id` its id.
    `score`: thousandths of being positive. `model` and `version` found it; `corrected` is what an
    operator says. `member_id` only where the text itself has one.
    """

    __tablename__ = "sentiments"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    subject_kind: str
    subject_id: str
    member_id: int | None = Field(default=None, sa_type=Id, index=True)
    language: str
    label: str
    score: int
    model: str
    version: str
    at: datetime = Field(sa_type=Instant)
    corrected: str = ""
    corrected_by: int | None = Field(default=None, sa_type=Id)
