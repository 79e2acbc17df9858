"""JSON from and to the wire: fast for what is well formed, patient with what is not."""

from __future__ import annotations

import json
from typing import Any

import orjson

from bot.telegram.fields import BadUpdate


def decode(body: bytes) -> Any:
    """The value in a JSON text; lone surrogates survive. Raises BadUpdate if it is no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _patiently(body)


def _patiently(body: bytes) -> Any:
    """orjson refuses lone surrogates, which are legal JSON and come from real clients."""
    try:
        return json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        pass
    raise BadUpdate("json")


def encode(value: Any) -> bytes:
    """JSON for the wire."""
    return orjson.dumps(value)


def readable(body: bytes) -> str:
    """A body as text that any database keeps, for the dead letters."""
    return body.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
