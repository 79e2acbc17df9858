"""The seats of an event, with the event locked: who has one, who waits, to whom one is offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from domain.event_errors import OfferGone
from domain.events import HOLDING, Answer, Event, Invitation, Place
from services import event_deposits, event_telling
from services.event_finding import find
from services.ports import Work
from services.quiet import open_for

CARDS_WAIT: Final = timedelta(seconds=10)
"""Cards in the chats are renewed so long after the first change: many changes are one renewal."""
ENDLESS: Final = 1_000_000
"""Seats of an event without a limit."""
_NO_WAITING: Final = {"waiting_since": None, "offered_until": None}


def last_call(event: Event, now: datetime) -> bool:
    """Whether it is too late to keep a seat for anybody: who comes first among the waiting."""
    return event.closes_at - now <= timedelta(minutes=event.rules.offer_minutes)


def held(part: Invitation) -> int:
    """Seats that somebody holds."""
    return part.party if part.place in HOLDING else 0


def put(work: Work, part: Invitation, values: dict[str, Any]) -> None:
    """Changes a part that was read under the event's lock; what its card says holds no more."""
    if not work.events.put(part, **values):
        raise RuntimeError("a part of an event changed under its lock")


def part_of(work: Work, part: Invitation) -> Invitation:
    """A part as it is now."""
    return work.events.part(part.id) or part


def sit(work: Work, event: Event, part: Invitation, guests: int, now: datetime) -> None:
    """Gives a seat that was taken for them, and sets the deposit aside; raises DepositMissing. Who
    says yes so late that reminders were due is not reminded at once."""
    values: dict[str, Any] = {**_NO_WAITING, "answer": Answer.YES.value, "guests": guests}
    values |= {"place": Place.SEATED.value, "answered_at": now, "round": event.round}
    put(work, part, values | event_deposits.take(work, event, part, now))
    minutes = event.reminded(now)
    if part.place is not Place.SEATED and minutes is not None:
        work.events.tell(part.id, reminder(event, minutes), now)


def reminder(event: Event, minutes: int) -> str:
    """What is noted of a reminder, once for each time and place."""
    return f"remind:{event.round}:{minutes}"


def wait(work: Work, event: Event, part: Invitation, guests: int, now: datetime) -> None:
    """Puts on the waiting list; who is on it already keeps the place unless the party grows."""
    keeps = part.place is Place.WAITING and guests <= part.guests
    since = part.waiting_since if keeps and part.waiting_since else now
    values: dict[str, Any] = {"answer": Answer.YES.value, "answered_at": now, "guests": guests}
    values |= {"place": Place.WAITING.value, "waiting_since": since}
    put(work, part, values | {"rank": _rank(work, event, part.member_id)})


def leave(
    work: Work, event: Event, part: Invitation, said: Answer, now: datetime, *, back: bool = False
) -> None:
    """Gives up the seat or the place on the waiting list. The deposit comes back in time, if they
    said yes to another time or place, and whenever it has to (`back`)."""
    work.event_cards.withdraw_news(event.id, part.member_id)
    if seats := held(part):
        work.events.free_seats(event.id, seats)
    values: dict[str, Any] = {**_NO_WAITING, "answer": said.value, "answered_at": now}
    values |= {"place": Place.NONE.value, "guests": 0}
    keeps = event_deposits.would_keep(event, part, now) and not back
    deposit = event_deposits.keep if keeps else event_deposits.give_back
    put(work, part, values | deposit(work, part, now))


def pass_on(work: Work, part: Invitation, other: Invitation, now: datetime) -> None:
    """Gives what one part has of an event to another that has nothing; the deposit returns."""
    values: dict[str, Any] = {"answer": part.answer.value, "answered_at": now}
    values |= {"place": part.place.value, "guests": part.guests, "rank": part.rank}
    values |= {"round": part.round, "waiting_since": part.waiting_since}
    values |= {"offered_until": part.offered_until}
    values |= {"attended_at": part.attended_at, "attended_by": part.attended_by, "came": part.came}
    left: dict[str, Any] = {**_NO_WAITING, "answer": Answer.NO.value, "guests": 0}
    left |= {"attended_at": None, "attended_by": None, "came": 0}
    left |= {"place": Place.NONE.value, **event_deposits.give_back(work, part, now)}
    put(work, part, left)
    put(work, other, values)


def take(work: Work, event: Event, part: Invitation, now: datetime) -> None:
    """Takes the seat that is kept, or in the last minutes one that is free; raises OfferGone,
    DepositMissing."""
    late = part.place is Place.WAITING and last_call(event, now)
    if part.place is not Place.OFFERED and not (
        late and work.events.take_seats(event.id, part.party)
    ):
        raise OfferGone(dict(event.names))
    sit(work, event, part, part.guests, now)


def lapse(work: Work, event: Event, now: datetime) -> int:
    """Ends offers whose time is over: who said nothing is no longer waiting; how many."""
    gone = work.events.lapsed(event.id, now)
    for part in gone:
        work.event_cards.withdraw_news(event.id, part.member_id)
        work.events.free_seats(event.id, part.party)
        values = {"place": Place.NONE.value, "answer": Answer.MAYBE.value, "guests": 0}
        put(work, part, values | _NO_WAITING)
        event_telling.lapsed(work, event, part, now)
    return len(gone)


def serve(work: Work, event_id: int, now: datetime) -> int:
    """Offers what is free to those who wait, the first whose party fits first; how many.

    A party larger than what is free is passed over and stays first in line: no seat is free while
    somebody fits. In the last minutes nothing is kept for anybody; all who fit are told once.
    """
    work.event_cards.touch(event_id, now + CARDS_WAIT)
    done = 0
    while True:
        event = find(work, event_id)
        free = ENDLESS if event.left is None else event.left
        if not free or event.cancelled_at or now >= event.closes_at:
            return done
        if last_call(event, now):
            return done + _call(work, event, free, now)
        part = work.events.next_waiting(event_id, free)
        if part is None or not work.events.take_seats(event_id, part.party):
            return done
        at, until = _kept(work, event, part, now)
        values: dict[str, Any] = {
            "place": Place.OFFERED.value,
            "offered_at": now,
            "offered_until": until,
        }
        put(work, part, values)
        event_telling.offered(work, event, part_of(work, part), now, at)
        done += 1


def _call(work: Work, event: Event, free: int, now: datetime) -> int:
    told = 0
    what = f"last:{free}"
    for part in work.events.untold(event.id, what, [], [Place.WAITING.value], 1000):
        if part.party <= free and work.events.tell(part.id, what, now):
            event_telling.last_call(work, event, part, now)
            told += 1
    return told


def _kept(work: Work, event: Event, part: Invitation, now: datetime) -> tuple[datetime, datetime]:
    """When an offer is said and until when it is kept: the member's quiet hours do not count,
    unless the event is too near to wait for them."""
    last = timedelta(minutes=event.rules.offer_minutes)
    awake = open_for(work, part.member_id, event.zone, now)
    if awake + last < event.closes_at:
        return awake, awake + last
    return now, min(now + last, event.closes_at)


def _rank(work: Work, event: Event, member_id: int) -> int:
    """The levels that are asked first, in their order, then all others."""
    programme = work.programmes.current()
    level = programme.level(work.members.get(member_id).level).key
    first = event.rules.first
    return first.index(level) if level in first else len(first)
