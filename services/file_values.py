"""What stands in the files that an owner writes: amounts, keys, texts in both languages."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


def _decimal(value: Any) -> Any:
    """Whole numbers, decimals and texts such as "1.00" are amounts; nothing is ever a float."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and value.replace(".", "", 1).isascii():
        digits = value.replace(".", "", 1)
        return Decimal(value) if digits.isdigit() and value[-1] != "." else value
    return value


def as_tuple(value: Any) -> Any:
    """YAML knows lists only."""
    return tuple(value) if isinstance(value, list) else value


Amount = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, le=Decimal(10**9))]
Factor = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, le=100, decimal_places=2)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Points = Annotated[int, Field(ge=0, le=10**9)]
Days = Annotated[int, Field(ge=0, le=3660)]
Months = Annotated[int, Field(ge=1, le=120)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Section(BaseModel):
    """A part of the file; a key that is not known here is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Text(Section):
    zh: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]
