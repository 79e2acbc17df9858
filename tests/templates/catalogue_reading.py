"""What the tests of the texts read: variables, samples, the keys that code asks for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any

from jinja2 import Environment, meta, nodes

from templates import catalogue, contract, formats
from tests.support.source import sources

ALWAYS = {"club": "悦享会 <Joy & Club>", "point_word": "积分", "points_word": "积分"}
KEYS = sorted(catalogue.sources("en"))
_environment = Environment(autoescape=True)  # only parses
_environment.filters.update(formats.filters("en"))


@cache
def variables(language: str, key: str) -> frozenset[str]:
    """The values a text asks for, those of texts that it includes among them."""
    tree = _environment.parse(catalogue.sources(language)[key])
    found = set(meta.find_undeclared_variables(tree))
    for include in tree.find_all(nodes.Include):
        found |= variables(language, include.template.value)
    return frozenset(found - set(ALWAYS) - _bound(tree))


def _bound(tree: nodes.Template) -> set[str]:
    """Names that a loop of the text binds: what it includes may use them."""
    return {
        loop.target.name
        for loop in tree.find_all(nodes.For)
        if isinstance(loop.target, nodes.Name)
    }


def samples(key: str) -> list[dict[str, Any]]:
    """The sample values of a text; none where it asks for some and is given none."""
    found = contract.samples(key)
    return [] if found == [{}] and variables("en", key) else found


def render(language: str, key: str, values: dict[str, Any]) -> str:
    """The text as a person would get it."""
    return catalogue.compiled(language)[key].render({**ALWAYS, **values}).strip()


def asked_for() -> Iterator[tuple[str, str]]:
    """Every message key written out in code, with the place."""
    for source in sources("handlers", "services", "scheduler"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from _keys(node, f"{source.name}:{node.lineno}")


def _keys(call: ast.Call, place: str) -> Iterator[tuple[str, str]]:
    assert isinstance(call.func, ast.Name)
    if call.func.id not in ("Reply", "Button", "Notice"):
        return
    named = [word.value for word in call.keywords if word.arg in ("toast", "ask_contact")]
    for node in [*call.args[:1], *named]:
        yield from ((text, place) for text in _texts(node) if text)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def used_as(*arguments: str) -> set[str]:
    """The keys that code gives a message as one of these arguments, or (`photo`) that are sent
    with a picture."""
    found: set[str] = set()
    for source in sources("handlers", "services", "scheduler"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found |= set(_used(node, arguments))
    return found


def _used(call: ast.Call, arguments: tuple[str, ...]) -> Iterator[str]:
    assert isinstance(call.func, ast.Name)
    if call.func.id not in ("Reply", "Notice"):
        return
    for word in call.keywords:
        if word.arg in arguments:
            yield from _texts(call.args[0] if word.arg == "photo" else word.value)
