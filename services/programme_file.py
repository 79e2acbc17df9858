"""Reads the programme file (YAML) into a checked Programme.

All problems are reported at once, in the order of the file, each with its line and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter, ValidationError

from domain.errors import Problem, ProgrammeInvalid
from domain.programme import Programme
from services import programme_checks
from services import programme_schema as schema
from services.programme_building import build
from services.programme_problems import advice_for, guesses, path
from services.programme_rules import Found
from services.programme_yaml import Document, broken_at

EXAMPLES: Final = ("retail", "four-seasons", "grocer")
_FOLDER = Path(__file__).parent.parent / "programmes"


def example(name: str = "retail") -> str:
    """The text of a shipped example: retail, four-seasons, grocer; raises LookupError."""
    if name not in EXAMPLES:
        raise LookupError(name)
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def read(text: str, name: str = "") -> Programme:
    """The programme in a YAML text; raises ProgrammeInvalid with every problem there is.

    name: what the file is called where problems are shown.
    """
    try:
        document = Document(text)
    except yaml.YAMLError as error:
        advice, mark = broken_at(error)
        raise ProgrammeInvalid((Problem("", advice, *mark),), name) from error
    if not isinstance(document.content, dict):
        advice = "must begin with keys such as version: 1"
        raise ProgrammeInvalid((Problem("", advice, 1, 1),), name)
    file, found = _checked(document.content)
    if found:
        raise ProgrammeInvalid(_placed(found, document), name)
    return build(file)


def _checked(content: dict[str, Any]) -> tuple[schema.File, list[Found]]:
    """The file as far as it is well-formed, and everything that is wrong with it."""
    try:
        file = schema.File.model_validate(content)
    except ValidationError as error:
        errors = error.errors()
        broken = {str(e["loc"][0]) for e in errors}
        guessed = guesses(errors)
        found = [
            (e["loc"], advice_for(e))
            for e in errors
            if not (e["type"] == "missing" and e["loc"] in guessed)
        ]
        part = _sound(content, broken)
        return part, [*found, *programme_checks.problems(part, broken)]
    return file, list(programme_checks.problems(file))


def _sound(content: dict[str, Any], broken: set[str]) -> schema.File:
    """The sections that are well-formed, so that they can be checked beside the broken ones."""
    sections = {
        name: TypeAdapter(field.rebuild_annotation()).validate_python(content[name])
        for name, field in schema.File.model_fields.items()
        if name in content and name not in broken
    }
    return schema.File.model_construct(**sections)


def _placed(found: Iterable[Found], document: Document) -> tuple[Problem, ...]:
    """The problems with their lines, in the order of the file, each once."""
    placed = {Problem(path(place), advice, *document.mark(place)): None for place, advice in found}
    return tuple(sorted(placed, key=lambda one: (one.line, one.column)))
