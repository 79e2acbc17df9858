"""Events that staff write in the chat: a new one, another time, another number of seats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.campaign_errors import SendTimePast
from domain.campaigns import read_time
from domain.event_errors import EventTimes
from domain.events import Event
from services import event_plans
from services.ports import Work
from services.ports.club import Actor

LONGEST_NAME = 60


def names(text: str) -> dict[str, str]:
    """`春季品鉴会 / Spring tasting` in both languages; one name alone is for both."""
    chinese, _, english = " ".join(text.split()).partition(" / ")
    return {"zh": chinese[:LONGEST_NAME], "en": (english or chinese)[:LONGEST_NAME]}


def moment(text: str, zone: str, now: datetime) -> datetime:
    """A typed local time to come. Raises EventTimes, SendTimeUnreadable, SendTimeSkipped,
    SendTimeFar."""
    try:
        return read_time(text, zone, now)
    except SendTimePast as error:
        raise EventTimes("past") from error


def make(
    work: Work,
    named: Mapping[str, str],
    place: Mapping[str, str],
    starts_at: datetime,
    capacity: int | None,
    actor: Actor,
    now: datetime,
) -> Event:
    """Adds an event with the usual rules, in the programme's zone. Raises EventTimes."""
    if starts_at <= now:
        raise EventTimes("past")
    event_id = work.new_id()
    zone = work.programmes.current().zone
    event = Event(event_id, f"chat-{event_id}", named, place, zone, starts_at, capacity=capacity)
    event_plans.saved(work, event, "", now)
    work.audit.add(actor, "event.create", ("event", event_id), now, {"name": named["zh"]})
    return event_plans.find(work, event_id)


def move(work: Work, event_id: int, starts_at: datetime, actor: Actor, now: datetime) -> Event:
    """Begins at another time and lasts as long as before; raises as services.events.change."""
    before = event_plans.find(work, event_id)
    ends_at = before.ends_at and before.ends_at + (starts_at - before.starts_at)
    values = {"starts_at": starts_at, "ends_at": ends_at}
    return event_plans.change(work, event_id, actor, now, **values)
