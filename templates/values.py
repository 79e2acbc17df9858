"""Values as operators' words get them: strings, numbers, and lists of flat rows of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from templates import formats

LONGEST = 1000  # characters of one value
LONGEST_NAME = 64
MOST_ROWS = 100
NAMES = frozenset({"name", "sender", "friend"})

# Unicode's bidirectional controls (UAX 9) reorder the text around them.
_BIDI = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_RIGHT_TO_LEFT = (("\u0590", "\u08ff"), ("\ufb1d", "\ufdff"), ("\ufe70", "\ufeff"))
_ISOLATE, _POP = "\u2068", "\u2069"


def neutral(text: str, longest: int = LONGEST) -> str:
    """A text that somebody typed, so that it changes nothing around it: no control characters, no
    bidi marks, right-to-left letters in an isolate, not longer than `longest` characters."""
    if text.isascii() and text.isprintable() and len(text) <= longest:
        return text
    kept = "".join(
        c for c in text[: 2 * longest].translate(_BIDI) if c == "\n" or not _is_control(c)
    )
    if len(kept) > longest:
        kept = kept[: longest - 1].rstrip() + "…"
    if any(low <= c <= high for c in kept for low, high in _RIGHT_TO_LEFT):
        return f"{_ISOLATE}{kept}{_POP}"
    return kept


def _is_control(c: str) -> bool:
    return c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff"


def flat(language: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of a message as strings, numbers and lists of rows; what is none of these is
    left out. Texts given per language and money become strings."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list):
            found[name] = [_row(language, row) for row in value[:MOST_ROWS]]
        elif (known := _scalar(language, name, value)) is not _NOTHING:
            found[name] = known
    return found


def filled(
    declared: Mapping[str, tuple[str, ...] | None], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Flat values with what is declared but was not given this time: None, and no rows."""
    found: dict[str, Any] = dict(values)
    for name, fields in declared.items():
        if fields is None:
            found.setdefault(name, None)
        else:
            blank = dict.fromkeys(fields)
            given = found.get(name)
            rows = given if isinstance(given, list) else []
            found[name] = [{**blank, **row} if isinstance(row, dict) else row for row in rows]
    return found


_NOTHING = object()


def _row(language: str, row: Any) -> Any:
    if not isinstance(row, Mapping):
        known = _scalar(language, "", row)
        return "" if known is _NOTHING else known
    cells = {name: _scalar(language, name, value) for name, value in row.items()}
    return {name: cell for name, cell in cells.items() if cell is not _NOTHING}


def _scalar(language: str, name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return neutral(value, LONGEST_NAME if name in NAMES else LONGEST)
    if isinstance(value, Mapping):
        if value.keys() == {"minor", "currency"}:
            return formats.money(language, value)
        if not value or all(isinstance(text, str) for text in value.values()):
            return neutral(formats.said(language, value))
    return _NOTHING
