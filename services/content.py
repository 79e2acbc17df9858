"""Imports files of surveys and events: all or nothing, twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import available_timezones

from domain import events, surveys
from domain.dates import zone_of
from services import content_schema as schema
from services.content_files import (
    Done,
    Found,
    Written,
    backwards,
    begins,
    content_hash,
    doubled,
    ends,
    saved,
    texts,
)
from services.ports import Work
from services.ports.club import Actor


def import_surveys(work: Work, text: str, actor: Actor, now: datetime) -> list[Done]:
    """Takes a survey file; raises ContentInvalid with every problem."""
    written = Written(text, "surveys")
    file = written.checked(schema.Surveys)
    zone = work.programmes.current().zone
    found = [*doubled("surveys", file.surveys), *_questions(file.surveys)]
    written.require([*found, *backwards("surveys", file.surveys, ("open",))])

    def save(number: int, entry: schema.Survey) -> str:
        outcome = work.surveys.save(_survey(entry, zone), now)
        if outcome == "answered":
            advice = "has answers already, so it cannot change; give a new key"
            raise written.invalid([(("surveys", number, "question"), advice)])
        return outcome

    return saved(work, "survey", file.surveys, save, actor, now)


def import_events(work: Work, text: str, actor: Actor, now: datetime) -> list[Done]:
    """Takes an event file; raises ContentInvalid with every problem."""
    written = Written(text, "events")
    file = written.checked(schema.Events)
    zone = work.programmes.current().zone
    written.require([*doubled("events", file.events), *_times(file.events, zone)])

    def save(_number: int, entry: schema.Event) -> str:
        return work.events.save(_event(entry, zone), content_hash(entry, zone), now)

    return saved(work, "event", file.events, save, actor, now)


# -- checking ---------------------------------------------------------------------------


def _questions(entries: list[schema.Survey]) -> Iterator[Found]:
    for number, entry in enumerate(entries):
        place = ("surveys", number, "options")
        if entry.rating == bool(entry.options):
            yield place, "give either options or rating: true"
        keys = [option.key for option in entry.options or ()]
        if len(set(keys)) < len(keys):
            yield place, "two of them have the same key; change one"


def _times(entries: list[schema.Event], zone: str) -> Iterator[Found]:
    for number, entry in enumerate(entries):
        if entry.zone is not None and entry.zone not in available_timezones():
            advice = f"{entry.zone} is no time zone; write Asia/Shanghai"
            yield ("events", number, "zone"), advice
            continue
        for part in ("starts", "ends"):
            local: datetime | None = getattr(entry, part)
            if local and not _exists(local, entry.zone or zone):
                advice = "does not exist there: the clocks jump over it"
                yield ("events", number, part), advice
        if entry.ends and entry.ends <= entry.starts:
            yield ("events", number, "ends"), "must be later than starts"


def _exists(local: datetime, zone: str) -> bool:
    """Whether a local time is on the clock in a zone, and is local at all."""
    if local.tzinfo is not None:
        return False
    there = local.replace(tzinfo=zone_of(zone))
    utc = zone_of("UTC")
    return there.astimezone(utc).astimezone(zone_of(zone)).replace(tzinfo=None) == local


# -- entries become what the club works with --------------------------------------------


def _survey(entry: schema.Survey, zone: str) -> surveys.Definition:
    kind = surveys.QuestionKind.RATING if entry.rating else surveys.QuestionKind.SINGLE
    options = tuple(
        surveys.Option(option.key, {"zh": option.zh, "en": option.en})
        for option in entry.options or ()
    )
    return surveys.Definition(
        key=entry.key,
        names=texts(entry.name),
        questions=(surveys.Question("q1", kind, texts(entry.question), options),),
        thanks=texts(entry.thanks),
        reward=entry.reward,
        opens_at=begins(entry.open, zone),
        closes_at=ends(entry.open, zone),
    )


def _event(entry: schema.Event, zone: str) -> events.Event:
    where = entry.zone or zone
    return events.Event(
        id=0,
        key=entry.key,
        names=texts(entry.name),
        texts=texts(entry.text),
        place=texts(entry.place),
        zone=where,
        starts_at=entry.starts.replace(tzinfo=zone_of(where)),
        ends_at=entry.ends.replace(tzinfo=zone_of(where)) if entry.ends else None,
        capacity=entry.capacity,
        open_to_all=entry.open_to_all,
    )
