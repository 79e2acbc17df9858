"""Conditions of SurveyJS (`{age} >= 18 and {city} = 'Köln'`), read by a grammar of their own:
nothing is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

LONGEST: Final = 2000
DEEPEST: Final = 20
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>\{[^{}]*\})|(?P<text>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
    r"|(?P<number>-?\d+(?:\.\d+)?(?![\w.]))|(?P<sign><=|>=|<>|!=|==|&&|\|\||\*=|[<>=!()\[\],])"
    r"|(?P<word>[^\W\d]\w*))"
)
_SAME: Final = {
    "=": "=",
    "==": "=",
    "equal": "=",
    "<>": "<>",
    "!=": "<>",
    "notequal": "<>",
    ">": ">",
    "greater": ">",
    ">=": ">=",
    "greaterorequal": ">=",
    "<": "<",
    "less": "<",
    "<=": "<=",
    "lessorequal": "<=",
    "contains": "contains",
    "contain": "contains",
    "*=": "contains",
    "notcontains": "notcontains",
    "notcontain": "notcontains",
    "anyof": "anyof",
    "allof": "allof",
    "empty": "empty",
    "notempty": "notempty",
}


class NotUnderstood(Exception):
    """An expression says more than a survey of ours can; the message says what."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`op` is one of = <> > >= < <= contains notcontains anyof allof empty notempty; `values` are
    texts, whatever they were written as."""

    name: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """Comparisons that must all hold, or one of which must (`any`)."""

    parts: tuple[Comparison, ...]
    any: bool = False


def read(expression: str) -> Terms:
    """The comparisons of an expression; raises NotUnderstood."""
    if len(expression) > LONGEST:
        raise NotUnderstood(f"its condition is longer than {LONGEST} characters")
    tokens = _Tokens(_split(expression))
    found = _either(tokens, 0)
    if tokens.kind:
        raise NotUnderstood(f"{tokens.text!r} is not understood in its condition")
    return found


def joined(one: Terms, other: Terms, *, either: bool = False) -> Terms:
    """Both conditions (or either) as one; raises NotUnderstood where `and` and `or` would mix."""
    for part in (one, other):
        if len(part.parts) > 1 and part.any is not either:
            raise NotUnderstood("its condition mixes `and` with `or`; split the question in two")
    return Terms((*one.parts, *other.parts), either)


def plain(value: Any) -> str:
    """A value as text: true, 5, 2.5 and "a" are `true`, `5`, `2.5` and `a`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value)


# -- the grammar -------------------------------------------------------------------------


def _split(expression: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    expression = expression.strip()
    while at < len(expression):
        found = _TOKEN.match(expression, at)
        if found is None:
            raise NotUnderstood(f"{expression[at : at + 20]!r} is not understood in its condition")
        kind = str(found.lastgroup)
        text = found[kind]
        tokens.append((kind, text.lower() if kind == "word" else text))
        at = found.end()
    return tokens


class _Tokens:
    """The words of an expression, one after the other."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def kind(self) -> str:
        """What comes next; "" at the end."""
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    @property
    def text(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def take(self, *texts: str) -> str:
        """What comes next if it is one of these (or anything), else "" and it stays."""
        if not self.kind or (texts and self.text not in texts):
            return ""
        self._at += 1
        return self._tokens[self._at - 1][1]

    def need(self, text: str) -> None:
        if not self.take(text):
            raise NotUnderstood(f"{text!r} is missing in its condition")


def _either(tokens: _Tokens, depth: int) -> Terms:
    return _chain(tokens, depth, _both, ("or", "||"), either=True)


def _both(tokens: _Tokens, depth: int) -> Terms:
    return _chain(tokens, depth, _one, ("and", "&&"), either=False)


def _chain(
    tokens: _Tokens,
    depth: int,
    part: Callable[[_Tokens, int], Terms],
    words: tuple[str, ...],
    *,
    either: bool,
) -> Terms:
    found = part(tokens, depth)
    while tokens.take(*words):
        found = joined(found, part(tokens, depth), either=either)
    return found


def _one(tokens: _Tokens, depth: int) -> Terms:
    if depth > DEEPEST:
        raise NotUnderstood("its condition has too many brackets")
    if tokens.take("("):
        inner = _either(tokens, depth + 1)
        tokens.need(")")
        return inner
    if tokens.kind != "name":
        what = f"{tokens.text!r} is" if tokens.kind else "a question's name in {} is missing and"
        raise NotUnderstood(f"{what} not understood in its condition")
    name = tokens.take()[1:-1].strip()
    op = _SAME.get(tokens.text)
    if op is None:
        raise NotUnderstood("its condition compares in a way that is not known here")
    tokens.take()
    return Terms((Comparison(name, op, _values(tokens, op)),))


def _values(tokens: _Tokens, op: str) -> tuple[str, ...]:
    if op in ("empty", "notempty"):
        return ()
    if not tokens.take("["):
        return (_value(tokens),)
    found = [_value(tokens)]
    while tokens.take(","):
        found.append(_value(tokens))
    tokens.need("]")
    return tuple(found)


def _value(tokens: _Tokens) -> str:
    kind, text = tokens.kind, tokens.take()
    if kind == "text":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if kind == "number":
        return plain(float(text)) if "." in text else text
    if kind == "word" and text in ("true", "false"):
        return text
    raise NotUnderstood("its condition compares with something else than a fixed value")
