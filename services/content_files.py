"""What files of benefits, surveys and events share: reading, faults with their places, days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from domain.dates import start_of_day, zone_of
from domain.errors import Problem
from domain.refusals import ContentInvalid
from services import content_schema as schema
from services.ports import Work
from services.ports.club import Actor
from services.programme_problems import from_error, path
from services.programme_yaml import Document, Mark, Place, broken_at

M = TypeVar("M", bound=BaseModel)
Found = tuple[Place, str]
"""Where something is wrong, and what to do about it."""


class Done(NamedTuple):
    """What became of one entry: `added`, `changed` or `same`."""

    key: str
    outcome: str


class Written:
    """A YAML file: its content, and how its faults are told."""

    def __init__(self, text: str, first: str) -> None:
        """`first`: the section that must be there. Raises ContentInvalid."""
        try:
            self._document = Document(text)
        except yaml.YAMLError as error:
            advice, mark = broken_at(error)
            raise ContentInvalid((Problem("", advice, *mark),)) from error
        self.content: Any = self._document.content
        if not isinstance(self.content, dict):
            raise ContentInvalid((Problem("", f"must begin with {first}:", 1, 1),))

    def problem(self, place: Place, advice: str) -> Problem:
        mark: Mark = self._document.mark(place)
        return Problem(path(place), advice, *mark)

    def checked(self, model: type[M]) -> M:
        """The content as a model; raises ContentInvalid."""
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            raise self.invalid(told(error)) from error

    def require(self, found: Iterable[Found]) -> None:
        """Raises ContentInvalid if anything was found."""
        if some := list(found):
            raise self.invalid(some)

    def invalid(self, found: Iterable[Found]) -> ContentInvalid:
        """Everything that was found, in the order of the file."""
        problems = {self.problem(place, advice): None for place, advice in found}
        return ContentInvalid(tuple(sorted(problems, key=lambda one: (one.line, one.column))))


def told(error: ValidationError) -> Iterator[Found]:
    """What pydantic found, in sentences for the one who wrote the file."""
    for found in error.errors():
        if found["type"] in ("datetime_type", "datetime_parsing"):
            yield found["loc"], f"must be {schema.WRITTEN}"
        else:
            yield found["loc"], from_error(found).advice


def saved(
    work: Work,
    noun: str,
    entries: Sequence[Any],
    save: Callable[[int, Any], str],
    actor: Actor,
    now: datetime,
) -> list[Done]:
    """Saves every entry; what changed is in the audit."""
    done = [Done(entry.key, save(number, entry)) for number, entry in enumerate(entries)]
    changed = {one.key: one.outcome for one in done if one.outcome != "same"}
    if changed:
        work.audit.add(actor, f"{noun}.import", (noun, ""), now, changed)
    return done


def doubled(section: str, entries: Sequence[Any]) -> Iterator[Found]:
    """Keys that are there twice."""
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.key in seen:
            yield (section, number, "key"), f"{entry.key} is there twice; change one"
        seen.add(entry.key)


def backwards(section: str, entries: Sequence[Any], parts: tuple[str, ...]) -> Iterator[Found]:
    """Windows that end before they begin."""
    for number, entry in enumerate(entries):
        for part in parts:
            days: schema.Days | None = getattr(entry, part)
            if days and days.first and days.last and days.last < days.first:
                yield (section, number, part), "ends before it begins"


def texts(text: BaseModel | None) -> dict[str, str]:
    return text.model_dump() if text else {}


def begins(days: schema.Days | None, zone: str) -> datetime | None:
    """The beginning of the first day."""
    return start_of_day(days.first, zone) if days and days.first else None


def ends(days: schema.Days | None, zone: str) -> datetime | None:
    """The end of the last day, which is included."""
    last: date | None = days.last if days else None
    return start_of_day(last + timedelta(days=1), zone) if last else None


def exists(local: datetime, zone: str) -> bool:
    """Whether a local time is on the clock in a zone, and is local at all."""
    if local.tzinfo is not None:
        return False
    there = local.replace(tzinfo=zone_of(zone))
    utc = zone_of("UTC")
    return there.astimezone(utc).astimezone(zone_of(zone)).replace(tzinfo=None) == local


def content_hash(*parts: Any) -> str:
    """A hash by which the same content is known again."""
    written = [part.model_dump_json() if isinstance(part, BaseModel) else part for part in parts]
    return sha256(repr(written).encode()).hexdigest()
