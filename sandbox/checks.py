"""Checks and converts the parameters of a call against the fact table."""

import json
import re
from typing import Any

from sandbox.errors import bad_request
from sandbox.fact_types import MEDIA_TYPES, SCOPES, TYPES
from sandbox.facts import Field, Method
from sandbox.files import Upload

_WHOLE = re.compile(r"-?\d{1,19}$")
_TRUE = {"true", "1", "yes"}
_FALSE = {"false", "0", "no", ""}
_EMPTY = {"text": "message text is empty", "chat_id": "chat_id is empty"}


def checked(method: Method, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters with their proper Python types.

    JSON objects may come as JSON or as JSON-serialized strings, numbers and booleans as text, as
    in the real API. Raises ApiError 400 for an unknown, missing, ill-typed or too long value.
    """
    given = {name: value for name, value in given.items() if not _absent(method, name, value)}
    unknown = sorted(name for name in given if name not in method.fields)
    if unknown:
        raise bad_request(f'unknown parameter "{unknown[0]}" in {method.name}')
    for field in method.fields.values():
        if field.required and field.name not in given:
            raise bad_request(_EMPTY.get(field.name, f'parameter "{field.name}" is required'))
    return {name: _value(method.fields[name], value) for name, value in given.items()}


def _absent(method: Method, name: str, value: Any) -> bool:
    # an empty form field stands for nothing, except where it is a text
    field = method.fields.get(name)
    return value is None or (value == "" and field is not None and "String" not in field.types)


def _value(field: Field, value: Any) -> Any:
    for kind in field.types:
        fits, converted = _convert(kind, value, field.name)
        if fits:
            _limits(field, converted)
            return converted
    raise bad_request(f'parameter "{field.name}" must be {" or ".join(field.types)}')


def _limits(field: Field, value: Any) -> None:
    # text and captions are measured after the entities are parsed, callback_data in bytes
    if field.most is None or field.name in ("text", "caption", "callback_data"):
        return
    size = value if isinstance(value, int) else len(value)
    if not (field.least or 0) <= size <= field.most:
        raise bad_request(
            f'parameter "{field.name}" must have a length or value of {field.least}-{field.most}'
        )


def _convert(kind: str, value: Any, name: str) -> tuple[bool, Any]:
    if kind in _SIMPLE:
        return _SIMPLE[kind](value)
    value = _unserialized(value, name)
    if kind.startswith("Array of "):
        return _array(kind.removeprefix("Array of "), value, name)
    if not isinstance(value, dict):
        return False, None
    return _object(kind, value)


def _integer(value: Any) -> tuple[bool, Any]:
    if isinstance(value, bool):
        return False, None
    if isinstance(value, int):
        return _WHOLE.match(str(value)) is not None, value
    if isinstance(value, str) and _WHOLE.match(value.strip()):
        return True, int(value)
    return False, None


def _string(value: Any) -> tuple[bool, Any]:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False, None
    text = str(value)
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise bad_request("strings must be encoded in UTF-8")
    return True, text


def _boolean(value: Any) -> tuple[bool, Any]:
    text = str(value).lower() if isinstance(value, bool | int | str) else "?"
    return text in _TRUE | _FALSE, text in _TRUE


def _file(value: Any) -> tuple[bool, Any]:
    return isinstance(value, Upload), value


_SIMPLE = {"Integer": _integer, "String": _string, "Boolean": _boolean, "InputFile": _file}


def _unserialized(value: Any, name: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad_request(f"can't parse {name}: not a valid JSON") from error


def _array(kind: str, value: Any, name: str) -> tuple[bool, Any]:
    if not isinstance(value, list):
        return False, None
    items = []
    for item in value:
        fits, converted = _item(kind, item, name)
        if not fits:
            raise bad_request(f'can\'t parse "{name}": an item is not a {kind}')
        items.append(converted)
    return True, items


def _item(kind: str, item: Any, name: str) -> tuple[bool, Any]:
    if kind == "KeyboardButton" and isinstance(item, str):
        item = {"text": item}
    if kind == "String" and not isinstance(item, str):
        return False, None
    return _convert(kind, item, name)


def _object(kind: str, value: dict[str, Any]) -> tuple[bool, Any]:
    if kind == "BotCommandScope":
        kind = SCOPES.get(str(value.get("type")), kind)
    if kind.startswith("InputMedia"):
        # an album may mix photos and videos: each item says itself what it is
        if value.get("type") not in MEDIA_TYPES:
            raise bad_request("can't parse InputMedia: the type is not served by the stand-in")
        kind = MEDIA_TYPES[value["type"]]
    fields = TYPES.get(kind)
    if fields is None:
        if kind == "BotCommandScope":
            raise bad_request("can't parse BotCommandScope: Unsupported type specified")
        return True, value
    if not _resembles(kind, value):
        return False, None
    return True, _known_fields(kind, fields, value)


def _resembles(kind: str, value: dict[str, Any]) -> bool:
    # reply_markup may be one of four types: the required field tells which
    first = next((f.name for f in TYPES[kind].values() if f.required), None)
    return kind not in _MARKUPS or first in value


_MARKUPS = ("InlineKeyboardMarkup", "ReplyKeyboardMarkup", "ReplyKeyboardRemove", "ForceReply")


def _known_fields(kind: str, fields: dict[str, Field], value: dict[str, Any]) -> dict[str, Any]:
    value = {name: item for name, item in value.items() if item is not None}
    unknown = sorted(name for name in value if name not in fields)
    if unknown:
        raise bad_request(f'unknown field "{unknown[0]}" in {kind}')
    for field in fields.values():
        if field.required and field.name not in value:
            raise bad_request(f"can't parse {kind}: Can't find field \"{field.name}\"")
    return {name: _value(fields[name], item) for name, item in value.items()}
