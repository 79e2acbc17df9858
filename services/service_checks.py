"""What has to fit together in the section `service` of a programme file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services import calendars
from services import programme_schema as schema
from services import service_schema as section
from services.programme_rules import Found
from services.programme_yaml import Place
from services.service_building import DAYS, spans


def check_service(file: schema.File) -> Iterator[Found]:
    """What does not fit together in the section."""
    given = file.service
    if given is None:
        return
    if given.hours:
        yield from _check_hours(given.hours)
    if given.promises:
        yield from _check_promises(given.promises)
    for name in ("categories", "causes", "faq", "answers"):
        yield from _twice([one.key for one in getattr(given, name) or ()], ("service", name))
    if given.escalate_minutes > given.remind_minutes:
        advice = "must not be longer before the deadline than remind_minutes"
        yield ("service", "escalate_minutes"), advice
    yield from _check_levels(file, given)


def _check_levels(file: schema.File, given: section.Service) -> Iterator[Found]:
    levels = [level.key for level in file.levels]
    known = f"is no level of this programme; there are {', '.join(levels)}"
    for key in given.priorities:
        if key not in levels:
            yield ("service", "priorities", key), known
    for number, key in enumerate(given.named_levels):
        if key not in levels:
            yield ("service", "named_levels", number), known


def _check_hours(hours: section.Hours) -> Iterator[Found]:
    if not any(getattr(hours, day) for day in DAYS):
        yield ("service", "hours"), "the desk is never open; give a day its hours"
    for day in DAYS:
        before = 0
        for number, span in enumerate(spans(getattr(hours, day))):
            if span.end <= span.begin or span.begin < before:
                advice = "must begin before it ends and after the span before it"
                yield ("service", "hours", day, number), advice
            before = max(before, span.end)
    if hours.country and not calendars.is_country(hours.country):
        yield ("service", "hours", "country"), "is no known country; write one such as CN"


def _check_promises(promises: section.Promises) -> Iterator[Found]:
    for name in ("normal", "high", "urgent"):
        one: section.Promise = getattr(promises, name)
        for part in ("answer", "resolve"):
            hours = getattr(one, part)
            if not 1 <= hours * 60 <= 60 * 24 * 60 or hours * 60 != int(hours * 60):
                yield ("service", "promises", name, part), "must be whole minutes, up to 60 days"
        if one.resolve < one.answer:
            yield ("service", "promises", name, "resolve"), "must not be sooner than the answer"


def _twice(keys: Sequence[str], place: Place) -> Iterator[Found]:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield (*place, number, "key"), f"{key} is there twice; rename one"
