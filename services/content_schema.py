"""Files of benefits, surveys and events as an operator writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.file_values import Key, Points, Section, Text
from services.kinds import KINDS

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")
WRITTEN = 'a local time such as "2026-06-01 18:30"'


def _moment(value: Any) -> Any:
    if isinstance(value, str) and MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Count = Annotated[int, Field(ge=1, le=10**9)]
Hours = Annotated[int, Field(ge=0, le=8784)]


def _kind(key: str) -> str:
    if key not in KINDS:
        advice = f"must be one of {', '.join(KINDS)}"
        raise PydanticCustomError("kind", "{advice}", {"advice": advice})
    return key


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


class Category(Text):
    key: Key


class Partner(Text):
    key: Key


Sku = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Benefit(Section):
    """`detail` is checked by the kind, see services.kinds."""

    key: Key
    kind: Annotated[str, AfterValidator(_kind)] = "gift"
    name: Name
    terms: Long | None = None
    detail: Annotated[dict[str, Any], Field(default_factory=dict)]
    category: Key | None = None
    goods: Annotated[list[Sku], Field(default_factory=list, max_length=500)]
    picture: Annotated[str, StringConstraints(max_length=200)] = ""
    price: Points
    level_prices: Annotated[dict[str, Points], Field(default_factory=dict)]
    stock: Annotated[int, Field(ge=0, le=10**9)] | None = None
    per_member: Count | None = None
    per: Literal["day", "week", "month", "year", "ever"] = "ever"
    levels: Annotated[list[str], Field(default_factory=list)]
    early_hours: Annotated[dict[str, Hours], Field(default_factory=dict)]
    visible: Days | None = None
    redeemable: Days | None = None
    valid_days: Annotated[int, Field(ge=0, le=3660)] = 30
    cancel_hours: Hours = 0
    giftable: bool = False
    ready_days: Annotated[int, Field(ge=0, le=366)] | None = None
    offer_hours: Hours = 24
    imported_codes: bool = False
    partner: Key | None = None


class Benefits(Section):
    benefits: Annotated[list[Benefit], Field(min_length=1, max_length=5000)]
    categories: Annotated[list[Category], Field(default_factory=list, max_length=100)]
    partners: Annotated[list[Partner], Field(default_factory=list, max_length=1000)]


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
