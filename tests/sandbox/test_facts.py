"""The fact table against the machine-readable description of the Bot API."""

import re
from typing import Any

import pytest

from sandbox.fact_types import SCOPES, TYPES
from sandbox.facts import METHODS, Field
from sandbox.methods import CALLS
from tests.sandbox.specification import specification


def _described(entry: Any) -> dict[str, tuple[list[str], bool]]:
    return {f["name"]: (f["types"], f["required"]) for f in entry.get("fields", [])}


def _ours(fields: dict[str, Field]) -> dict[str, tuple[list[str], bool]]:
    return {field.name: (list(field.types), field.required) for field in fields.values()}


@pytest.mark.parametrize("name", METHODS)
def test_parameters_agree_with_the_description(name: str) -> None:
    assert _ours(METHODS[name].fields) == _described(specification()["methods"][name])


@pytest.mark.parametrize("name", METHODS)
def test_results_agree_with_the_description(name: str) -> None:
    assert METHODS[name].returns == specification()["methods"][name]["returns"][0]


@pytest.mark.parametrize("name", TYPES)
def test_fields_of_objects_agree_with_the_description(name: str) -> None:
    assert _ours(TYPES[name]) == _described(specification()["types"][name])


def test_scopes_agree_with_the_description() -> None:
    described = specification()["types"]["BotCommandScope"]["subtypes"]
    assert sorted(SCOPES.values()) == sorted(described)


def _limits() -> list[tuple[str, str, Field]]:
    tables = [("methods", name, method.fields) for name, method in METHODS.items()]
    tables += [("types", name, fields) for name, fields in TYPES.items()]
    return [
        (kind, name, field)
        for kind, name, fields in tables
        for field in fields.values()
        if field.most is not None
    ]


@pytest.mark.parametrize(("kind", "name", "field"), _limits(), ids=lambda each: str(each)[:40])
def test_limits_agree_with_the_description(kind: str, name: str, field: Field) -> None:
    fields = specification()[kind][name]["fields"]
    text = next(f["description"] for f in fields if f["name"] == field.name)
    named = re.search(r"(\d+)-(\d+)", text)
    assert named is not None, text
    assert (field.least, field.most) == (int(named[1]), int(named[2]))


def test_every_method_in_the_table_is_served() -> None:
    assert {*CALLS, "getUpdates"} == set(METHODS)
