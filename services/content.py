"""Imports files of events: all or nothing, twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from domain import event_rules, events
from domain.campaigns import Audience, AudienceKind
from domain.dates import zone_of
from domain.errors import Refused
from domain.programme import Programme
from services import audiences, event_plans, event_series, event_waves
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
from services.event_finding import closed
from services.ports import Work
from services.ports.club import Actor


def import_events(work: Work, text: str, actor: Actor, now: datetime) -> list[Done]:
    """Takes an event file; what repeats becomes an event for each of its days. Raises
    ContentInvalid with every problem."""
    written = Written(text, "events")
    file = written.checked(schema.Events)
    programme = work.programmes.current()
    written.require([*doubled("events", file.events), *_times(file.events, programme.zone)])
    written.require(_known(work, file.events, programme, now))
    every = [one for entry in file.events for one in _days(entry, programme)]
    written.require(_shrunk(work, file.events, every))
    written.require(_ended(work, file.events, programme.zone, now))

    def save(number: int, entry: schema.Event) -> str:
        made = _event(work, entry, programme.zone, now)
        done = event_plans.saved(work, made, content_hash(entry, programme.zone), now)
        if done != "same":
            _plan_waves(work, entry, actor, now)
        return done

    return saved(work, "event", every, save, actor, now)


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


def _known(
    work: Work, entries: list[schema.Event], programme: Programme, now: datetime
) -> Iterator[Found]:
    levels = [level.key for level in programme.levels]
    for number, entry in enumerate(entries):
        first = entry.waiting_list.first if entry.waiting_list else []
        for part, keys in (("levels", entry.levels), ("waiting_list", first)):
            for key in keys:
                if key not in levels:
                    advice = f"{key} is no level; there are {', '.join(levels)}"
                    yield ("events", number, part), advice
        if entry.audience and not _readable(work, entry.audience, now):
            advice = 'cannot be read; "memberbot audience count" tells what to change'
            yield ("events", number, "audience"), advice
        yield from _unknown(work, number, entry, now)
        wrong = _repeats_wrong(entry.repeats, entry, programme) if entry.repeats else None
        if wrong:
            yield ("events", number, "repeats"), wrong


def _unknown(work: Work, number: int, entry: schema.Event, now: datetime) -> Iterator[Found]:
    """Stores, surveys and waves that name what is not there."""
    codes = [store.code for store in work.stores.all()]
    for code in entry.stores:
        if code not in codes:
            advice = f"{code} is no store; there are {', '.join(codes) or 'none yet'}"
            yield ("events", number, "stores"), advice
    if entry.survey and work.surveys.by_key(entry.survey) is None:
        advice = f'{entry.survey} is no survey; "memberbot survey list" shows those there are'
        yield ("events", number, "survey"), advice
    for wave in entry.invite:
        if wave.audience and not _readable(work, wave.audience, now):
            advice = 'cannot be read; "memberbot audience count" tells what to change'
            yield ("events", number, "invite"), advice


def _plan_waves(work: Work, entry: schema.Event, actor: Actor, now: datetime) -> None:
    event = work.events.by_key(entry.key)
    assert event is not None
    waves = [
        event_waves.Written(
            event.starts_at - timedelta(minutes=one.before),
            audiences.read(work, one.audience, now) if one.audience else None,
            one.audience or "",
            one.most,
        )
        for one in entry.invite
    ]
    event_waves.from_file(work, event, waves, actor, now)


def _readable(work: Work, text: str, now: datetime) -> bool:
    try:
        audiences.read(work, text, now)
    except Refused:
        return False
    return True


def _repeats_wrong(
    repeats: schema.Repeats, entry: schema.Event, programme: Programme
) -> str | None:
    rules = event_series.promotions(programme)
    if repeats.promotion not in rules:
        return (
            f"{repeats.promotion} is no promotion of the programme; there are {', '.join(rules)}"
        )
    rule, first = rules[repeats.promotion], entry.starts.date()
    if len(event_series.days(rule, first, repeats.times)) < repeats.times:
        return f"{repeats.promotion} does not come so often any more; write fewer times"
    zone = entry.zone or programme.zone
    for one in _days(entry, programme):
        if not exists(one.starts, zone) or (one.ends and not exists(one.ends, zone)):
            return f"the clocks jump over that time on {one.starts.date()}; write another time"
    return None


def _shrunk(work: Work, entries: list[schema.Event], every: list[schema.Event]) -> Iterator[Found]:
    places = {entry.key: number for number, entry in enumerate(entries)}
    for one in every:
        before = work.events.by_key(one.key)
        if before and one.capacity is not None and one.capacity < before.taken:
            number = places.get(one.key, places.get(one.key.rpartition("-")[0], 0))
            advice = f"{before.taken} seats of {one.key} are taken; write at least that many"
            yield ("events", number, "capacity"), advice


def _ended(work: Work, entries: list[schema.Event], zone: str, now: datetime) -> Iterator[Found]:
    """What is over is not changed: a new event needs a key of its own. Days of a series stay."""
    for number, entry in enumerate(entries):
        before = None if entry.repeats else work.events.by_key(entry.key)
        if before is None or not closed(before, now):
            continue
        if work.events.hash_of(entry.key) != content_hash(entry, zone):
            advice = f"{entry.key} is over or called off; give another event another key"
            yield ("events", number, "key"), advice


# -- days that repeat -------------------------------------------------------------------


def _days(entry: schema.Event, programme: Programme) -> list[schema.Event]:
    """An entry for each day, at the same time on the clock."""
    if entry.repeats is None:
        return [entry]
    rule = event_series.promotions(programme)[entry.repeats.promotion]
    first = entry.starts.date()
    return [
        entry.model_copy(
            update={
                "key": event_series.key_of(entry.key, day),
                "starts": entry.starts + (day - first),
                "ends": entry.ends + (day - first) if entry.ends else None,
            }
        )
        for day in event_series.days(rule, first, entry.repeats.times)
    ]


# -- entries become what the club works with --------------------------------------------


def _event(work: Work, entry: schema.Event, zone: str, now: datetime) -> events.Event:
    where = entry.zone or zone
    audience = _audience(work, entry.audience, now)
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
        levels=tuple(entry.levels),
        stores=tuple(entry.stores),
        deposit=entry.deposit,
        rules=_rules(entry),
        audience=audience.dump() if audience else {},
        series=entry.key.rpartition("-")[0] if entry.repeats else "",
    )


def _audience(work: Work, text: str | None, now: datetime) -> Audience | None:
    if text is None:
        return None
    return Audience(AudienceKind.EXPRESSION, expression=audiences.read(work, text, now))


def _rules(entry: schema.Event) -> event_rules.Rules:
    usual = event_rules.Rules()
    waits = entry.waiting_list
    reminders = usual.reminders if entry.reminders is None else tuple(entry.reminders)
    return event_rules.Rules(
        guests=entry.guests,
        waits=waits is not False,
        offer_minutes=waits.offer if waits else usual.offer_minutes,
        first=tuple(waits.first) if waits else (),
        reminders=tuple(sorted(set(reminders), reverse=True)),
        closes_minutes=entry.answers_until,
        return_minutes=entry.return_until,
        opens_minutes=entry.check_in_from,
        walk_ins=entry.walk_ins,
        map_url=entry.map or "",
        promotion=entry.repeats.promotion if entry.repeats else "",
        thanks=texts(entry.thanks),
        survey=entry.survey or "",
        ahead=entry.repeats.times if entry.repeats and entry.repeats.renews else 0,
    )
