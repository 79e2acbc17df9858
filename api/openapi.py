"""The OpenAPI 3.1 document, made of the table of operations and the models that check requests."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import checking, problems, pushing, replies, wording
from api.operations import ROOT, Operation
from api.table import OPERATIONS, PATHS, SIGNED, parameters
from api.table import problems as problems_of
from services.answers import ACCEPTED

VERSION: Final = "1.0.0"
_REF: Final = "#/components/schemas/{model}"
_REASONS: Final = {
    200: "Done, or the stored answer of the same request.",
    201: "Done.",
    202: "Nothing is done yet: a second person has to agree.",
    400: "The request does not fit its schema.",
    401: "No key or signature, or one that is not valid.",
    403: "The key lacks the scope.",
    404: "Not there.",
    409: "It stands against what is there.",
    413: "Too large.",
    415: "Not JSON.",
    422: "It fits the schema and cannot be taken.",
    429: "Too many wrong keys, signatures or codes.",
    500: "Something went wrong here; nothing was changed.",
    503: "The database cannot commit; nothing was changed.",
}
_SIGNATURE: Final = {
    "timestamp": {
        "type": "apiKey",
        "in": "header",
        "name": pushing.TIMESTAMP,
        "description": "Unix seconds, within five minutes of the real time.",
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": pushing.SIGNATURE,
        "description": (
            "`sha256=` and the HMAC-SHA256, in small hex digits, of the timestamp, a dot and the"
            " body exactly as sent, by a secret made with `memberbot webhook add`."
        ),
    },
}
_ABOUT: Final = """\
For tills, shops and partners of the club.

* Send `Authorization: Bearer KEY`; keys are made with `memberbot api-key add NAME --scope …`.
* Amounts are decimal texts in the currency's digits, times carry their offset, ids are texts.
* Writes are done once per `Idempotency-Key`; the same again gets the stored answer. Purchases and
  refunds have ids of their own and need none.
* Errors are problem documents (RFC 9457), in English, or in Chinese for `Accept-Language: zh`."""


@cache
def document() -> dict[str, Any]:
    """The whole document as JSON data."""
    schemas, definitions = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in (*OPERATIONS, *SIGNED):
        described = _operation(operation, schemas)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    paths["/openapi.json"] = {"get": _own()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "memberbot", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": ROOT}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, **_SIGNATURE},
        },
    }


def _schemas() -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], Any]] = [(replies.Problem, "serialization")]
    for operation in (*OPERATIONS, *SIGNED):
        if operation.body is not None:
            wanted.append((operation.body, "validation"))
        if operation.query is not None:
            wanted.append((operation.query, "validation"))
        wanted += [(reply, "serialization") for reply in operation.replies.values()]
    found, definitions = models_json_schema(wanted, ref_template=_REF)
    by_model = {model: schema for (model, _), schema in found.items()}
    return by_model, _bare(definitions["$defs"])


def _bare(part: Any) -> Any:
    """Schemas without the titles that pydantic makes of every name."""
    if isinstance(part, list):
        return [_bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: {key: _bare(one) for key, one in value.items()}
        if name == "properties"
        else _bare(value)
        for name, value in part.items()
        if not (name == "title" and isinstance(value, str))
    }


# -- one operation ----------------------------------------------------------------------


def _operation(operation: Operation, schemas: dict[type[BaseModel], Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"{operation.about}\n\n{_needs(operation)}",
        "parameters": _parameters(operation),
        "responses": _responses(operation, schemas),
        "x-scope": operation.scope,
    }
    if operation.signed:
        described["security"] = [{name: [] for name in _SIGNATURE}]
    if operation.body is not None:
        content: dict[str, Any] = {"schema": schemas[operation.body]}
        if operation.examples:
            content["examples"] = {n: {"value": v} for n, v in operation.examples.items()}
        described["requestBody"] = {"required": True, "content": {checking.JSON: content}}
    return described


def _needs(operation: Operation) -> str:
    if operation.signed:
        return "Needs no key, but a signature by a secret of the source."
    return f"Needs a key with the scope `{operation.scope}`."


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [_path(name) for name in parameters(operation)]
    if operation.query is not None:
        schema = _bare(operation.query.model_json_schema())
        for name, part in schema["properties"].items():
            found.append(
                {
                    "name": name,
                    "in": "query",
                    "required": name in schema.get("required", ()),
                    "description": part.pop("description", ""),
                    "schema": _not_null(part),
                }
            )
    if operation.keyed:
        found.append(_once(required=operation.keyed == "must"))
    return found


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query leaves a parameter out, it cannot say null."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return choices[0] if len(choices) == 1 else schema


def _path(name: str) -> dict[str, Any]:
    description, more = PATHS[name]
    schema = {
        "type": "string",
        "minLength": 1,
        "maxLength": checking.LONGEST_PATH,
        "pattern": checking.LINE,
        **more,
    }
    found = {"name": name, "in": "path", "required": True}
    return {**found, "description": description, "schema": schema}


def _once(*, required: bool) -> dict[str, Any]:
    return {
        "name": checking.ONCE,
        "in": "header",
        "required": required,
        "description": "Once per key and content; the same again gets the stored answer.",
        "schema": {
            "type": "string",
            "pattern": "^[!-~]+$",
            "minLength": 1,
            "maxLength": checking.LONGEST_ONCE,
        },
    }


# -- answers ----------------------------------------------------------------------------


def _responses(operation: Operation, schemas: dict[type[BaseModel], Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, reply in operation.replies.items():
        content: dict[str, Any] = {"schema": schemas[reply]}
        if operation.reply_example is not None and status != ACCEPTED:
            content["example"] = operation.reply_example
        found[str(status)] = {
            "description": _REASONS[status],
            "content": {checking.JSON: content},
        }
    by_status: dict[int, list[str]] = {}
    for code in problems_of(operation):
        by_status.setdefault(problems.STATUS[code], []).append(code)
    for status, codes in sorted(by_status.items()):
        found[str(status)] = _refusals(status, codes, schemas)
    return found


def _refusals(
    status: int, codes: list[str], schemas: dict[type[BaseModel], Any]
) -> dict[str, Any]:
    listed = "\n".join(f"* `{code}`: {wording.title(code, 'en')}" for code in codes)
    examples = {code: {"value": problems.Problem(code).document("en")} for code in codes}
    described: dict[str, Any] = {
        "description": f"{_REASONS[status]}\n\n{listed}",
        "content": {problems.MEDIA: {"schema": schemas[replies.Problem], "examples": examples}},
        "x-problems": codes,
    }
    if status == 401:
        described["headers"] = {
            "WWW-Authenticate": {"schema": {"type": "string"}, "required": True}
        }
    return described


def _own() -> dict[str, Any]:
    return {
        "operationId": "getDocument",
        "summary": "This document",
        "description": "Needs no key.",
        "security": [],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1.",
                "content": {checking.JSON: {"schema": {"type": "object"}}},
            }
        },
    }
