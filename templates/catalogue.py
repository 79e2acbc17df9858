"""All message keys of all languages, compiled once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import DictLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from templates import formats

HERE = Path(__file__).parent
LANGUAGES = ("zh", "en")
FALLBACK = "en"
# libyaml reads the texts eight times as fast; a build of PyYAML may lack it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_MESSAGES = frozenset({"words", "commands"})


def _environment(language: str) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(sources(language)),  # a text may include another one by its key
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    environment.filters.update(formats.filters(language))
    return environment


@cache
def _file(language: str, noun: str) -> dict[str, Any]:
    text = (HERE / language / f"{noun}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, _Loader) or {}  # noqa: S506 - both are safe
    return content


def nouns() -> list[str]:
    """The nouns (files) of the catalogue."""
    return sorted(path.stem for path in (HERE / FALLBACK).glob("*.yaml"))


@cache
def sources(language: str) -> dict[str, str]:
    """Every message key of a language with its source text."""
    found = {}
    for noun in nouns():
        if noun not in _NOT_MESSAGES:
            for outcome, text in _file(language, noun).items():
                found[f"{noun}.{outcome}"] = str(text).rstrip("\n")
    return found


class Compiled(dict[str, Template]):
    """The messages of a language by key, each compiled when it is first used: all of them
    together would take half of a process's start."""

    def __init__(self, language: str) -> None:
        self._environment = _environment(language)
        self._sources = sources(language)

    def __missing__(self, key: str) -> Template:
        template = self[key] = self._environment.from_string(self._sources[key])
        return template

    def get(self, key: str, default: Any = None) -> Template | None:  # type: ignore[override]
        return self[key] if key in self._sources else default


@cache
def compiled(language: str) -> Compiled:
    """Every message of a language, ready to render; an unknown key raises KeyError."""
    return Compiled(language)


def phrases() -> dict[str, str]:
    """Plain words of all languages and the intents they stand for."""
    return {
        str(phrase): intent
        for language in LANGUAGES
        for intent, spoken in _file(language, "words").items()
        for phrase in spoken
    }


def commands(language: str) -> dict[str, str]:
    """The command menu of a language: command and description, in order."""
    return {name: str(text) for name, text in _file(language, "commands").items()}
