"""What comes by itself with an event: offers that lapse, reminders, news of changes, the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.event_rules import LONGEST_REMINDER
from domain.events import Answer, Event, EventState, Invitation, Place
from services import (
    event_check_in,
    event_seats,
    event_telling,
    event_thanks,
    event_waves,
)
from services.event_finding import find
from services.ports import Work

_AHEAD: Final = timedelta(minutes=LONGEST_REMINDER)
_MEANT: Final = (str(Answer.YES), str(Answer.MAYBE))
_WAITING: Final = (str(Place.WAITING), str(Place.OFFERED))
_SEATED: Final = (str(Place.SEATED),)


def due(work: Work, now: datetime) -> list[int]:
    """The events that have something to do by now."""
    return [event.id for event in _events(work, now) if not _idle(work, event, now)]


def go_on(work: Work, event_id: int, now: datetime, most: int) -> int:
    """Does some of what an event has to do by now, under its lock; how many things."""
    work.events.lock(event_id)
    event = find(work, event_id)
    return 0 if _idle(work, event, now) else _step(work, event, now, most)


def following(work: Work, after: datetime, upto: datetime) -> datetime | None:
    """The first moment in after < t ≤ upto at which an event has something to do by itself."""
    found = [
        work.events.next_lapse(after),
        work.event_waves.next_due(after),
        work.event_cards.next_due(after),
    ]
    for event_id in work.events.steps(upto + _AHEAD):
        event = find(work, event_id)
        if event.cancelled_at is None and event.settled_at is None:
            reminded = (timedelta(minutes=one) for one in event.rules.reminders)
            found += [event.starts_at - ahead for ahead in reminded]
            found.append(event.door_until)
    return min((at for at in found if at is not None and after < at <= upto), default=None)


def _events(work: Work, now: datetime) -> list[Event]:
    found = (work.events.get(event_id) for event_id in work.events.steps(now + _AHEAD))
    return [event for event in found if event is not None]


def _idle(work: Work, event: Event, now: datetime) -> bool:
    if event.cancelled_at or event.settled_at:
        return event.settled_at is not None
    if work.event_waves.due(event.id, now):
        return False
    told = (
        work.events.untold(event.id, what, answers, places, 1)
        for what, _, answers, places in _news(event, now)
    )
    ended = now >= event.door_until
    return not (any(told) or ended or work.events.lapsed(event.id, now))


def _step(work: Work, event: Event, now: datetime, most: int) -> int:
    if event.cancelled_at:
        return _cancelled(work, event, now, most)
    done = event_seats.lapse(work, event, now)
    if done:
        event_seats.serve(work, event.id, now)
    done += event_waves.go_some(work, event, now)
    for what, minutes, answers, places in _news(event, now):
        for part in work.events.untold(event.id, what, answers, places, most):
            if work.events.tell(part.id, what, now):
                _say(work, event, part, minutes, now)
                done += 1
    if not done and now >= event.door_until:
        done = _settle(work, event, now, most)
    return done


_Told = tuple[str, int | None, Sequence[str], Sequence[str]]


def _news(event: Event, now: datetime) -> list[_Told]:
    """What is to be told by now: its name, minutes of a reminder, to whom by answer and seat."""
    if now >= event.starts_at:
        return []
    found: list[_Told] = []
    if event.round:
        found.append((f"round:{event.round}", None, _MEANT, _WAITING))
    minutes = event.reminded(now)
    if minutes is not None:
        found.append((event_seats.reminder(event, minutes), minutes, (), _SEATED))
    return found


def _say(work: Work, event: Event, part: Invitation, minutes: int | None, now: datetime) -> None:
    if minutes is None:
        event_telling.changed(work, event, part, now)
    else:
        event_telling.reminder(work, event, part, minutes, now)


def _cancelled(work: Work, event: Event, now: datetime, most: int) -> int:
    """Tells who meant to come and returns what they set aside; the last look closes it."""
    parts = work.events.untold(event.id, "cancelled", _MEANT, _WAITING, most)
    for part in parts:
        event_seats.leave(work, event, part, part.answer, now, back=True)
        if work.events.tell(part.id, "cancelled", now):
            told = event_seats.part_of(work, part)
            event_telling.cancelled(work, event, told, now)
    if not parts:
        event_waves.end(work, event.id)
        work.events.change(event.id, settled_at=now)
    return max(len(parts), 1)


def _settle(work: Work, event: Event, now: datetime, most: int) -> int:
    """Marks who had a seat and did not come, keeps their deposits, and thanks who came; the last
    look closes it."""
    if event_check_in.settle_some(work, event, now, most):
        return 1
    if not event_thanks.thank_some(work, event, now, most):
        work.events.change(event.id, settled_at=now, state=EventState.OVER.value)
    return 1
