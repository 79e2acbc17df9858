"""Tables of surveys, their waves, and what members answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json

_UNTALLIED = text("state = 'finished' AND NOT tallied")
_UNFINISHED = text("state = 'started'")


class Survey(SQLModel, table=True):
    """A survey and its running wave; what is asked stands in the wave."""

    __tablename__ = "surveys"

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    wave: int = 1
    changed_at: datetime = Field(sa_type=Instant)


class SurveyWave(SQLModel, table=True):
    """One round of a survey. `definition` (domain.surveys) does not change once somebody has
    answered; what is asked for often stands beside it.

    `start`: "" (open to whom it is for), `purchase`, `event` or `ticket`, which start it for a
    member. `send_at`: when invitations leave, None: nobody is invited; `invited_to`: the last
    member that was written to. `taken`: how many have finished, of `quota` (None: all). `state`:
    `running`, `closed`, and for anonymous ones `short` (too few to be released) or `discarded`.
    `released`: how many responses were parted from their members.
    """

    __tablename__ = "survey_waves"
    __table_args__ = (UniqueConstraint("survey_id", "wave"),)

    id: int = Field(primary_key=True, sa_type=Id)
    survey_id: int = Field(sa_type=Id, foreign_key="surveys.id")
    wave: int
    definition: Any = Field(sa_type=Json)
    content_hash: str
    anonymous: bool = False
    reward: int = 0
    start: str = ""
    opens_at: datetime | None = Field(default=None, sa_type=Instant)
    closes_at: datetime | None = Field(default=None, sa_type=Instant)
    send_at: datetime | None = Field(default=None, sa_type=Instant)
    invited_to: int = Field(default=0, sa_type=Id)
    quota: int | None = None
    taken: int = 0
    released: int = 0
    state: str = "running"


class SurveyQuota(SQLModel, table=True):
    """How many finished responses with one answer a wave takes. `key`: `question=value`."""

    __tablename__ = "survey_quotas"

    wave_id: int = Field(primary_key=True, sa_type=Id, foreign_key="survey_waves.id")
    key: str = Field(primary_key=True)
    most: int
    taken: int = 0


class SurveyResponse(SQLModel, table=True):
    """One member's way through one wave.

    `state`: `invited`, `started`, `finished`, `full` (the quota was reached before). `path`: the
    keys of the questions shown so far, the last is the current one; `seed` orders what is
    shuffled. `occasion`: what started it (`purchase:ID`, `ticket:ID`). The reward is paid by the
    posting, for an anonymous survey by a completion token. `tallied`: counted in survey_counts.
    """

    __tablename__ = "survey_responses"
    __table_args__ = (
        UniqueConstraint("survey_id", "wave", "member_id"),
        Index(
            "ix_survey_responses_untallied",
            "wave_id",
            "id",
            sqlite_where=_UNTALLIED,
            postgresql_where=_UNTALLIED,
        ),
        Index(
            "ix_survey_responses_unfinished",
            "wave_id",
            "touched_at",
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    survey_id: int = Field(sa_type=Id, foreign_key="surveys.id")
    wave: int
    wave_id: int = Field(sa_type=Id, foreign_key="survey_waves.id")
    member_id: int | None = Field(default=None, sa_type=Id, foreign_key="members.id", index=True)
    occasion: str = ""
    state: str
    locale: str = ""
    level: str = ""
    path: Any = Field(sa_type=Json)
    seed: int = 0
    started_at: datetime = Field(sa_type=Instant)
    touched_at: datetime = Field(sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_on: date | None = Field(default=None, sa_type=Date)
    posting_id: int | None = Field(default=None, sa_type=Id)
    tallied: bool = False


class SurveyAnswer(SQLModel, table=True):
    """The answer to one question: the key chosen, the keys, the number, the text, or the photo
    ({"reference", "kind", "channel", "account"}). One that the path left out again is deleted."""

    __tablename__ = "survey_answers"
    __table_args__ = (UniqueConstraint("response_id", "question"),)

    id: int = Field(primary_key=True, sa_type=Id)
    response_id: int = Field(sa_type=Id, foreign_key="survey_responses.id")
    question: str
    value: Any = Field(sa_type=Json)


class SurveyRecord(SQLModel, table=True):
    """An anonymous response after its release: a random id, the day of the release, the level
    where at least five of the batch have it, and the answers by question. Nothing leads from here
    to a person."""

    __tablename__ = "survey_records"
    __table_args__ = (Index("ix_survey_records", "survey_id", "wave", "day", "id"),)

    id: str = Field(primary_key=True)
    survey_id: int = Field(sa_type=Id, foreign_key="surveys.id")
    wave: int
    day: date = Field(sa_type=Date)
    level: str = ""
    answers: Any = Field(sa_type=Json)
    tallied: bool = False


class SurveyCompletion(SQLModel, table=True):
    """The token that pays the reward of an anonymous response, once; kept as its hash."""

    __tablename__ = "survey_completions"

    token_hash: str = Field(primary_key=True)
    wave_id: int = Field(sa_type=Id, foreign_key="survey_waves.id")
    member_id: int = Field(sa_type=Id, foreign_key="members.id", index=True)
    posting_id: int | None = Field(default=None, sa_type=Id)


class SurveyCount(SQLModel, table=True):
    """How often an answer was given, kept so that results need not count every answer again.
    `value` is `*` for how many answered the question at all."""

    __tablename__ = "survey_counts"

    survey_id: int = Field(primary_key=True, sa_type=Id)
    wave: int = Field(primary_key=True)
    question: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    level: str = Field(primary_key=True)
    day: date = Field(primary_key=True, sa_type=Date)
    times: int


class SurveyWord(SQLModel, table=True):
    """How many texts that answer a question hold a word."""

    __tablename__ = "survey_words"

    survey_id: int = Field(primary_key=True, sa_type=Id)
    wave: int = Field(primary_key=True)
    question: str = Field(primary_key=True)
    word: str = Field(primary_key=True)
    times: int
