"""What a member carries to an event: the ticket with its code, and the entry for a calendar."""

from __future__ import annotations

import json
from typing import Any, Final

from domain.event_errors import OfferGone
from domain.events import Event, EventState
from services import event_answers
from services.event_answers import Mine
from services.ports import Work
from services.vouchers import BOT_NAME

LINK: Final = "e_"
PICTURE: Final = "event_ticket"


def photo(event_id: int, member_id: int) -> str:
    """The name of the picture of a ticket, as it may be shown to that member."""
    return f"{PICTURE}:{event_id}:{member_id}"


def shown(work: Work, member_id: int, event_id: int) -> Mine:
    """The member's seat with its code. Raises EventNotFound, OfferGone without a seat."""
    mine = event_answers.show(work, member_id, event_id)
    if not mine.code:
        raise OfferGone(dict(mine.event.names))
    return mine


def link(work: Work, code: str) -> str:
    """The deep link that opens the ticket in the chat of whoever is at the door, "" while the
    bot's name is not known."""
    name = work.settings.get(BOT_NAME)
    return f"https://t.me/{name}?start={LINK}{code}" if name else ""


def calendar(work: Work, member_id: int, event_id: int) -> bytes:
    """What an entry for a calendar is made of, as JSON. Its UID stays, its sequence rises with
    each change that was told. Raises EventNotFound."""
    event = event_answers.show(work, member_id, event_id).event
    found: dict[str, Any] = {
        "uid": f"event-{event.id}@memberbot",
        "sequence": event.round,
        "names": dict(event.names),
        "place": dict(event.place),
        "texts": dict(event.texts),
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat() if event.ends_at else "",
        "zone": event.zone,
        "map_url": event.rules.map_url,
        "cancelled": event.state == EventState.CANCELLED,
    }
    return json.dumps(found, ensure_ascii=False).encode()


def promotion(work: Work, event: Event) -> dict[str, str]:
    """The names of the programme's promotion that a members' day is about, if it is still one."""
    for group in work.programmes.current().earning.groups:
        for rule in group.rules:
            if rule.key == event.rules.promotion:
                return dict(rule.names)
    return {}
