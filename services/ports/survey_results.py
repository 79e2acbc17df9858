"""Ports of what surveys found: answers counted, kept counts, words, texts and how they sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from domain.survey_tallies import Counts
from domain.surveys import Wave


@dataclass(frozen=True, slots=True)
class Untallied:
    """A response whose answers are not in the kept counts; `id` of the response or, released, of
    the record. `answers`: question, id of the answer (as a subject of sentiments), answer."""

    wave_id: int
    id: int | str
    member_id: int | None
    level: str
    day: date
    answers: tuple[tuple[str, str, Any], ...]


class Given(NamedTuple):
    """An answer as often as it was given at a level on a day."""

    question: str
    answer: Any
    level: str
    day: date
    times: int


class Said(NamedTuple):
    """A text, how it sounds ("" if nobody has listened yet), and its subject."""

    text: str
    label: str
    score: int
    corrected: bool
    subject: str
    day: date


@dataclass(frozen=True, slots=True)
class MoodRow:
    """How a text sounds, as it is kept."""

    subject_kind: str
    subject_id: str
    member_id: int | None
    language: str
    label: str
    score: int
    model: str
    version: str
    at: datetime
    corrected: str = ""
    corrected_by: int | None = None
    id: int = field(default=0)

    @property
    def counts_as(self) -> str:
        """What a person said, else what was found."""
        return self.corrected or self.label


class Heard(NamedTuple):
    """A message of a member that nobody has listened to."""

    id: int
    member_id: int
    text: str
    at: datetime


class SurveyResults(Protocol):
    """Answers of waves, counted."""

    def kept(self, wave: Wave) -> Counts:
        """The kept counts."""

    def kept_words(self, wave: Wave, question: str, most: int) -> dict[str, int]:
        """The most frequent kept words of a question."""

    def given(self, wave: Wave, texts: Sequence[str], *, left: bool) -> Iterable[Given]:
        """Answers as often as they were given; one to the questions of `texts` as `""`. `left`:
        only those that are not in the kept counts. Who finished is in it under the question ""."""

    def untallied(self, most: int) -> list[Untallied]:
        """Some responses that are not in the kept counts, and may be counted."""

    def flag(self, found: Sequence[Untallied]) -> set[int | str]:
        """Marks responses as counted; the ids of those that were not before, and are there."""

    def add(self, wave: Wave, counts: Counts, words: Mapping[tuple[str, str], int]) -> None:
        """Adds to the kept counts, and to words by question and word."""

    def texts(self, wave: Wave, question: str, most: int) -> list[Said]:
        """The newest texts that answer a question."""

    def where(self, subject_kind: str, subject_id: str) -> tuple[int, str, str, date] | None:
        """Wave, question, level and day of a text, if it is in the kept counts."""


class Sentiments(Protocol):
    """How texts sound."""

    def add(self, rows: Sequence[MoodRow]) -> None:
        """Keeps what was found; a text that has a row keeps it."""

    def of(self, subject_kind: str, subject_ids: Sequence[str]) -> dict[str, MoodRow]:
        """By subject: what was found."""

    def correct(self, row: MoodRow, label: str, by: int | None) -> None:
        """Writes what an operator says."""

    def unheard(self, after: int, most: int) -> list[Heard]:
        """Members' messages of tickets with a greater id that have no row, in order."""
