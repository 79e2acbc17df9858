"""Events: who is invited, what they answered, and the seats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.consent import Purpose
from domain.events import GIVEN, Answer, Event, Invitation
from domain.refusals import EventFull, EventNotFound, EventOver
from services import wordings
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice

AT_ONCE: Final = 100  # invitations per transaction, so that it stays short
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Mine:
    """An event and the member's answer to it."""

    event: Event
    answer: Answer


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


def mine(work: Work, member_id: int, now: datetime) -> list[Mine]:
    """What is to come and concerns the member: invitations, and events that are open to all."""
    return [
        Mine(event, place.answer if place else Answer.NONE)
        for event, place in work.events.of_member(member_id, now)
        if event.cancelled_at is None
    ]


def show(work: Work, member_id: int, event_id: int) -> Mine:
    """One event that concerns the member; raises EventNotFound."""
    event, place = _concerns(work, member_id, event_id)
    return Mine(event, place.answer if place else Answer.NONE)


def answer(work: Work, member_id: int, event_id: int, said: Answer, now: datetime) -> Mine:
    """Says yes, no or maybe, as often as one changes one's mind until the event is over.

    Raises EventNotFound, EventOver, EventFull.
    """
    event, place = _concerns(work, member_id, event_id)
    if event.cancelled_at or event.over(now):
        raise EventOver(dict(event.names), "cancelled" if event.cancelled_at else "over")
    if place is None:
        work.events.come(event_id, member_id)
    for _ in range(_TRIES):
        place = work.events.invitation(event_id, member_id)
        before = place.answer if place else Answer.NONE
        if before is said:
            return Mine(event, said)
        if work.events.answer(event_id, member_id, before, said, now):
            _seat(work, event, before, said)
            return show(work, member_id, event_id)
    raise RuntimeError("the answer to an invitation kept changing")


def standing(work: Work, event_id: int) -> Standing:
    """An event as staff see it; raises EventNotFound."""
    event = _get(work, event_id)
    waiting, _ = work.events.to_invite(event_id, 0)
    return Standing(event, work.events.counts(event_id), waiting)


def upcoming(work: Work, now: datetime) -> list[Event]:
    """What is to come, for staff."""
    return [event for event in work.events.all() if not event.over(now)]


def invite(work: Work, event_id: int, staff: Actor, *, key: str, now: datetime) -> Invited:
    """Invites the next members who agreed to care or promotions; each member once, and the same
    key again invites nobody.

    Raises EventNotFound, EventOver.
    """
    work.events.lock(event_id)
    event = _get(work, event_id)
    if event.cancelled_at or event.over(now):
        raise EventOver(dict(event.names), "cancelled" if event.cancelled_at else "over")
    count, members = work.events.to_invite(event_id, AT_ONCE)
    if before := work.events.invited_by(event_id, key):
        return Invited(event, before, count)
    places = [(who, _tell(work, event, who, care, now)) for who, care in members]
    work.events.invite(event_id, places, now, batch=key, staff_id=staff.staff_id)
    if places:
        work.audit.add(staff, "event.invite", ("event", event_id), now, {"members": len(places)})
    return Invited(event, len(places), count - len(places))


def values(event: Event) -> dict[str, object]:
    """An event for a text."""
    return {
        "names": dict(event.names),
        "texts": dict(event.texts),
        "place": dict(event.place),
        "starts_at": event.starts_at,
        "zone": event.zone,
        "left": event.left,
    }


def _tell(work: Work, event: Event, member_id: int, care: bool, now: datetime) -> int | None:
    """Writes the invitation, under the purpose that the member agreed to."""
    buttons = tuple(
        (f"button.event_{said}", "event.answer", (str(event.id), str(said))) for said in GIVEN
    )
    notice = Notice(
        "event.invitation",
        values(event),
        (buttons,),
        purpose=Purpose.CARE if care else Purpose.PROMOTIONS,
        surely=False,
        dedupe=f"event:{event.id}:{member_id}",
    )
    return work.deliveries.to_member(member_id, wordings.noted(work, notice), now)


def _seat(work: Work, event: Event, before: Answer, said: Answer) -> None:
    if said is Answer.YES and not work.events.take_seat(event.id):
        raise EventFull(dict(event.names))
    if before is Answer.YES:
        work.events.free_seat(event.id)


def _concerns(work: Work, member_id: int, event_id: int) -> tuple[Event, Invitation | None]:
    event = _get(work, event_id)
    place = work.events.invitation(event_id, member_id)
    if place is None and not event.open_to_all:
        raise EventNotFound
    return event, place


def _get(work: Work, event_id: int) -> Event:
    event = work.events.get(event_id)
    if event is None:
        raise EventNotFound
    return event
