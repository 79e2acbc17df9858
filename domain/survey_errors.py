"""Refusals of surveys: what an answer would have to be, and when none is taken any more."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class SurveyNotFound(Refused):
    code: ClassVar[str] = "survey.not_found"


@dataclass(eq=False)
class SurveyClosed(Refused):
    code: ClassVar[str] = "survey.closed"


@dataclass(eq=False)
class SurveyAnswered(Refused):
    """One response per member and wave; the first one counts."""

    code: ClassVar[str] = "survey.answered"


@dataclass(eq=False)
class SurveyFull(Refused):
    """As many have answered as were wanted; what was said is kept."""

    code: ClassVar[str] = "survey.full"


class AnswerWrong(Refused):
    """An answer of a wrong kind: the question is asked again with what it takes."""


@dataclass(eq=False)
class BadChoice(AnswerWrong):
    code: ClassVar[str] = "survey.bad_choice"


@dataclass(eq=False)
class BadTicks(AnswerWrong):
    """Too few or too many options."""

    least: int
    most: int
    code: ClassVar[str] = "survey.bad_ticks"


@dataclass(eq=False)
class BadNumber(AnswerWrong):
    """No whole number, or outside of its bounds (None: there is none)."""

    least: int | None
    most: int | None
    code: ClassVar[str] = "survey.bad_number"


@dataclass(eq=False)
class TextShort(AnswerWrong):
    """Fewer characters than `least`."""

    least: int
    code: ClassVar[str] = "survey.text_short"


@dataclass(eq=False)
class TextLong(AnswerWrong):
    """`length` characters, more than `most`."""

    most: int
    length: int
    code: ClassVar[str] = "survey.text_long"


@dataclass(eq=False)
class BadPhoto(AnswerWrong):
    code: ClassVar[str] = "survey.bad_photo"


@dataclass(eq=False)
class AnswerNeeded(AnswerWrong):
    """A required question cannot be passed over."""

    code: ClassVar[str] = "survey.answer_needed"
