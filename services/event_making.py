"""Events that staff write in the chat: a new one, another time, another number of seats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from domain.campaign_errors import SendTimePast
from domain.campaigns import read_time
from domain.event_errors import EventNumber, EventTimes, MapUnreadable
from domain.event_rules import MOST_GUESTS
from domain.events import Event
from services import event_plans
from services.event_finding import find
from services.ports import Work
from services.ports.club import Actor

LONGEST_NAME: Final = 60
LONGEST_TEXT: Final = 800
LONGEST_LINK: Final = 500
LARGEST_DEPOSIT: Final = 1_000_000


def names(text: str) -> dict[str, str]:
    """`春季品鉴会 / Spring tasting` in both languages; one name alone is for both."""
    chinese, _, english = " ".join(text.split()).partition(" / ")
    return {"zh": chinese[:LONGEST_NAME], "en": (english or chinese)[:LONGEST_NAME]}


def told(text: str) -> dict[str, str]:
    """A longer text in one language or both, with ` / ` or a line `/` between them; {}: none."""
    chinese, _, english = text.strip().replace("\n/\n", " / ").partition(" / ")
    found = {
        "zh": chinese.strip()[:LONGEST_TEXT],
        "en": (english or chinese).strip()[:LONGEST_TEXT],
    }
    return found if chinese.strip() else {}


def points(text: str) -> int:
    """A deposit in points, 0 for none; raises EventNumber."""
    return _number(text, LARGEST_DEPOSIT)


def guests(text: str) -> int:
    """How many guests a member may bring; raises EventNumber."""
    return _number(text, MOST_GUESTS)


def _number(text: str, most: int) -> int:
    clean = text.strip().replace(",", "").replace("，", "") or "0"
    if not clean.isdecimal() or len(clean) > 12 or int(clean) > most:
        raise EventNumber(text[:40], most)
    return int(clean)


def link(text: str) -> str:
    """The address of a map, "" for none; raises MapUnreadable."""
    parts = urlsplit(text.strip())
    fits = parts.scheme in ("http", "https") and parts.netloc and len(text) <= LONGEST_LINK
    if text.strip() and (not fits or any(one.isspace() for one in text.strip())):
        raise MapUnreadable(text[:60])
    return text.strip()


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
    return find(work, event_id)


def move(work: Work, event_id: int, starts_at: datetime, actor: Actor, now: datetime) -> Event:
    """Begins at another time and lasts as long as before; raises as services.events.change."""
    before = find(work, event_id)
    ends_at = before.ends_at and before.ends_at + (starts_at - before.starts_at)
    values = {"starts_at": starts_at, "ends_at": ends_at}
    return event_plans.change(work, event_id, actor, now, **values)
