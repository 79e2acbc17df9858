"""The parts that requests and answers are made of: texts, amounts, moments, ids."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

# Visible texts: no control characters (NUL among them) and no halves of surrogate pairs.
LINE: Final = r"^[^\u0000-\u001F\u007F-\u009F]*$"
AMOUNT: Final = r"^[0-9]{1,11}(\.[0-9]{1,3})?$"
MOMENT: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})$"
)
IMPOSSIBLE: Final = "impossible_"
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


class Body(BaseModel):
    """What comes in: exact types, no unknown names."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """What goes out. The document promises its fields; the tests hold answers against it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _moment(value: Any) -> datetime:
    """An instant that every calendar here can hold."""
    if not isinstance(value, str) or not re.fullmatch(MOMENT, value) or value[-1] == "\n":
        raise PydanticCustomError("moment", "not a moment")
    try:
        moment = datetime.fromisoformat(value)
        if _EARLIEST <= moment < _LATEST:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError(IMPOSSIBLE + "moment", "no such moment")


def _digits(value: Any) -> Any:
    """A number in a query: digits only, nothing that Python would also forgive."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value):
        return int(value)
    return value


def _whole(value: Any) -> Any:
    """JSON has one kind of number: `3.0` is the integer 3 (JSON Schema, 6.1.1)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def line(longest: int, least: int = 0) -> Any:
    """A text in one line with a length in characters."""
    return Field(min_length=least, max_length=longest, pattern=LINE)


Id = Annotated[str, line(100, 1)]
Reference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=120,
        pattern=LINE,
        description="A member number, or `phone:…`, `email:…`, `telegram:…`, `ext:…`.",
    ),
]
Amount = Annotated[
    str,
    Field(
        pattern=AMOUNT,
        max_length=15,
        description="A decimal text with at most the currency's digits, such as `128.50`.",
    ),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": MOMENT, "maxLength": 32}),
    Field(description="RFC 3339 with an offset, such as `2026-01-31T12:00:00+08:00`."),
]
Currency = Annotated[
    str, Field(pattern=r"^[A-Z]{3}$", max_length=3, description="ISO 4217, such as `CNY`.")
]
Whole = Annotated[int, BeforeValidator(_whole)]
Pieces = Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(_whole)]
SomePoints = Annotated[int, Field(ge=1, le=1_000_000_000), BeforeValidator(_whole)]
Price = Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_digits)]
"""A whole number of a query string."""

# -- going out --------------------------------------------------------------------------

BigId = Annotated[str, Field(pattern=r"^[0-9]{1,19}$", description="An id of the club.")]
Plain = Annotated[str, Field(description="An exact decimal text.")]
Instant = Annotated[
    str,
    Field(description="RFC 3339, in UTC.", json_schema_extra={"format": "date-time"}),
]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Names = Annotated[
    dict[str, str], Field(description="By language: `zh`, `en`.", examples=[{"en": "Tea"}])
]


def instant(moment: datetime) -> str:
    """`2026-01-31T04:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
