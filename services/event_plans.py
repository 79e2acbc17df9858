"""What staff do with an event: invite, change, call off; and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from domain.event_errors import EventTimes, ShrunkTooFar
from domain.event_waves import Wave
from domain.events import Answer, Event, EventState
from services import event_seats, event_waves
from services.event_finding import check_open, closed, find
from services.ports import Work
from services.ports.club import Actor

CONCERNED: Final = (Answer.YES.value, Answer.MAYBE.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """An event as staff see it: answers by name, and the waves of its invitations."""

    event: Event
    counts: dict[str, int]
    waves: list[Wave]


def upcoming(work: Work, now: datetime) -> list[Event]:
    """What is to come or goes on, for staff."""
    return [
        one for one in work.events.all() if one.state == EventState.OPEN and now < one.door_until
    ]


def past(work: Work, now: datetime) -> list[Event]:
    """What is over or was called off, the latest first."""
    found = [
        one for one in work.events.all() if one.state != EventState.OPEN or now >= one.door_until
    ]
    return found[::-1]


def standing(work: Work, event_id: int) -> Standing:
    """An event as staff see it; raises EventNotFound."""
    waves = work.event_waves.of(event_id)
    return Standing(find(work, event_id), work.events.counts(event_id), waves)


# -- changing ----------------------------------------------------------------------------


def saved(work: Work, event: Event, content_hash: str, now: datetime) -> str:
    """Adds an event or changes the one with its key: `added`, `changed` or `same`. Those who said
    yes or maybe are told of another time or place. Raises ShrunkTooFar, EventTimes."""
    check_times(event)
    before = work.events.by_key(event.key)
    if before is None:
        return work.events.save(event, content_hash, now)
    work.events.lock(before.id)
    before = find(work, before.id)
    if closed(before, now):
        return "same"
    if event.capacity is not None and event.capacity < before.taken:
        raise ShrunkTooFar(event.capacity, before.taken)
    done = work.events.save(event, content_hash, now)
    if done == "changed":
        _moved(work, before, now)
        event_seats.serve(work, before.id, now)
    return done


def check_times(event: Event) -> None:
    """Raises EventTimes for one that would end before it begins."""
    if event.ends_at is not None and event.ends_at <= event.starts_at:
        raise EventTimes("ends")


def _moved(work: Work, before: Event, now: datetime) -> None:
    """A change of time or place, or less time to get the deposit back, begins a new round of
    telling, and nobody loses a deposit for what they did not agree to."""
    after = find(work, before.id)
    stricter = after.deposit and after.rules.return_minutes > before.rules.return_minutes
    same = (before.starts_at, dict(before.place)) == (after.starts_at, dict(after.place))
    same = same and not stricter
    if not same and after.state == EventState.OPEN and not before.over(now):
        work.events.change(before.id, round=before.round + 1)


def change(work: Work, event_id: int, actor: Actor, now: datetime, **values: Any) -> Event:
    """Changes fields of an event in the chat; who said yes or maybe is told of another time or
    place. Raises EventNotFound, EventOver, ShrunkTooFar, EventTimes."""
    work.events.lock(event_id)
    before = find(work, event_id)
    check_open(before, now)
    after = replace(before, **values)
    check_times(after)
    if after.starts_at <= now and after.starts_at != before.starts_at:
        raise EventTimes("past")
    if after.capacity is not None and after.capacity < before.taken:
        raise ShrunkTooFar(after.capacity, before.taken)
    if after == before:
        return before
    row = {**values, **({"rules": after.rules.dump()} if "rules" in values else {})}
    work.events.change(event_id, **row, changed_at=now)
    event_waves.moved(work, event_id, after.starts_at - before.starts_at)
    _moved(work, before, now)
    work.audit.add(actor, "event.change", ("event", event_id), now, {"changed": sorted(values)})
    event_seats.serve(work, event_id, now)
    return find(work, event_id)


def cancel(work: Work, event_id: int, actor: Actor, now: datetime) -> Event:
    """Calls it off: deposits return, and all who said yes or maybe are told (by the worker). Again
    it changes nothing. Raises EventNotFound, EventOver."""
    work.events.lock(event_id)
    event = find(work, event_id)
    if event.state == EventState.CANCELLED:
        return event
    check_open(event, now)
    work.events.change(event_id, state=EventState.CANCELLED.value, cancelled_at=now)
    event_waves.withdraw(work, event_id)
    work.event_cards.touch(event_id, now + event_seats.CARDS_WAIT)
    work.audit.add(actor, "event.cancel", ("event", event_id), now, {})
    return find(work, event_id)


def concerned(work: Work, event: Event) -> dict[str, int]:
    """How many would be told of a change: who said yes, waits, said maybe."""
    counts = work.events.counts(event.id)
    waiting = counts.get("waiting", 0) + counts.get("offered", 0)
    yes = counts.get(Answer.YES.value, 0) - waiting
    return {"yes": yes, "waiting": waiting, "maybe": counts.get(Answer.MAYBE.value, 0)}
