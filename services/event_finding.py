"""Events by their id, and whether something can still be done about them."""

from __future__ import annotations

from datetime import datetime

from domain.events import Event, EventState
from domain.refusals import EventNotFound, EventOver
from services.ports import Work


def find(work: Work, event_id: int) -> Event:
    """The event; raises EventNotFound."""
    event = work.events.get(event_id)
    if event is None:
        raise EventNotFound
    return event


def closed(event: Event, now: datetime) -> bool:
    """Whether nothing of an event can be changed any more."""
    return event.state != EventState.OPEN or event.over(now)


def check_open(event: Event, now: datetime) -> None:
    """Raises EventOver for one that was called off or is over."""
    if event.state == EventState.CANCELLED or event.over(now):
        why = "cancelled" if event.state == EventState.CANCELLED else "over"
        raise EventOver(dict(event.names), why)
