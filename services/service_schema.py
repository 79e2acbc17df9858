"""The section `service` of a programme file: the desk's hours, promises, answers and limits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.file_values import Amount, Key, Points, Section, Short, Text

HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
Span = Annotated[str, StringConstraints(pattern=HOURS)]
Spans = Annotated[list[Span], Field(max_length=6)]
Minutes = Annotated[int, Field(ge=0, le=10_080)]
Words = Annotated[list[Short], Field(max_length=60)]


class Hours(Section):
    """Spans by day; a day that is not there is closed."""

    mon: Spans = []
    tue: Spans = []
    wed: Spans = []
    thu: Spans = []
    fri: Spans = []
    sat: Spans = []
    sun: Spans = []
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    closed: Annotated[list[date], Field(max_length=400)] = []


class Promise(Section):
    """Business hours."""

    answer: Amount
    resolve: Amount


class Promises(Section):
    normal: Promise
    high: Promise
    urgent: Promise


class Category(Section):
    key: Key
    name: Text
    kinds: list[Literal["complaint", "suggestion", "question", "praise"]] = ["complaint"]


class Cause(Section):
    key: Key
    name: Text


class FaqWords(Section):
    zh: Words = []
    en: Words = []


class Faq(Section):
    key: Key
    question: Text
    answer: Text
    words: FaqWords = FaqWords()


class ReadyAnswer(Section):
    key: Key
    name: Text
    text: Text


class Goodwill(Section):
    points_per_day: Points = 0
    vouchers: list[Key] = []
    vouchers_per_day: Annotated[int, Field(ge=0, le=1000)] = 0
    second_above: Points | None = None


class Rating(Section):
    bad: Annotated[int, Field(ge=0, le=4)] = 2
    then: Literal["reopen", "escalate", "nothing"] = "reopen"
    remind_hours: Annotated[int, Field(ge=0, le=240)] = 24


class Flooding(Section):
    messages: Annotated[int, Field(ge=3, le=1000)] = 20
    minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    open_tickets: Annotated[int, Field(ge=1, le=100)] = 5


class Service(Section):
    hours: Hours | None = None
    promises: Promises | None = None
    priorities: dict[Key, Literal["normal", "high", "urgent"]] = {}
    remind_minutes: Minutes = 60
    escalate_minutes: Minutes = 20
    categories: Annotated[list[Category], Field(max_length=20)] | None = None
    causes: Annotated[list[Cause], Field(max_length=20)] | None = None
    alarm_words: Annotated[list[Short], Field(max_length=200)] | None = None
    faq: Annotated[list[Faq], Field(max_length=200)] = []
    answers: Annotated[list[ReadyAnswer], Field(max_length=40)] = []
    goodwill: Goodwill = Goodwill()
    rating: Rating = Rating()
    flooding: Flooding = Flooding()
    named_levels: list[Key] = []
