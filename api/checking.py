"""From a raw request to the operation's models; what does not fit is listed fault by fault."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from multidict import MultiMapping
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api.operations import Operation
from api.problems import Fault, Problem
from api.shapes import IMPOSSIBLE, LINE

JSON: Final = "application/json"
LONGEST_ONCE: Final = 200
ONCE: Final = "Idempotency-Key"
MOST_FAULTS: Final = 20
LONGEST_PATH: Final = 120
_VISIBLE: Final = re.compile(r"[!-~]{1,200}")
_PATH: Final = re.compile(LINE.removesuffix("$") + r"\Z")

# Pydantic's kinds of errors → our rules, and which of its numbers they tell.
_RULES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "missing": ("missing", {}),
    "extra_forbidden": ("extra", {}),
    "string_type": ("text", {}),
    "int_type": ("integer", {}),
    "int_parsing": ("integer", {}),
    "int_parsing_size": ("integer", {}),
    "int_from_float": ("integer", {}),
    "bool_type": ("boolean", {}),
    "list_type": ("list", {}),
    "model_type": ("object", {}),
    "string_too_long": ("too_long", {"most": "max_length"}),
    "string_too_short": ("too_short", {"least": "min_length"}),
    "too_long": ("too_many", {"most": "max_length"}),
    "less_than_equal": ("too_high", {"most": "le"}),
    "greater_than_equal": ("too_low", {"least": "ge"}),
    "string_pattern_mismatch": ("pattern", {"pattern": "pattern"}),
    "literal_error": ("one_of", {"expected": "expected"}),
    "moment": ("moment", {}),
    IMPOSSIBLE + "moment": ("moment", {}),
}


def media_type(header: str) -> None:
    """Raises Problem unless the body says that it is JSON (in UTF-8)."""
    kind, _, rest = header.partition(";")
    charset = rest.strip().casefold().replace('"', "")
    if kind.strip().casefold() != JSON or charset not in ("", "charset=utf-8"):
        raise Problem("request.media_type")


def body(operation: Operation, raw: bytes) -> BaseModel | None:
    """The body as the operation's model; raises Problem."""
    if operation.body is None:
        return None
    try:
        found = operation.body.model_validate_json(raw)
    except ValidationError as error:
        raise _problem(error, "pointer") from None
    _no_name_twice(raw)
    return found


def _no_name_twice(raw: bytes) -> None:
    """Readers of JSON disagree about which of two equal names counts, so that neither may."""

    def object_of(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise Problem("request.invalid", faults=(Fault("pointer", _named(twice), "repeated"),))

    json.loads(raw, object_pairs_hook=object_of)


def query(operation: Operation, given: MultiMapping[str]) -> BaseModel | None:
    """The query as the operation's model; raises Problem, also for names it does not have."""
    faults = [Fault("parameter", name, "repeated") for name in _repeated(given)]
    if operation.query is None:
        faults += [Fault("parameter", name, "extra") for name in dict.fromkeys(given)]
    if faults:
        raise Problem("request.invalid", faults=tuple(faults[:MOST_FAULTS]))
    if operation.query is None:
        return None
    try:
        return operation.query.model_validate({name: given[name] for name in given})
    except ValidationError as error:
        raise _problem(error, "parameter") from None


def _repeated(given: MultiMapping[str]) -> list[str]:
    return [name for name in dict.fromkeys(given) if len(given.getall(name)) > 1]


def path(given: Mapping[str, str]) -> dict[str, str]:
    """The names of the path, decoded; raises Problem for what no id can be."""
    for name, value in given.items():
        if len(value) > LONGEST_PATH or not _PATH.match(value):
            raise Problem("request.invalid", faults=(Fault("parameter", name, "other"),))
    return dict(given)


def once(operation: Operation, given: list[str]) -> str:
    """The Idempotency-Key, "" where none is needed; raises Problem."""
    if operation.keyed == "" or (not given and operation.keyed == "may"):
        return ""
    if not given:
        raise Problem("request.invalid", faults=(Fault("header", ONCE, "missing"),))
    if len(given) > 1:
        raise Problem("request.invalid", faults=(Fault("header", ONCE, "repeated"),))
    if not _VISIBLE.fullmatch(given[0]):
        facts = {"pattern": f"[!-~]{{1,{LONGEST_ONCE}}}"}
        raise Problem("request.invalid", faults=(Fault("header", ONCE, "pattern", facts),))
    return given[0]


def _problem(error: ValidationError, place: str) -> Problem:
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return Problem("request.not_json")
    code = "request.invalid"
    if all(one["type"].startswith(IMPOSSIBLE) for one in found):
        code = "request.impossible"
    return Problem(code, faults=tuple(_fault(one, place) for one in found[:MOST_FAULTS]))


def _fault(error: ErrorDetails, place: str) -> Fault:
    rule, names = _RULES.get(error["type"], ("other", {}))
    context: Mapping[str, Any] = error.get("ctx") or {}
    facts = {ours: context.get(theirs) for ours, theirs in names.items()}
    return Fault(
        place, _pointer(error["loc"]) if place == "pointer" else _name(error), rule, facts
    )


def _name(error: ErrorDetails) -> str:
    return str(error["loc"][0]) if error["loc"] else ""


def _named(name: str) -> str:
    return "/" + _clean(name)


def _pointer(steps: tuple[int | str, ...]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + _clean(str(step)) for step in steps)


def _clean(step: str) -> str:
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in step[:100])
    return visible.replace("~", "~0").replace("/", "~1")
