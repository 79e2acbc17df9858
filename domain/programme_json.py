"""A programme as plain data and back, and its fingerprint: what a published version is kept as."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from functools import cache
from hashlib import sha256
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from domain.programme import Programme


def to_json(programme: Programme) -> dict[str, Any]:
    """The programme as dicts, lists, texts and whole numbers."""
    plain: dict[str, Any] = _plain(programme)
    return plain


def from_json(content: Mapping[str, Any]) -> Programme:
    """The programme that `to_json` wrote; a field it does not know raises TypeError."""
    programme: Programme = _build(Programme, content)
    return programme


def fingerprint(programme: Programme) -> str:
    """SHA-256 over the canonical JSON text; equal only for equal content."""
    text = json.dumps(to_json(programme), sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, value: Any) -> Any:
    """The plain value as an instance of the type that a field declares."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        inner = [part for part in get_args(kind) if part is not type(None)]
        return None if value is None else _build(inner[0], value)
    if origin is tuple:
        return tuple(_build(get_args(kind)[0], part) for part in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _build(get_args(kind)[1], part) for key, part in value.items()}
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: _build(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind in (date, time):
        return kind.fromisoformat(value)
    return value
