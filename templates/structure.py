"""Whether an operator's text is built of what is allowed: reads its syntax tree, runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

Values = Mapping[str, tuple[str, ...] | None]
"""Names that a text may use: None for a text or a number, the fields of a list's rows."""
Found = tuple[str, int, str, str, tuple[str, ...]]
"""reason, line, what it is about, the nearest that there is, what there is."""

DEEPEST_LOOP = 2
MOST_NODES = 2000
DEEPEST = 60
OF_LOOPS = ("first", "index", "last", "length")
TAKES_ANY = "default"
"""The one filter that a list may come to: it says what stands there if there is none."""
TAGS = ("if", "elif", "else", "endif", "for", "endfor")
_HARMLESS = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Neg,
    nodes.Pos,
    nodes.Concat,
    nodes.Keyword,
)
_OF_TEXTS = (
    nodes.Output,
    nodes.Concat,
    nodes.Compare,
    nodes.Add,
    nodes.Sub,
    nodes.Neg,
    nodes.Pos,
)
"""What is made of texts and numbers alone."""
_CALLED: Mapping[type[nodes.Node], str] = {
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
    nodes.Getitem: "[…]",
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.With: "{% with %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
    nodes.List: "[…]",
    nodes.Tuple: "(…, …)",
    nodes.Dict: "{…}",
}


def faults_in(
    environment: Environment, source: str, values: Values, filters: Sequence[str]
) -> list[Found]:
    """Everything that may not be there, in the order of the lines."""
    try:
        tree = environment.parse(source)
        found = list(_Reading(values, filters).visit(tree, {}, 0, 0))
    except TemplateSyntaxError as error:
        return [_syntax(error, source)]
    except (RecursionError, ValueError, MemoryError, OverflowError):
        return [("too_complex", 0, "", "", ())]
    if sum(1 for _ in tree.find_all(nodes.Node)) > MOST_NODES:
        found.append(("too_complex", 0, "", "", ()))
    return sorted(dict.fromkeys(found), key=lambda one: one[1])


def _syntax(error: TemplateSyntaxError, source: str) -> Found:
    said = error.message or ""
    if unknown := re.match(r"Encountered unknown tag '(\w+)'", said):
        if unknown[1] in TAGS:
            return "stray", error.lineno, f"{{% {unknown[1]} %}}", "", ()
        return "tag", error.lineno, unknown[1], near(unknown[1], TAGS), TAGS
    if open_ := re.search(r"needs to be closed is '(\w+)'", said):
        return "unclosed", _last_line(source, open_[1]), f"{{% {open_[1]} %}}", "", ()
    if "end of template" in said:
        return "unclosed", error.lineno, "{{", "", ()
    lines = source.split("\n")
    line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""
    return "syntax", error.lineno, line.strip()[:60], "", ()


def _last_line(source: str, tag: str) -> int:
    """Where the last such tag begins."""
    places = [found.start() for found in re.finditer(rf"{{%-?\s*{tag}\b", source)]
    return source.count("\n", 0, places[-1]) + 1 if places else 0


def near(word: str, known: Sequence[str]) -> str:
    """The word that was probably meant, "" if none is like it."""
    return next(iter(get_close_matches(word, known, 1, 0.6)), "")


Scope = Mapping[str, tuple[str, ...] | None]


class _Reading:
    """Walks a tree with the names that loops bind."""

    def __init__(self, values: Values, filters: Sequence[str]) -> None:
        self._values = values
        self._filters = tuple(filters)

    def visit(self, node: nodes.Node, scope: Scope, loops: int, depth: int) -> Iterator[Found]:
        if depth > DEEPEST:
            raise RecursionError
        if isinstance(node, nodes.For):
            yield from self._loop(node, scope, loops, depth)
            return
        yield from self._own(node, scope)
        if isinstance(node, nodes.Getattr):
            return
        for child in node.iter_child_nodes():
            yield from self.visit(child, scope, loops, depth + 1)

    def _own(self, node: nodes.Node, scope: Scope) -> Iterator[Found]:
        """What is wrong with a node itself."""
        if isinstance(node, nodes.Name):
            yield from self._name(node, scope)
        elif isinstance(node, nodes.Getattr):
            yield from self._field(node, scope)
        elif isinstance(node, nodes.Filter):
            yield from self._filter(node)
            if node.name != TAKES_ANY:
                yield from self._texts([node.node, *_arguments(node)], scope)
        elif isinstance(node, _OF_TEXTS):
            yield from self._texts(node.iter_child_nodes(), scope)
        elif isinstance(node, nodes.Operand):
            yield from self._texts([node.expr], scope)
        elif isinstance(node, nodes.Test):
            if node.name not in ("defined", "undefined", "none", "odd", "even"):
                yield "forbidden", node.lineno, f"is {node.name}", "", ()
        elif isinstance(node, nodes.Const):
            if not isinstance(node.value, str | int | float | bool | None):
                yield "forbidden", node.lineno, str(node.value)[:20], "", ()
        elif isinstance(node, nodes.Call):
            yield "forbidden", node.lineno, f"{_spelled(node.node)}()", "", ()
        elif not isinstance(node, _HARMLESS):
            called = _CALLED.get(type(node), type(node).__name__.lower())
            yield "forbidden", node.lineno, called, "", ()

    def _name(self, node: nodes.Name, scope: Scope) -> Iterator[Found]:
        if node.ctx != "load":
            yield "forbidden", node.lineno, "{% set %}", "", ()
        elif node.name in scope or self._values.get(node.name, ()) is None:
            return
        elif node.name in self._values:
            # A whole list is neither a text nor a number; it may be asked whether it is empty.
            return
        else:
            known = tuple(self._values)
            yield "unknown", node.lineno, node.name, near(node.name, known), known

    def _field(self, node: nodes.Getattr, scope: Scope) -> Iterator[Found]:
        of = node.node
        if isinstance(of, nodes.Name) and of.ctx == "load" and of.name in scope:
            fields = scope[of.name] or ()
            if node.attr in fields:
                return
            if fields:
                yield (
                    "field",
                    node.lineno,
                    f"{of.name}.{node.attr}",
                    near(node.attr, fields),
                    fields,
                )
                return
        yield "attribute", node.lineno, f"{_spelled(of)}.{node.attr}", "", ()

    def _texts(self, parts: Iterable[nodes.Node | None], scope: Scope) -> Iterator[Found]:
        """What has to be texts or numbers and is a list, a row or the loop."""
        for part in parts:
            if part is not None and (whole := self._whole(part, scope)):
                yield "whole", part.lineno, whole, "", ()

    def _whole(self, node: nodes.Node, scope: Scope) -> str:
        """The name of the list, row or loop that an expression may come to; "" if none."""
        if isinstance(node, nodes.Name):
            known = scope if node.name in scope else self._values
            fields = known.get(node.name)
            # A row without fields is a text itself; a list without them is a list of texts.
            whole = bool(fields) if known is scope else fields is not None
            return node.name if whole else ""
        parts: Iterable[nodes.Node | None] = ()
        if isinstance(node, nodes.And | nodes.Or):
            parts = (node.left, node.right)
        elif isinstance(node, nodes.CondExpr):
            parts = (node.expr1, node.expr2)
        elif isinstance(node, nodes.Filter) and node.name == TAKES_ANY:
            parts = (node.node, *_arguments(node))
        found = (self._whole(part, scope) for part in parts if part is not None)
        return next((name for name in found if name), "")

    def _filter(self, node: nodes.Filter) -> Iterator[Found]:
        if node.name not in self._filters:
            yield "filter", node.lineno, node.name, near(node.name, self._filters), self._filters
        if node.node is None or node.dyn_args or node.dyn_kwargs:
            yield "forbidden", node.lineno, f"|{node.name}(*…)", "", ()

    def _loop(self, node: nodes.For, scope: Scope, loops: int, depth: int) -> Iterator[Found]:
        if loops >= DEEPEST_LOOP:
            yield "nested", node.lineno, str(DEEPEST_LOOP), "", ()
            return
        lists = tuple(name for name, fields in self._values.items() if fields is not None)
        over = node.iter.name if isinstance(node.iter, nodes.Name) else _spelled(node.iter)
        if over not in lists or over in scope:
            yield "loop", node.lineno, over, near(over, lists), lists
            return
        if not isinstance(node.target, nodes.Name) or node.recursive:
            yield "forbidden", node.lineno, "{% for …, … %}", "", ()
            return
        inside = {**scope, node.target.name: self._values[over], "loop": OF_LOOPS}
        parts = [*node.body, *([node.test] if node.test is not None else [])]
        for part in parts:
            yield from self.visit(part, inside, loops + 1, depth + 1)
        for part in node.else_:
            yield from self.visit(part, scope, loops, depth + 1)


def _arguments(node: nodes.Filter) -> list[nodes.Node]:
    return [*node.args, *(one.value for one in node.kwargs)]


def _spelled(node: Any) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_spelled(node.node)}.{node.attr}"
    return (
        node.value[:20] if isinstance(node, nodes.Const) and isinstance(node.value, str) else "…"
    )
