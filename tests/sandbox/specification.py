"""The machine-readable description of the Bot API, and whether a value conforms to it."""

import functools
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAME = "botapi-10.0.json"


@functools.cache
def specification() -> Any:
    """The description; absent, the test fails in CI and is left out elsewhere."""
    place = Path(os.environ.get("BOTAPI_SPEC", ROOT.parent / "shared" / "data"))
    path = place if place.is_file() else place / NAME
    if not path.is_file():
        text = f"left out: no {NAME}; put its folder into the variable BOTAPI_SPEC"
        if os.environ.get("CI", "").lower() not in ("", "0", "false", "no"):
            pytest.fail(text)
        pytest.skip(text)
    return json.loads(path.read_text(encoding="utf-8"))


def misfits(value: Any, kind: str, where: str = "") -> list[str]:
    """What in a value contradicts the description of its type; [] if nothing does."""
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{where}: not an array"]
        item = kind.removeprefix("Array of ")
        return [m for n, v in enumerate(value) for m in misfits(v, item, f"{where}[{n}]")]
    simple = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": float}
    if kind in simple:
        wrong = not isinstance(value, simple[kind])
        wrong = wrong or (kind == "Integer" and isinstance(value, bool))
        return [f"{where}: not {kind}"] if wrong else []
    return _object_misfits(value, kind, where)


def _object_misfits(value: Any, kind: str, where: str) -> list[str]:
    described = specification()["types"][kind]
    subtypes = described.get("subtypes", [])
    if subtypes:
        return _fewest(misfits(value, subtype, where) for subtype in subtypes)
    fields = {field["name"]: field for field in described.get("fields", [])}
    wrong = [f"{where}.{name}: unknown in {kind}" for name in value if name not in fields]
    for name, field in fields.items():
        if name in value:
            wrong += _fewest(misfits(value[name], t, f"{where}.{name}") for t in field["types"])
        elif field["required"]:
            wrong.append(f"{where}.{name}: missing in {kind}")
    return wrong


def _fewest(tries: Iterable[list[str]]) -> list[str]:
    return min(tries, key=lambda wrong: len(wrong))
