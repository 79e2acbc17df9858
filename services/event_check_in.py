"""The door of an event: who came, with how many; taken back if it was a mistake."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.event_errors import CheckedInBefore, CheckInNotYet, NotExpected, TicketUnknown
from domain.event_rules import MOST_GUESTS
from domain.events import HOLDING, Answer, Event, EventState, Invitation, Place
from domain.members import Member
from domain.refusals import EventOver
from services import event_deposits, event_seats
from services.event_answers import check_level, ticket
from services.event_finding import find
from services.finding import standing
from services.ports import Work
from services.ports.club import Actor

PAGE = 200


@dataclass(frozen=True, slots=True)
class Guest:
    """A line of the guest list."""

    part: Invitation
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came; `returned`: points of the deposit that came back."""

    event: Event
    part: Invitation
    member: Member
    returned: int


def by_ticket(work: Work, code: str) -> Invitation:
    """The part that a ticket is for. Raises TicketUnknown."""
    number, _, _ = code.strip().partition("-")
    known = number.isascii() and number.isdecimal() and len(number) < 20 and int(number) < 1 << 63
    part = work.events.part(int(number)) if known else None
    if part is None or not hmac.compare_digest(ticket(work, part).encode(), code.strip().encode()):
        raise TicketUnknown()
    return part


def check_in(
    work: Work,
    event_id: int,
    member_id: int,
    staff: Actor,
    now: datetime,
    heads: int | None = None,
) -> Arrived:
    """Lets a member in with so many (None: as they said); the deposit returns. Who has no seat
    gets one if the event lets them and there are seats.

    Raises EventNotFound, EventOver, CheckInNotYet, CheckedInBefore, NotExpected, NotForYourLevel.
    """
    work.events.lock(event_id)
    event = find(work, event_id)
    _check_open(event, now)
    if now < event.opens_at:
        raise CheckInNotYet(dict(event.names), event.opens_at, event.zone)
    member = standing(work, member_id)
    part = work.events.invitation(event_id, member.id)
    if part is not None and part.attended_at is not None:
        raise CheckedInBefore(part.attended_at, event.zone, _name(work, part.attended_by))
    if part is None or part.place is not Place.SEATED:
        part = _walk_in(work, event, part, member.id)
    deposit = event_deposits.give_back(work, part, now)
    came = max(heads if heads is not None else part.party, 1)
    if came > part.party and not work.events.take_seats(event_id, came - part.party):
        raise NotExpected(dict(event.names), True)
    values = {"attended_at": now, "attended_by": staff.staff_id, "came": came}
    values["guests"] = max(came - 1, part.guests)
    event_seats.put(work, part, {**values, "no_show": False, **deposit})
    work.audit.add(staff, "event.check_in", ("event", event_id), now, {"part": str(part.id)})
    return Arrived(event, event_seats.part_of(work, part), member, part.deposit if deposit else 0)


def _walk_in(work: Work, event: Event, part: Invitation | None, member_id: int) -> Invitation:
    """A seat for who comes without one; for those who wait with all they bring if there are so
    many. What they answered and since when they wait stays, so that
    a mistake can be taken back."""
    offered = part is not None and part.place is Place.OFFERED
    waits = part is not None and part.place is Place.WAITING
    if not offered:
        _check_walk_in(work, event, part, member_id)
    if part is None:
        work.events.come(event.id, member_id)
        part = work.events.invitation(event.id, member_id)
    assert part is not None
    whole = offered or (waits and work.events.take_seats(event.id, part.party))
    if not whole and not work.events.take_seats(event.id, 1):
        raise NotExpected(dict(event.names), True)
    guests = part.guests if whole else 0
    event_seats.put(work, part, {"place": Place.SEATED.value, "guests": guests})
    return event_seats.part_of(work, part)


def recount(work: Work, part_id: int, heads: int, staff: Actor, now: datetime) -> Arrived:
    """They came with more or fewer than was noted. Raises EventOver, NotExpected without so many
    seats, TicketUnknown for who was not let in."""
    known = work.events.part(part_id)
    if known is None:
        raise TicketUnknown()
    event_id = known.event_id
    work.events.lock(event_id)
    event, part = find(work, event_id), event_seats.part_of(work, known)
    _check_open(event, now)
    if part.attended_at is None:
        raise TicketUnknown()
    came = min(max(heads, 1), 1 + MOST_GUESTS)
    if came > part.party and not work.events.take_seats(event_id, came - part.party):
        raise NotExpected(dict(event.names), True)
    event_seats.put(work, part, {"came": came, "guests": max(came - 1, part.guests)})
    about = {"part": str(part.id), "came": came}
    work.audit.add(staff, "event.recount", ("event", event_id), now, about)
    member = standing(work, part.member_id)
    return Arrived(event, event_seats.part_of(work, part), member, 0)


def _check_walk_in(work: Work, event: Event, part: Invitation | None, member_id: int) -> None:
    """Who waits has said yes before; others come in where the event lets them."""
    if part is not None and part.place is Place.WAITING:
        return
    if not event.rules.walk_ins or (part is None and not event.open_to_all):
        raise NotExpected(dict(event.names), False)
    check_level(work, event, member_id)


def undo(work: Work, event_id: int, member_id: int, staff: Actor, now: datetime) -> Arrived:
    """They were not let in after all, and have the place again that they had before; a deposit
    that came back stays with them. Raises EventNotFound, EventOver, TicketUnknown if they had not
    been."""
    work.events.lock(event_id)
    event, member = find(work, event_id), standing(work, member_id)
    _check_open(event, now)
    part = work.events.invitation(event_id, member.id)
    if part is None or part.attended_at is None:
        raise TicketUnknown()
    before = _before(part)
    if before not in HOLDING:
        work.events.free_seats(event_id, part.party)
    values = {"attended_at": None, "attended_by": None, "came": 0, "place": before.value}
    values["guests"] = part.guests if before is not Place.NONE else 0
    event_seats.put(work, part, values)
    work.audit.add(staff, "event.check_out", ("event", event_id), now, {"part": str(part.id)})
    event_seats.serve(work, event_id, now)
    return Arrived(event, event_seats.part_of(work, part), member, 0)


def _before(part: Invitation) -> Place:
    """The place of somebody before they were let in."""
    if part.offered_until is not None:
        return Place.OFFERED
    if part.waiting_since is not None:
        return Place.WAITING
    return Place.SEATED if part.answer is Answer.YES else Place.NONE


def guests(work: Work, event_id: int, after: int = 0, most: int = PAGE) -> list[Guest]:
    """Who said something, in the order of their answers' rows."""
    return [Guest(*row) for row in work.events.guests(event_id, after, most)]


def expected(work: Work, event_id: int, most: int) -> tuple[int, list[Guest]]:
    """How many have a seat and were not let in yet, and some of them by name."""
    count, rows = work.events.expected(event_id, most)
    return count, [Guest(*row) for row in rows]


def all_guests(work: Work, event_id: int) -> Iterator[Guest]:
    """Everybody who said something or came."""
    found = guests(work, event_id)
    while found:
        yield from found
        found = guests(work, event_id, found[-1].part.id)


def _check_open(event: Event, now: datetime) -> None:
    """Members are let in while it lasts and a while after; raises EventOver."""
    if event.state != EventState.OPEN or now >= event.door_until:
        why = "cancelled" if event.state == EventState.CANCELLED else "over"
        raise EventOver(dict(event.names), why)


def settle_some(work: Work, event: Event, now: datetime, most: int) -> bool:
    """Marks some of those who did not come, whose deposit the club keeps unless they had said yes
    to another time or place; False if none were left."""
    absent = work.events.absent(event.id, most)
    for part in absent:
        deposit = event_deposits.keep if part.agreed(event) else event_deposits.give_back
        event_seats.put(work, part, {"no_show": True, **deposit(work, part, now)})
    return bool(absent)


def _name(work: Work, staff_id: int | None) -> str:
    return next((one.name for one in work.staff.all() if one.id == staff_id), "")
