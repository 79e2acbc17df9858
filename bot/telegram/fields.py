"""Typed reading of a decoded JSON object: every value is what it should be, or BadUpdate."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
LARGEST = 2**63 - 1


class BadUpdate(Exception):
    """An update that cannot be understood; it goes to the dead letters.

    `field` says where it is wrong; `update_id` is "" when not even that could be read.
    """

    def __init__(self, field: str, update_id: str = "") -> None:
        super().__init__(field)
        self.field = field
        self.update_id = update_id


def clean(text: str) -> str:
    """The text without NUL and with lone surrogates replaced, so that a database takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "") if "\0" in text else text


def integer(data: Json, name: str) -> int:
    """A whole number of at most 63 bits; raises BadUpdate."""
    value = data.get(name)
    if type(value) is not int or not -LARGEST <= value <= LARGEST:
        raise BadUpdate(name)
    return value


def flag(data: Json, name: str) -> bool:
    """True or false, false when missing; raises BadUpdate."""
    value = data.get(name)
    if value is None or type(value) is bool:
        return bool(value)
    raise BadUpdate(name)


def string(data: Json, name: str) -> str:
    """A text that must be there; raises BadUpdate."""
    value = data.get(name)
    if type(value) is not str:
        raise BadUpdate(name)
    return clean(value)


def some_string(data: Json, name: str) -> str:
    """A text, "" when it is missing or null; raises BadUpdate for anything else."""
    value = data.get(name)
    if value is None:
        return ""
    if type(value) is not str:
        raise BadUpdate(name)
    return clean(value)


def part(data: Json, name: str) -> Json:
    """An object that must be there; raises BadUpdate."""
    value = data.get(name)
    if type(value) is not dict:
        raise BadUpdate(name)
    return value


def some_part(data: Json, name: str) -> Json | None:
    """An object, None when it is missing or null; raises BadUpdate for anything else."""
    value = data.get(name)
    if value is None or type(value) is dict:
        return value
    raise BadUpdate(name)


def some_parts(data: Json, name: str) -> list[Json]:
    """A list of objects, empty when it is missing or null; raises BadUpdate."""
    value = data.get(name)
    if value is None:
        return []
    if type(value) is not list or any(type(item) is not dict for item in value):
        raise BadUpdate(name)
    return value
