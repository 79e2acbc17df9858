"""What the checker of the programme file says: one plain sentence per kind of mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.errors import Problem

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
    kind, context = error["type"], error.get("ctx", {})
    advice = _ADVICE.get(kind) or _limit(kind, context) or error["msg"]
    return Problem(path(error["loc"]), advice)


def path(parts: Sequence[str | int]) -> str:
    """`levels[3].any[1]`: lists are counted from 1, as a person counts."""
    text = ""
    for part in parts:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
