"""Files of surveys as an operator writes them; what goes together is checked elsewhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator

from services.content_schema import Days, Long, Moment, Name
from services.file_values import Key, Points, Section

Whole = Annotated[int, Field(ge=-(10**9), le=10**9)]
Few = Annotated[int, Field(ge=0, le=3660)]
Count = Annotated[int, Field(ge=1, le=10**9)]


def _as_text(value: Any) -> Any:
    """Keys and numbers are answers alike; a bare yes or no is no key but true or false."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Value = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
]


class Option(Name):
    key: Key
    goto: Key | None = None
    pinned: bool = False


class When(Section):
    """A condition about an earlier answer: exactly one of its tests."""

    question: Key
    equal: Annotated[Value | None, Field(alias="is")] = None
    among: Annotated[list[Value] | None, Field(alias="in", min_length=1, max_length=50)] = None
    not_in: Annotated[list[Value] | None, Field(min_length=1, max_length=50)] = None
    at_least: Whole | None = None
    at_most: Whole | None = None
    answered: Literal[True] | None = None
    skipped: Literal[True] | None = None


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Conditions = Annotated[list[When], BeforeValidator(_as_list), Field(min_length=1, max_length=10)]


class Question(Section):
    key: Key
    kind: Literal["single", "multiple", "rating", "nps", "number", "text", "photo"]
    text: Long
    hint: Long | None = None
    options: Annotated[list[Option], Field(min_length=2, max_length=30)] | None = None
    required: bool = True
    shuffle: bool = False
    least: Whole | None = None
    most: Whole | None = None
    when: Conditions | None = None
    when_any: Conditions | None = None
    goto: Key | None = None


class Quota(Section):
    question: Key
    value: Value
    most: Count


class Start(Section):
    """What starts it for a member."""

    by: Literal["purchase", "event", "ticket"]
    after_hours: Annotated[int, Field(ge=0, le=8784)] = 0
    cooldown_days: Few = 0


Codes = Annotated[list[str], Field(min_length=1, max_length=200)]


class Audience(Section):
    """Levels or stores; without either it is for everybody."""

    levels: Codes | None = None
    stores: Codes | None = None


class SimpleOption(Name):
    key: Key


class Survey(Section):
    """Either `questions`, or one `question` with `options` or `rating`."""

    key: Key
    name: Name
    intro: Long | None = None
    thanks: Long | None = None
    questions: Annotated[list[Question], Field(min_length=1, max_length=60)] | None = None
    question: Long | None = None
    options: Annotated[list[SimpleOption], Field(min_length=2, max_length=10)] | None = None
    rating: bool = False
    anonymous: bool = False
    reward: Points = 0
    shuffle: bool = False
    quota: Count | None = None
    quotas: Annotated[list[Quota], Field(default_factory=list, max_length=20)]
    start: Start | None = None
    audience: Audience | None = None
    open: Days | None = None
    send: Moment | None = None
    remind_days: Annotated[list[Annotated[int, Field(ge=1, le=90)]], Field(default_factory=list)]
    recur_days: Few = 0

    @field_validator("remind_days")
    @classmethod
    def _in_order(cls, days: list[int]) -> list[int]:
        return sorted(set(days))


class Surveys(Section):
    surveys: Annotated[list[Survey], Field(min_length=1, max_length=1000)]
