"""What staff do with an event: invite, change, call off; and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from domain.audience_expressions import Both, Condition, Expression, Op
from domain.campaigns import load_audience
from domain.event_errors import EventTimes, ShrunkTooFar
from domain.events import Answer, Event, EventState
from domain.refusals import EventNotFound, EventOver
from services import event_seats, event_telling
from services.audience_scope import as_kept, asked_at
from services.ports import Work
from services.ports.audiences import When
from services.ports.club import Actor

AT_ONCE: Final = 100
"""Members per transaction, so that it stays short."""
CONCERNED: Final = (Answer.YES.value, Answer.MAYBE.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """An event as staff see it: answers by name, and who could still be invited."""

    event: Event
    counts: dict[str, int]
    waiting: int


@dataclass(frozen=True, slots=True)
class Invited:
    """How many were invited now, and how many still could be."""

    event: Event
    done: int
    left: int


def find(work: Work, event_id: int) -> Event:
    """The event; raises EventNotFound."""
    event = work.events.get(event_id)
    if event is None:
        raise EventNotFound
    return event


def upcoming(work: Work, now: datetime) -> list[Event]:
    """What is to come or goes on, for staff."""
    return [
        one for one in work.events.all() if one.state == EventState.OPEN and now < one.door_until
    ]


def standing(work: Work, event_id: int, now: datetime) -> Standing:
    """An event as staff see it; raises EventNotFound."""
    event = find(work, event_id)
    waiting, _ = work.events.to_invite(event_id, 0, meant(work, event, now))
    return Standing(event, work.events.counts(event_id), waiting)


def meant(work: Work, event: Event, now: datetime) -> tuple[Expression, When] | None:
    """Whom it is for, of the levels that may come; None for everybody who agreed."""
    audience = load_audience(event.audience)
    asked: list[Expression] = []
    if audience is not None and audience.expression is not None:
        asked.append(audience.expression)
    if event.levels:
        asked.append(Condition("level", Op.IS, tuple(event.levels)))
    if not asked:
        return None
    whole = asked[0] if len(asked) == 1 else Both(tuple(asked))
    return as_kept(work, whole), asked_at(work, now)


def invite(work: Work, event_id: int, staff: Actor, *, key: str, now: datetime) -> Invited:
    """Invites the next members whom it is for and who agreed to care or promotions; each member
    once, and the same key again invites nobody. Raises EventNotFound, EventOver."""
    work.events.lock(event_id)
    event = find(work, event_id)
    check_open(event, now)
    whom = meant(work, event, now)
    count, members = work.events.to_invite(event_id, AT_ONCE, whom)
    if before := work.events.invited_by(event_id, key):
        return Invited(event, before, count)
    places = [
        (who, event_telling.invitation(work, event, who, care, now)) for who, care in members
    ]
    work.events.invite(event_id, places, now, batch=key, staff_id=staff.staff_id)
    if places:
        work.audit.add(staff, "event.invite", ("event", event_id), now, {"members": len(places)})
    return Invited(event, len(places), count - len(places))


def check_open(event: Event, now: datetime) -> None:
    """Raises EventOver for one that was called off or is over."""
    if event.state == EventState.CANCELLED or event.over(now):
        why = "cancelled" if event.state == EventState.CANCELLED else "over"
        raise EventOver(dict(event.names), why)


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
    """A change of time or place begins a new round of telling."""
    after = find(work, before.id)
    same = (before.starts_at, dict(before.place)) == (after.starts_at, dict(after.place))
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
    work.events.change(event_id, **row, content_hash="", changed_at=now)
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
    work.audit.add(actor, "event.cancel", ("event", event_id), now, {})
    return find(work, event_id)


def concerned(work: Work, event: Event) -> dict[str, int]:
    """How many would be told of a change: who said yes, waits, said maybe."""
    counts = work.events.counts(event.id)
    waiting = counts.get("waiting", 0) + counts.get("offered", 0)
    yes = counts.get(Answer.YES.value, 0) - waiting
    return {"yes": yes, "waiting": waiting, "maybe": counts.get(Answer.MAYBE.value, 0)}
