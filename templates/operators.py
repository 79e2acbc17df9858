"""Operators' texts: checked by their structure and rendered in a sandbox that nothing escapes.

A thread cannot stop a render, so the limits are structural (DESIGN decision 14): only strings,
numbers and lists of rows come in, there is no way to make a long text of a short one, loops go
over given lists and two deep, and what is written is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial, wraps
from typing import Any

from jinja2 import StrictUndefined
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from bot.markup import problems
from templates import formats
from templates.structure import TAKES_ANY, Values, faults_in
from templates.values import filled, flat

LONGEST_OUTPUT = 10_000
LONGEST_SOURCE = 4000
FILTERS = (
    "capitalize",
    "clock",
    "d",
    "day",
    "default",
    "lower",
    "moment",
    "money",
    "month",
    "month_name",
    "number",
    "plural",
    "said",
    "short_day",
    "signed",
    "trim",
    "upper",
)
OF_LOOPS = ("first", "index", "last", "length")
_BLANK = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINK = re.compile(r'<a href="(?!https?://[^/\s"]|tg://)[^"]*">')


class Broken(Exception):
    """A text that cannot be shown; `faults` say why."""

    def __init__(self, *faults: dict[str, Any]) -> None:
        super().__init__("; ".join(f"line {one['line']}: {one['reason']}" for one in faults))
        self.faults = faults


def fault(
    reason: str,
    line: int = 0,
    about: str = "",
    nearest: str = "",
    known: tuple[str, ...] = (),
    place: str = "",
) -> dict[str, Any]:
    """What is wrong, as plain data (domain.wording_errors.WordingFault)."""
    return {
        "place": place,
        "line": line,
        "reason": reason,
        "about": about[:60],
        "nearest": nearest,
        "known": list(known),
    }


class _Sandbox(ImmutableSandboxedEnvironment):
    """Nothing is called, no attribute is reached but fields of rows and where a loop stands."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in OF_LOOPS:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        raise SecurityError(f"[{argument!r}] is not allowed")

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def _shown(value: Any) -> Any:
    """What is written: nothing for None, and never a whole list or row."""
    return "" if value is None else _part(value)


def _part(value: Any) -> Any:
    """A text or a number; raises SecurityError for a whole list, row or loop."""
    if isinstance(value, list | dict | LoopContext):
        raise SecurityError("a list is shown row by row")
    return value


def _of_parts(write: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is given texts and numbers alone."""

    @wraps(write)
    def written(*given: Any, **more: Any) -> Any:
        for one in (*given, *more.values()):
            _part(one)
        return write(*given, **more)

    return written


@cache
def _environment(language: str) -> _Sandbox:
    environment = _Sandbox(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        cache_size=0,
    )
    ours: dict[str, Callable[..., Any]] = {**formats.filters(language)}
    ours["said"] = partial(_said, language)
    ours["money"] = partial(_money, language)
    ours = {name: made if name == "plural" else _of_something(made) for name, made in ours.items()}
    theirs = environment.filters
    found = {name: ours.get(name) or theirs[name] for name in FILTERS}
    environment.filters = {
        name: write if name == TAKES_ANY else _of_parts(write) for name, write in found.items()
    }
    environment.globals.clear()
    environment.tests = {
        name: environment.tests[name] for name in ("defined", "undefined", "none", "odd", "even")
    }
    return environment


def _of_something(write: Callable[..., Any]) -> Callable[..., Any]:
    """A value that a member does not have is written as nothing."""

    def written(value: Any, *how: Any, **more: Any) -> Any:
        return "" if value is None or value == "" else write(value, *how, **more)

    return written


def _said(language: str, value: Any) -> str:
    """Texts per language have become one before an operator's words see them."""
    return formats.said(language, value) if isinstance(value, Mapping) else str(value)


def _money(language: str, value: Any) -> str:
    return formats.money(language, value) if isinstance(value, Mapping) else str(value)


def check(source: str, values: Values) -> list[dict[str, Any]]:
    """What the structure of a text has that may not be: each with its line."""
    if not source.strip():
        return [fault("empty")]
    if len(source) > LONGEST_SOURCE:
        return [fault("source_long", about=str(len(source)), nearest=str(LONGEST_SOURCE))]
    environment = _environment("en")
    return [
        fault(*found)
        for found in faults_in(environment, source, values, tuple(environment.filters))
    ]


class Program:
    """A text that has been checked, ready to render in one language."""

    def __init__(self, language: str, source: str, values: Values) -> None:
        """Raises Broken for what `check` finds."""
        if found := check(source, values):
            raise Broken(*found)
        self._language = language
        self._values = values
        self._template = _compiled(language, source)

    def render(self, values: Mapping[str, Any]) -> str:
        """The text in our markup, with names escaped; raises Broken, whatever goes wrong."""
        try:
            text = self._text(filled(self._values, flat(self._language, values)))
        except Broken:
            raise
        except Exception as error:
            raise Broken(fault("render", about=str(error))) from error
        if not text:
            raise Broken(fault("empty"))
        if found := problems(text):
            raise Broken(fault("markup", about=found[0]))
        if bad := _LINK.search(text):
            raise Broken(fault("link", about=bad.group()[9:-2]))
        return text

    def _text(self, values: dict[str, Any]) -> str:
        size, parts = 0, []
        for part in self._template.generate(values):
            size += len(part)
            if size > LONGEST_OUTPUT:
                raise Broken(fault("output", about=str(LONGEST_OUTPUT)))
            parts.append(part)
        return _BLANK.sub("\n\n", _CONTROL.sub("", "".join(parts))).strip()


def _compiled(language: str, source: str) -> Any:
    try:
        return _environment(language).from_string(source)
    except Exception as error:
        raise Broken(fault("syntax", about=str(error))) from error


@lru_cache(256)
def _program(language: str, source: str, values: tuple[Any, ...]) -> Program | Broken:
    try:
        return Program(language, source, dict(values))
    except Broken as broken:
        return broken


def program(language: str, source: str, values: Values) -> Program:
    """The program of a text, made once; raises Broken."""
    found = _program(language, source, tuple(values.items()))
    if isinstance(found, Broken):
        raise Broken(*found.faults)
    return found
