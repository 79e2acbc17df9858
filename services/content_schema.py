"""Files of benefits, surveys and events as an operator writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from domain.event_rules import LONGEST_REMINDER, MOST_GUESTS, MOST_REMINDERS
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


LENGTH = re.compile(r"(\d{1,5}) ?(m|h|d)")
_MINUTES = {"m": 1, "h": 60, "d": 1440}


def _length(value: Any) -> int:
    found = LENGTH.fullmatch(value) if isinstance(value, str) else None
    minutes = int(found[1]) * _MINUTES[found[2]] if found else -1
    if not 0 <= minutes <= LONGEST_REMINDER:
        advice = 'must be a time such as "30m", "2h" or "1d", at most 60 days'
        raise PydanticCustomError("length", "{advice}", {"advice": advice})
    return minutes


def _address(value: str) -> str:
    if not value.startswith(("https://", "http://")) or any(one.isspace() for one in value):
        raise PydanticCustomError("address", "must be an address that begins with https://")
    return value


Length = Annotated[int, BeforeValidator(_length)]
"""A stretch of time, as minutes."""
Address = Annotated[str, StringConstraints(max_length=500), AfterValidator(_address)]


class WaitingList(Section):
    """How long a seat that comes free is kept for somebody, and whose turn it is first."""

    offer: Length = 120
    first: Annotated[list[str], Field(default_factory=list, max_length=50)]


class Repeats(Section):
    """The first `times` days, from the one in `starts` on, that an earning rule of the programme
    names. `renews`: so many are always planned."""

    promotion: Key
    times: Annotated[int, Field(ge=1, le=60)]
    renews: bool = False


class Wave(Section):
    """Invitations that go out so long before the start: to whom, and how many at most."""

    before: Length
    audience: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    most: Annotated[int, Field(ge=1, le=10_000_000)] | None = None


class Event(Section):
    """`waiting_list`: false for none. `audience` is written as in the chat."""

    key: Key
    name: Name
    text: Long | None = None
    place: Name
    map: Address | None = None
    starts: Moment
    ends: Moment | None = None
    zone: str | None = None
    capacity: Count | None = None
    open_to_all: bool = False
    audience: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    levels: Annotated[list[str], Field(default_factory=list, max_length=50)]
    stores: Annotated[list[str], Field(default_factory=list, max_length=200)]
    invite: Annotated[list[Wave], Field(default_factory=list, max_length=20)]
    deposit: Points = 0
    return_until: Length = 1440
    guests: Annotated[int, Field(ge=0, le=MOST_GUESTS)] = 0
    waiting_list: WaitingList | Literal[False] | None = None
    answers_until: Length = 0
    check_in_from: Length = 120
    walk_ins: bool = True
    reminders: Annotated[list[Length], Field(max_length=MOST_REMINDERS)] | None = None
    thanks: Long | None = None
    survey: Key | None = None
    repeats: Repeats | None = None


class Events(Section):
    events: Annotated[list[Event], Field(min_length=1, max_length=1000)]
