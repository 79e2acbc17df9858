"""Imports files of events: all or nothing, twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import available_timezones

from domain import events
from domain.dates import zone_of
from services import content_schema as schema
from services.content_files import (
    Done,
    Found,
    Written,
    content_hash,
    doubled,
    exists,
    saved,
    texts,
)
from services.ports import Work
from services.ports.club import Actor


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


def _times(entries: list[schema.Event], zone: str) -> Iterator[Found]:
    for number, entry in enumerate(entries):
        if entry.zone is not None and entry.zone not in available_timezones():
            advice = f"{entry.zone} is no time zone; write Asia/Shanghai"
            yield ("events", number, "zone"), advice
            continue
        for part in ("starts", "ends"):
            local: datetime | None = getattr(entry, part)
            if local and not exists(local, entry.zone or zone):
                advice = "does not exist there: the clocks jump over it"
                yield ("events", number, part), advice
        if entry.ends and entry.ends <= entry.starts:
            yield ("events", number, "ends"), "must be later than starts"


# -- entries become what the club works with --------------------------------------------


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
