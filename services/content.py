"""Imports files of benefits, surveys and events: all or nothing, twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ValidationError

from domain import benefits, events, surveys
from domain.dates import start_of_day, zone_of
from domain.errors import Problem
from domain.programme import Per, Programme
from domain.refusals import ContentInvalid
from services import content_schema as schema
from services.kinds import KINDS
from services.ports import Work
from services.ports.club import Actor
from services.programme_problems import from_error
from services.programme_yaml import load

M = TypeVar("M", bound=BaseModel)
Save = Callable[[int, Any], str]
_AS_WRITTEN = (
    *("key", "kind", "picture", "price", "level_prices", "early_hours", "stock", "per_member"),
    *("valid_days", "cancel_hours", "giftable", "ready_days", "offer_hours", "imported_codes"),
)


class Done(NamedTuple):
    """What became of one entry: `added`, `changed` or `same`."""

    key: str
    outcome: str


@dataclass(frozen=True, slots=True)
class _Place:
    """An entry's place in the file, for what is wrong with it."""

    section: str
    number: int

    def problem(self, part: str, advice: str) -> Problem:
        return Problem(f"{self.section}[{self.number + 1}].{part}", advice)


def import_benefits(work: Work, text: str, actor: Actor, now: datetime) -> list[Done]:
    """Takes a benefit file; raises ContentInvalid with every problem."""
    file = _read(text, schema.Benefits)
    programme = work.programmes.current()
    levels = [level.key for level in programme.levels]
    problems = [*_doubled("benefits", file.benefits), *_levels(file.benefits, levels)]
    problems += _days("benefits", file.benefits, ("visible", "redeemable"))
    problems += _kinds(file.benefits, programme.currency)
    _require(problems)

    def save(number: int, entry: schema.Benefit) -> str:
        benefit = _benefit(number, entry, programme)
        outcome = work.benefits.save(benefit, _hash(number, entry, programme.zone), now)
        if outcome == "gone":
            advice = "more than that have gone already; give a larger number"
            raise ContentInvalid((_Place("benefits", number).problem("stock", advice),))
        return outcome

    return _save(work, "benefit", file.benefits, save, actor, now)


def import_surveys(work: Work, text: str, actor: Actor, now: datetime) -> list[Done]:
    """Takes a survey file; raises ContentInvalid with every problem."""
    file = _read(text, schema.Surveys)
    zone = work.programmes.current().zone
    problems = [*_doubled("surveys", file.surveys), *_questions(file.surveys)]
    problems += _days("surveys", file.surveys, ("open",))
    _require(problems)

    def save(number: int, entry: schema.Survey) -> str:
        survey, question = _survey(entry, zone)
        outcome = work.surveys.save(survey, (question,), _hash(entry, zone), now)
        if outcome == "answered":
            place = _Place("surveys", number)
            advice = "has answers already, so it cannot change; give a new key"
            raise ContentInvalid((place.problem("question", advice),))
        return outcome

    return _save(work, "survey", file.surveys, save, actor, now)


def import_events(work: Work, text: str, actor: Actor, now: datetime) -> list[Done]:
    """Takes an event file; raises ContentInvalid with every problem."""
    file = _read(text, schema.Events)
    zone = work.programmes.current().zone
    problems = [*_doubled("events", file.events), *_times(file.events, zone)]
    _require(problems)

    def save(number: int, entry: schema.Event) -> str:
        return work.events.save(_event(entry, zone), _hash(entry, zone), now)

    return _save(work, "event", file.events, save, actor, now)


def _save(
    work: Work, noun: str, entries: Sequence[Any], save: Save, actor: Actor, now: datetime
) -> list[Done]:
    done = [Done(entry.key, save(number, entry)) for number, entry in enumerate(entries)]
    changed = {one.key: one.outcome for one in done if one.outcome != "same"}
    if changed:
        work.audit.add(actor, f"{noun}.import", (noun, ""), now, changed)
    return done


# -- reading and checking ---------------------------------------------------------------


def _read(text: str, model: type[M]) -> M:
    try:
        content = load(text)
    except yaml.YAMLError as error:
        raise ContentInvalid((Problem("", f"cannot be read as YAML: {error}"),)) from error
    if not isinstance(content, dict):
        first = next(iter(model.model_fields))
        raise ContentInvalid((Problem("", f"must begin with {first}:"),))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ContentInvalid(tuple(_problem(found) for found in error.errors())) from error


def _problem(found: Any) -> Problem:
    if found["type"] in ("datetime_type", "datetime_parsing"):
        return Problem(from_error(found).path, f"must be {schema.WRITTEN}")
    return from_error(found)


def _require(problems: list[Problem]) -> None:
    if problems:
        raise ContentInvalid(tuple(problems))


def _doubled(section: str, entries: Sequence[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.key in seen:
            yield _Place(section, number).problem("key", f"{entry.key} is there twice; change one")
        seen.add(entry.key)


def _levels(entries: list[schema.Benefit], known: list[str]) -> Iterator[Problem]:
    for number, entry in enumerate(entries):
        for level in entry.levels:
            if level not in known:
                advice = f"{level} is no level; there are {', '.join(known)}"
                yield _Place("benefits", number).problem("levels", advice)


def _kinds(entries: list[schema.Benefit], currency: str) -> Iterator[Problem]:
    for number, entry in enumerate(entries):
        place, kind = _Place("benefits", number), KINDS[entry.kind]
        if not kind.free and not entry.price:
            yield place.problem("price", f"a {kind.key} must cost points; give at least 1")
        try:
            detail = kind.detail.model_validate(entry.detail)
        except ValidationError as error:
            for wrong in map(from_error, error.errors()):
                yield place.problem(f"detail.{wrong.path}", wrong.advice)
            continue
        for part, advice in kind.problems(detail, currency):
            yield place.problem(part, advice)


def _days(section: str, entries: Sequence[Any], parts: tuple[str, ...]) -> Iterator[Problem]:
    for number, entry in enumerate(entries):
        for part in parts:
            days: schema.Days | None = getattr(entry, part)
            if days and days.first and days.last and days.last < days.first:
                yield _Place(section, number).problem(part, "ends before it begins")


def _questions(entries: list[schema.Survey]) -> Iterator[Problem]:
    for number, entry in enumerate(entries):
        place = _Place("surveys", number)
        if entry.rating == bool(entry.options):
            yield place.problem("options", "give either options or rating: true")
        keys = [option.key for option in entry.options or ()]
        if len(set(keys)) < len(keys):
            yield place.problem("options", "two of them have the same key; change one")


def _times(entries: list[schema.Event], zone: str) -> Iterator[Problem]:
    for number, entry in enumerate(entries):
        place = _Place("events", number)
        if entry.zone is not None and entry.zone not in available_timezones():
            yield place.problem("zone", f"{entry.zone} is no time zone; write Asia/Shanghai")
            continue
        for part in ("starts", "ends"):
            local: datetime | None = getattr(entry, part)
            if local and not _exists(local, entry.zone or zone):
                yield place.problem(part, "does not exist there: the clocks jump over it")
        if entry.ends and entry.ends <= entry.starts:
            yield place.problem("ends", "must be later than starts")


def _exists(local: datetime, zone: str) -> bool:
    """Whether a local time is on the clock in a zone, and is local at all."""
    if local.tzinfo is not None:
        return False
    there = local.replace(tzinfo=zone_of(zone))
    utc = zone_of("UTC")
    return there.astimezone(utc).astimezone(zone_of(zone)).replace(tzinfo=None) == local


# -- entries become what the club works with --------------------------------------------


def _benefit(number: int, entry: schema.Benefit, programme: Programme) -> benefits.Benefit:
    zone, kind = programme.zone, KINDS[entry.kind]
    detail = kind.detail.model_validate(entry.detail)
    return benefits.Benefit(
        id=0,
        **{name: getattr(entry, name) for name in _AS_WRITTEN},
        names=_texts(entry.name),
        terms=_texts(entry.terms),
        detail=kind.kept(detail, programme.currency),
        levels=tuple(entry.levels),
        category=entry.category or "",
        partner=entry.partner or "",
        per=Per(entry.per),
        visible_from=_from(entry.visible, zone),
        visible_until=_until(entry.visible, zone),
        redeem_from=_from(entry.redeemable, zone),
        redeem_until=_until(entry.redeemable, zone),
        place=number,
    )


def _survey(entry: schema.Survey, zone: str) -> tuple[surveys.Survey, surveys.Question]:
    survey = surveys.Survey(
        id=0,
        key=entry.key,
        names=_texts(entry.name),
        thanks=_texts(entry.thanks),
        reward=entry.reward,
        opens_at=_from(entry.open, zone),
        closes_at=_until(entry.open, zone),
    )
    kind = surveys.QuestionKind.RATING if entry.rating else surveys.QuestionKind.SINGLE
    options = tuple(
        surveys.Option(option.key, {"zh": option.zh, "en": option.en})
        for option in entry.options or ()
    )
    return survey, surveys.Question(0, 1, kind, _texts(entry.question), options)


def _event(entry: schema.Event, zone: str) -> events.Event:
    where = entry.zone or zone
    return events.Event(
        id=0,
        key=entry.key,
        names=_texts(entry.name),
        texts=_texts(entry.text),
        place=_texts(entry.place),
        zone=where,
        starts_at=entry.starts.replace(tzinfo=zone_of(where)),
        ends_at=entry.ends.replace(tzinfo=zone_of(where)) if entry.ends else None,
        capacity=entry.capacity,
        open_to_all=entry.open_to_all,
    )


def _texts(text: BaseModel | None) -> dict[str, str]:
    return text.model_dump() if text else {}


def _from(days: schema.Days | None, zone: str) -> datetime | None:
    return start_of_day(days.first, zone) if days and days.first else None


def _until(days: schema.Days | None, zone: str) -> datetime | None:
    """The end of the last day, which is included."""
    last: date | None = days.last if days else None
    return start_of_day(last + timedelta(days=1), zone) if last else None


def _hash(*parts: Any) -> str:
    written = [part.model_dump_json() if isinstance(part, BaseModel) else part for part in parts]
    return sha256(repr(written).encode()).hexdigest()
