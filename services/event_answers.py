"""What members answer to an event, and what it shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.event_errors import AnswersClosed, NotForYourLevel, OfferGone, TooManyGuests
from domain.events import HOLDING, Answer, Event, EventState, Invitation, Place
from domain.refusals import EventFull, EventNotFound, EventOver
from services import event_deposits, event_seats
from services.event_audience import open_to
from services.event_finding import find
from services.ports import Work

_RANKS: Final = (Place.NONE, Place.WAITING, Place.OFFERED, Place.SEATED)
"""What is worth more comes later."""


@dataclass(frozen=True, slots=True)
class Mine:
    """An event and the member's part in it; `ahead`: how many wait before them; `code`: what
    their ticket says, "" without a seat."""

    event: Event
    answer: Answer
    part: Invitation | None = None
    ahead: int = 0
    code: str = ""


def mine(work: Work, member_id: int, now: datetime) -> list[Mine]:
    """What is to come and concerns the member: invitations, and events that are open to all."""
    return [
        _mine(work, event, part)
        for event, part in work.events.of_member(member_id, now)
        if event.state == EventState.OPEN
        and (part is not None or open_to(work, event, member_id, now))
    ]


def show(work: Work, member_id: int, event_id: int) -> Mine:
    """One event that concerns the member; raises EventNotFound."""
    event, part = _concerns(work, member_id, event_id)
    return _mine(work, event, part)


def answer(
    work: Work,
    member_id: int,
    event_id: int,
    said: Answer,
    now: datetime,
    guests: int = 0,
    *,
    on_card: bool = False,
) -> Mine:
    """Says yes, no or maybe, as often as one changes one's mind until answers close. Yes to a
    full event puts on the waiting list, if there is one. `on_card`: on the invitation, which then
    says it.

    Raises EventNotFound, EventOver, AnswersClosed, EventFull, NotForYourLevel, TooManyGuests,
    DepositMissing.
    """
    work.events.lock(event_id)
    event, part = _open(work, member_id, event_id, now)
    if part is None:
        if not open_to(work, event, member_id, now):
            raise EventNotFound
        work.events.come(event_id, member_id)
        part = work.events.invitation(event_id, member_id)
    assert part is not None
    if event.round:  # they answer to the time and place as they are now
        work.events.tell(part.id, f"round:{event.round}", now)
    if said is Answer.YES:
        _check_yes(work, event, member_id, guests)
        _yes(work, event, part, guests, now)
    elif (part.answer, part.place) != (said, Place.NONE):
        event_seats.leave(work, event, part, said, now)
    event_seats.serve(work, event_id, now)
    if on_card:
        _says(work, part, event_id)
    return show(work, member_id, event_id)


def would_lose(mine: Mine, now: datetime) -> int:
    """The points of the deposit that the club would keep if the member did not come after all."""
    part = mine.part
    keeps = part is not None and event_deposits.would_keep(mine.event, part, now)
    return part.deposit if part is not None and keeps else 0


def renewal(part: Invitation) -> str:
    """The occasion under which the card of a part is renewed."""
    return f"event-card:{part.id}"


def _says(work: Work, part: Invitation, event_id: int) -> None:
    """The card is being answered on: a renewal that waits is not needed, and after one that is
    just being sent another is."""
    still = work.event_cards.withdraw(renewal(part))
    work.event_cards.show(part.id, find(work, event_id).face if still else "")


def _check_yes(work: Work, event: Event, member_id: int, guests: int) -> None:
    if not 0 <= guests <= event.rules.guests:
        raise TooManyGuests(dict(event.names), event.rules.guests)
    check_level(work, event, member_id)


def check_level(work: Work, event: Event, member_id: int) -> None:
    """Raises NotForYourLevel for a member of a level that may not come."""
    programme = work.programmes.current()
    level = programme.level(work.members.get(member_id).level).key
    if event.levels and level not in event.levels:
        names = tuple(dict(programme.level(key).names) for key in event.levels)
        raise NotForYourLevel(dict(event.names), names)


def _yes(work: Work, event: Event, part: Invitation, guests: int, now: datetime) -> None:
    """Seats now, or a place on the list. Who has seats keeps them when more are not to be had."""
    if part.place in HOLDING:
        more = guests - part.guests
        if more > 0 and not work.events.take_seats(event.id, more):
            raise EventFull(dict(event.names))
        if more < 0:
            work.events.free_seats(event.id, -more)
        event_seats.sit(work, event, part, guests, now)
    elif work.events.take_seats(event.id, 1 + guests):
        event_seats.sit(work, event, part, guests, now)
    elif event.rules.waits and (event.capacity or 0) > guests:
        event_seats.wait(work, event, part, guests, now)
    else:
        raise EventFull(dict(event.names))


def take_offer(
    work: Work, member_id: int, event_id: int, now: datetime, *, on_card: bool = False
) -> Mine:
    """Takes the seat that is kept for the member; `on_card` as in `answer`. Raises OfferGone,
    EventNotFound, EventOver, AnswersClosed, DepositMissing."""
    work.events.lock(event_id)
    event, part = _open(work, member_id, event_id, now)
    if part is None:
        raise OfferGone(dict(event.names))
    if part.place is not Place.SEATED:
        event_seats.take(work, event, part, now)
    event_seats.serve(work, event_id, now)
    if on_card:
        _says(work, part, event_id)
    return show(work, member_id, event_id)


def leave_all(work: Work, member_id: int, now: datetime) -> None:
    """Gives up every seat and place of a member who leaves the club; deposits return."""
    for found in work.events.unsettled(member_id):
        work.events.lock(found.event_id)
        event, part = find(work, found.event_id), event_seats.part_of(work, found)
        if part.place is not Place.NONE and part.attended_at is None:
            event_seats.leave(work, event, part, Answer.NO, now, back=True)
            event_seats.serve(work, event.id, now)


def merge(work: Work, from_id: int, to_id: int, now: datetime) -> None:
    """What a membership that goes into another has of events that both have to do with: its seat
    becomes the other's if that has none, else it is given up; its deposits return."""
    for found in work.events.unsettled(from_id):
        work.events.lock(found.event_id)
        other = work.events.invitation(found.event_id, to_id)
        if other is None:
            continue  # the part itself moves
        event, part = find(work, found.event_id), event_seats.part_of(work, found)
        if other.attended_at is None and _RANKS.index(part.place) > _RANKS.index(other.place):
            if other.place is not Place.NONE:
                event_seats.leave(work, event, other, other.answer, now, back=True)
                other = event_seats.part_of(work, other)
            event_seats.pass_on(work, part, other, now)
            event_seats.serve(work, event.id, now)
        else:
            event_seats.leave(work, event, part, Answer.NO, now, back=True)
            event_seats.serve(work, event.id, now)


def _mine(work: Work, event: Event, part: Invitation | None) -> Mine:
    if part is None:
        return Mine(event, Answer.NONE)
    ahead = work.events.ahead(part) if part.place is Place.WAITING else 0
    code = ticket(work, part) if part.place is Place.SEATED else ""
    return Mine(event, part.answer, part, ahead, code)


def ticket(work: Work, part: Invitation) -> str:
    """The code of a seat: nobody makes up another one's."""
    return f"{part.id}-{work.vault.index('event-ticket', str(part.id))[:12]}"


def _open(
    work: Work, member_id: int, event_id: int, now: datetime
) -> tuple[Event, Invitation | None]:
    event, part = _concerns(work, member_id, event_id)
    if event.state == EventState.CANCELLED or event.over(now):
        why = "cancelled" if event.state == EventState.CANCELLED else "over"
        raise EventOver(dict(event.names), why)
    if now >= event.closes_at:
        raise AnswersClosed(dict(event.names), event.closes_at, event.zone)
    if part is not None and part.attended_at is not None:  # their seat is taken for good
        raise AnswersClosed(dict(event.names), part.attended_at, event.zone)
    if event_seats.lapse(work, event, now):  # those who wait come before who asks now
        event_seats.serve(work, event_id, now)
    return _concerns(work, member_id, event_id)


def _concerns(work: Work, member_id: int, event_id: int) -> tuple[Event, Invitation | None]:
    event = work.events.get(event_id)
    part = work.events.invitation(event_id, member_id)
    if event is None or (part is None and not event.open_to_all):
        raise EventNotFound
    return event, part
