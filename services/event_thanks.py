"""Thanks to those who came: texts, photos, and a survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from domain.errors import Refused
from domain.event_errors import NotOverYet, ThanksSaid
from domain.events import Event, EventState, Place
from domain.refusals import EventOver
from services import event_telling, survey_invites
from services.event_finding import find
from services.ports import Work
from services.ports.club import Actor

MOST_PHOTOS: Final = 10
_SEATED: Final = (str(Place.SEATED),)


def check(work: Work, event_id: int, now: datetime) -> Event:
    """The event, if it is over and was not called off. Raises EventNotFound, EventOver,
    NotOverYet."""
    event = find(work, event_id)
    if event.state == EventState.CANCELLED:
        raise EventOver(dict(event.names), "cancelled")
    if not event.over(now):
        raise NotOverYet(dict(event.names), event.end, event.zone)
    return event


def thank(
    work: Work,
    event_id: int,
    texts: Mapping[str, str],
    photos: Sequence[Mapping[str, Any]],
    actor: Actor,
    now: datetime,
) -> Event:
    """Has those who came thanked, with photos, once no-shows are marked. Who was thanked without
    photos gets them, too. Raises as `check`, and ThanksSaid."""
    work.events.lock(event_id)
    event = check(work, event_id, now)
    if event.settled_at is not None and (event.photos or (event.rules.thanks and not photos)):
        raise ThanksSaid(dict(event.names))
    rules = replace(event.rules, thanks=dict(texts))
    kept = [dict(one) for one in photos[:MOST_PHOTOS]]
    work.events.change(event_id, rules=rules.dump(), photos=kept, settled_at=None)
    about = {"photos": len(kept)}
    work.audit.add(actor, "event.thank", ("event", event_id), now, about)
    return find(work, event_id)


def thank_some(work: Work, event: Event, now: datetime, most: int) -> int:
    """Thanks some of those who came and asks what they thought; how many were looked at."""
    if not (event.rules.thanks or event.photos or event.rules.survey):
        return 0
    what = "photos" if event.photos else "thanks"
    parts = work.events.untold(event.id, what, (), _SEATED, most)
    for part in parts:
        if not work.events.tell(part.id, what, now) or part.attended_at is None:
            continue
        if event.rules.thanks or event.photos:
            event_telling.thanks(work, event, part, what, now)
        _ask(work, event, part.member_id, now)
    return len(parts)


def _ask(work: Work, event: Event, member_id: int, now: datetime) -> None:
    """Invites to the event's survey, if that is going on; each member once."""
    wave = work.surveys.by_key(event.rules.survey) if event.rules.survey else None
    if wave is None or not wave.is_open(now) or wave.full:
        return
    with suppress(Refused):  # no reason to keep thanks and settling from anybody
        survey_invites.invite(work, wave, member_id, now, occasion=f"event:{event.id}")
