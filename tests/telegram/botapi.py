"""Checks calls against the machine-readable description of the Bot API."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.telegram.render import Call
from tests.support.requirements import LEFT_OUT, in_ci
from tests.support.source import ROOT

Json = dict[str, Any]
USUAL = ROOT.parent / "shared" / "data" / "botapi-10.0.json"
PLAIN = {"Integer": int, "String": str, "Boolean": bool, "Float": (int, float)}


@cache
def description() -> Json:
    """The Bot API as data, from BOTAPI_SPEC or the folder beside the checkout."""
    path = Path(os.environ.get("BOTAPI_SPEC") or USUAL)
    if not path.is_file():
        reason = "no description of the Bot API (set BOTAPI_SPEC to the path of botapi-10.0.json)"
        if in_ci():
            pytest.fail(reason, pytrace=False)
        pytest.skip(LEFT_OUT + reason)
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def faults(call: Call) -> list[str]:
    """What the Bot API would refuse about a call: names, types, missing parts."""
    method = description()["methods"].get(call.method)
    if method is None:
        return [f"there is no method {call.method}"]
    return _object(call.method, call.params, method.get("fields", []))


def _object(where: str, given: Json, fields: list[Json]) -> list[str]:
    known = {field["name"]: field for field in fields}
    found = [f"{where}: {name} is unknown" for name in given if name not in known]
    for name, field in known.items():
        if name in given:
            if not any(not _value(f"{where}.{name}", given[name], t) for t in field["types"]):
                found += [f"{where}.{name} is no {' or '.join(field['types'])}: {given[name]!r}"]
        elif field["required"]:
            found.append(f"{where}: {name} is missing")
    return found


def _value(where: str, value: Any, kind: str) -> list[str]:
    if kind in PLAIN:
        good = isinstance(value, PLAIN[kind]) and (kind == "Boolean") == isinstance(value, bool)
        return [] if good else [where]
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [where]
        inner = kind.removeprefix("Array of ")
        return [fault for item in value for fault in _value(where, item, inner)]
    spec = description()["types"][kind]
    if not isinstance(value, dict):
        return [where]
    if "subtypes" in spec:
        tried = [_value(where, value, subtype) for subtype in spec["subtypes"]]
        return [] if [] in tried else [where]
    return _object(where, value, spec.get("fields", []))
