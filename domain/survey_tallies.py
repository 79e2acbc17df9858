"""How answers are counted: which values an answer is.

A count says of one question how often a value was given, by the level of those who gave it and
the day. `ANSWERED` counts who answered at all; under the question `RESPONSES` who finished. Texts
count for how they sound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from domain.surveys import Question, QuestionKind

ANSWERED: Final = "*"
RESPONSES: Final = ""
_SILENT: Final = (QuestionKind.TEXT, QuestionKind.PHOTO)


class Cell(NamedTuple):
    """What is counted."""

    question: str
    value: str
    level: str
    day: date


Counts = Counter[Cell]


def values(question: Question, answer: Any) -> tuple[str, ...]:
    """The values that an answer counts for, besides ANSWERED; of texts and photos none."""
    if question.kind in _SILENT:
        return ()
    if question.kind is QuestionKind.MULTIPLE:
        return tuple(str(one) for one in answer)
    return (str(answer),)


def add_answer(
    counts: Counts, question: Question, answer: Any, level: str, day: date, times: int = 1
) -> None:
    """Counts an answer that was given so many times."""
    for value in (ANSWERED, *values(question, answer)):
        counts[Cell(question.key, value, level, day)] += times


def add_response(counts: Counts, level: str, day: date, times: int = 1) -> None:
    """Counts who finished."""
    counts[Cell(RESPONSES, ANSWERED, level, day)] += times


def mood_cell(question: str, label: str, level: str, day: date) -> Cell:
    """Where a text counts for how it sounds."""
    return Cell(question, str(label), level, day)


def numbers(given: Mapping[str, int]) -> dict[float, int]:
    """Counts of numbers, for averages."""
    return {float(value): times for value, times in given.items() if value != ANSWERED and times}
