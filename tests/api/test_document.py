"""The OpenAPI document: valid, true, and complete about problems."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest

from api import advice, openapi, problems, reference, wording
from api.operations import Operation
from api.pushing import SIGNATURE, TIMESTAMP
from api.table import OPERATIONS, SIGNED, parameters
from api.table import problems as problems_of
from domain.errors import Refused
from tests.api.support import Client
from tests.support.source import ROOT, sources

NAMES = [operation.name for operation in OPERATIONS]
EVERY = (*OPERATIONS, *SIGNED)


@cache
def document() -> dict[str, Any]:
    return openapi.document()


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for one in part.values():
            yield from _parts(one)
    elif isinstance(part, list):
        for one in part:
            yield from _parts(one)


def _validator(schema: Any) -> jsonschema.Draft202012Validator:
    """A validator that finds the components."""
    whole = {**schema, "components": document()["components"]}
    return jsonschema.Draft202012Validator(
        whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


async def test_the_document_is_served(api: Client) -> None:
    answer = await api.with_key("").get("/openapi.json")
    assert answer.body == document()
    assert answer.headers["Content-Type"].startswith("application/json")


def test_every_schema_is_one() -> None:
    for schema in document()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for part in _parts(document()["paths"]):
        if isinstance(part.get("schema"), dict):
            jsonschema.Draft202012Validator.check_schema(part["schema"])


def test_every_reference_leads_somewhere() -> None:
    names = document()["components"]["schemas"]
    found = {part["$ref"] for part in _parts(document()) if isinstance(part.get("$ref"), str)}
    assert found
    assert {ref.rpartition("/")[2] for ref in found} <= set(names)
    assert all(ref.startswith("#/components/schemas/") for ref in found)


def test_no_schema_has_words_that_json_schema_does_not_know() -> None:
    words = {"ge", "le", "gt", "lt", "max_length", "min_length"}
    assert not [part for part in _parts(document()) if words & set(part)]


def test_all_operations_are_there_once() -> None:
    served = [
        (method.upper(), path, described["operationId"])
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    ]
    expected = [(one.method, one.path, one.name) for one in EVERY]
    assert sorted(served) == sorted([*expected, ("GET", "/openapi.json", "getDocument")])
    assert len({name for _, _, name in served}) == len(served)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_an_operation_describes_itself(operation: Operation) -> None:
    described = document()["paths"][operation.path][operation.method.lower()]
    assert described["summary"]
    assert operation.scope in described["description"]
    given = {(one["in"], one["name"]) for one in described["parameters"]}
    assert {name for place, name in given if place == "path"} == set(parameters(operation))
    assert (("header", "Idempotency-Key") in given) == bool(operation.keyed)
    assert operation.writes == bool(operation.keyed)
    for status in ("401", "403", "429", "503"):
        assert status in described["responses"]


@pytest.mark.parametrize("operation", SIGNED, ids=[one.name for one in SIGNED])
def test_a_signed_operation_needs_its_two_headers_and_no_key(operation: Operation) -> None:
    described = document()["paths"][operation.path]["post"]
    assert described["security"] == [{"timestamp": [], "signature": []}]
    schemes = document()["components"]["securitySchemes"]
    assert {schemes[name]["name"] for name in described["security"][0]} == {TIMESTAMP, SIGNATURE}
    assert [one["name"] for one in described["parameters"]] == ["source"]
    assert "403" not in described["responses"]


@pytest.mark.parametrize("operation", EVERY, ids=[one.name for one in EVERY])
def test_examples_fit_their_schemas(operation: Operation) -> None:
    described = document()["paths"][operation.path][operation.method.lower()]
    if operation.body is not None:
        content = described["requestBody"]["content"]["application/json"]
        assert content["examples"]
        for example in content["examples"].values():
            _validator(content["schema"]).validate(example["value"])
            operation.body.model_validate_json(_text(example["value"]))
    for response in described["responses"].values():
        for content in response["content"].values():
            if "example" in content:
                _validator(content["schema"]).validate(content["example"])
            for example in content.get("examples", {}).values():
                _validator(content["schema"]).validate(example["value"])


def _text(value: Any) -> str:
    import json

    return json.dumps(value)


# -- problems ---------------------------------------------------------------------------


def _domain_codes() -> set[str]:
    found: set[str] = set()
    waiting = [Refused]
    while waiting:
        kind = waiting.pop()
        found.add(kind.code)
        waiting += kind.__subclasses__()
    return found


def test_every_problem_has_words_in_both_languages() -> None:
    assert set(problems.STATUS) == set(wording.TITLES)
    exact = {code.partition("/")[0] for code in advice.DETAILS}
    assert exact == set(problems.STATUS)
    for texts in (*wording.TITLES.values(), *advice.DETAILS.values(), *wording.RULES.values()):
        english, chinese = texts
        assert english.isascii()
        assert any("一" <= letter <= "鿿" for letter in chinese)
        assert _names(english) == _names(chinese)


def _names(text: str) -> set[str]:
    from string import Formatter

    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_problem_is_listed_by_some_operation() -> None:
    listed = {code for operation in EVERY for code in problems_of(operation)}
    everywhere = {"request.not_found", "request.method"}
    assert set(problems.STATUS) - listed == everywhere


def test_every_refusal_that_is_listed_exists() -> None:
    own = {"request", "key", "club"}
    codes = {code for code in problems.STATUS if code.partition(".")[0] not in own}
    assert codes <= _domain_codes()


def test_statuses_stand_in_one_place() -> None:
    """Handlers choose 200 or 201; every other status comes from the one table."""
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources("api")
        if source.name not in ("api/problems.py", "api/openapi.py")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int)
        and 400 < node.value < 430
    ]
    assert found == []


def test_an_unlisted_refusal_is_told_all_the_same() -> None:
    class Strange(Refused):
        code = "strange.thing"

    shown = problems.problem_of(Strange()).document("zh")
    assert (shown["status"], shown["code"]) == (422, "strange.thing")
    assert shown["title"] == "请求被拒绝"


# -- the page in the reference ----------------------------------------------------------


def test_the_reference_lists_every_operation_and_problem() -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert page == reference.page(), "write it anew with: make docs"
    for operation in OPERATIONS:
        assert f"`{operation.method} /api/v1{operation.path}`" in page
        assert f"`{operation.scope}`" in page
    for code in problems.STATUS:
        assert f"`{code}`" in page
