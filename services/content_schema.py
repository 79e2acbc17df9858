"""Files of benefits, surveys and events as an operator writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from domain.benefits import Kind
from services.programme_schema import Key, Points, Section, Text

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")
WRITTEN = 'a local time such as "2026-06-01 18:30"'


def _moment(value: Any) -> Any:
    if isinstance(value, str) and MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def _kind(value: Any) -> Any:
    return Kind(value) if isinstance(value, str) and value in tuple(Kind) else value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Count = Annotated[int, Field(ge=1, le=10**9)]


class Name(Section):
    """A name that fits on a button, in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Long(Section):
    """A text of some sentences, in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1, max_length=1500)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=1500)]


class Days(Section):
    """From a day to a day of the programme's zone, both included."""

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="until")] = None


class Benefit(Section):
    key: Key
    kind: Annotated[Kind, BeforeValidator(_kind)] = Kind.GIFT
    name: Name
    terms: Long | None = None
    price: Points
    stock: Annotated[int, Field(ge=0, le=10**9)] | None = None
    per_member: Count | None = None
    levels: Annotated[list[str], Field(default_factory=list)]
    visible: Days | None = None
    redeemable: Days | None = None
    valid_days: Annotated[int, Field(ge=0, le=3660)] = 30


class Benefits(Section):
    benefits: Annotated[list[Benefit], Field(min_length=1, max_length=1000)]


class Option(Text):
    key: Key


class Survey(Section):
    key: Key
    name: Name
    question: Long
    options: Annotated[list[Option], Field(min_length=2, max_length=10)] | None = None
    rating: bool = False
    reward: Points = 0
    thanks: Long | None = None
    open: Days | None = None


class Surveys(Section):
    surveys: Annotated[list[Survey], Field(min_length=1, max_length=1000)]


class Event(Section):
    key: Key
    name: Name
    text: Long | None = None
    place: Name
    starts: Moment
    ends: Moment | None = None
    zone: str | None = None
    capacity: Count | None = None
    open_to_all: bool = False


class Events(Section):
    events: Annotated[list[Event], Field(min_length=1, max_length=1000)]
