"""What the checker of the club's files says: one plain sentence per kind of mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from domain.errors import Problem
from services import programme_schema as schema

_NEAR: Final = 0.6
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")

_ADVICE: Final = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not known here; remove it or correct its spelling",
    "int_type": "must be a whole number without quotes, such as 10",
    "bool_type": "must be true or false",
    "string_type": "must be a text; put it in quotes",
    "date_type": "must be a date such as 2026-01-31, without quotes",
    "list_type": 'must be a list: lines that begin with "- ", or [a, b]',
    "tuple_type": 'must be a list of two words, one and many, such as ["point", "points"]',
    "model_type": "must be a section with keys of its own",
    "dict_type": "must be a section with keys of its own",
    "is_instance_of": 'must be a number or an amount such as "1.50"',
    "decimal_type": 'must be a number or an amount such as "1.50"',
    "decimal_parsing": 'must be a number or an amount such as "1.50"',
    "decimal_max_places": "may have at most two digits after the point",
    "string_too_short": "must not be empty",
}


def _limit(kind: str, context: Mapping[str, Any]) -> str | None:
    match kind:
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "less_than_equal":
            return f"must be {context['le']} or less"
        case "literal_error":
            return f"must be one of {context['expected']}"
        case "string_too_long":
            return f"may have at most {context['max_length']} characters"
        case "too_short":
            return f"needs at least {context['min_length']} entries"
        case "too_long":
            return f"may have at most {context['max_length']} entries"
        case "string_pattern_mismatch":
            return _pattern(context["pattern"])
    return None


def _pattern(pattern: str) -> str:
    if pattern.startswith("^#"):
        return 'must be a colour such as "#C0C0C0"'
    if pattern == "^[A-Z]{3}$":
        return "must be a currency code of three capitals, such as CNY"
    return "must be a short key of small letters, digits, - and _, beginning with a letter"


def from_error(error: Mapping[str, Any]) -> Problem:
    """One finding of pydantic as a problem that an owner can act on."""
    return Problem(path(error["loc"]), _advice(error))


def _advice(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    given = error.get("input")
    if kind == "date_type" and isinstance(given, str) and _DAY.fullmatch(given):
        return f"there is no day {given} in the calendar; write another"
    return _ADVICE.get(kind) or _limit(kind, context) or str(error["msg"])


# -- words that were mistaken -----------------------------------------------------------


def advice_for(error: Mapping[str, Any]) -> str:
    """What to do about a finding in the programme file; an unknown key may have been meant as a
    known one."""
    if error["type"] == "extra_forbidden" and (meant := _meant(error["loc"])):
        return f"is not known here; did you mean {meant}?"
    return _advice(error)


def guesses(errors: Iterable[Mapping[str, Any]]) -> set[tuple[str | int, ...]]:
    """The places of what unknown keys were probably meant as, so that they are not said to be
    missing besides."""
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    return {(*place[:-1], meant) for place in unknown if (meant := _meant(place))}


def _meant(place: Sequence[str | int]) -> str:
    """The known key that is nearest to an unknown one; empty if none is near."""
    keys = _keys(place[:-1])
    key = str(place[-1])
    near = get_close_matches(key, keys, 1, _NEAR) or get_close_matches(
        key.casefold().replace("-", "_"), keys, 1, _NEAR
    )
    return near[0] if near else ""


def _keys(place: Sequence[str | int]) -> list[str]:
    """The keys that a section of the programme file may have."""
    kind: Any = schema.File
    for part in place:
        kind = _model(kind)
        if isinstance(part, int) or kind is None:
            continue
        field = kind.model_fields.get(part)
        kind = field.annotation if field else None
    found = _model(kind)
    if found is None:
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def _model(kind: Any) -> type[BaseModel] | None:
    """The section inside lists, options and annotations; None if there is none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    if get_origin(kind) in (list, Union, UnionType, Annotated):
        return next((found for part in get_args(kind) if (found := _model(part))), None)
    return None


def path(parts: Sequence[str | int]) -> str:
    """`levels[3].any[1]`: lists are counted from 1, as a person counts."""
    text = ""
    for part in parts:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
