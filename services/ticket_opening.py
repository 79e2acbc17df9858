"""Opening tickets: what they are about, how urgent they are, who has them and until when."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain.service_rules import Priority
from domain.ticket_errors import (
    CategoryUnknown,
    SubjectUnknown,
    TooManyMessages,
    TooManyTickets,
)
from domain.tickets import (
    Author,
    Event,
    Ticket,
    TicketKind,
    TicketState,
    alarm_in,
    categories_of,
    new_ticket_number,
)
from services import promises, relay, service_persons
from services.ports import Work
from services.ports.club import Actor
from services.ticket_finding import get, is_own, staff_name
from services.ticket_words import Words, happened, message

PURCHASE: Final = "purchase"
VOUCHER: Final = "voucher"
_NUMBERS: Final = 900_000
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Opening:
    """What a ticket begins with. `category`: a key of the programme's, for a kind that has none
    the kind itself. `subject_kind`: PURCHASE or VOUCHER with the id of one of the member's own.
    `staff`: who opens it for a caller."""

    kind: TicketKind
    category: str
    words: Words
    subject_kind: str = ""
    subject_id: int | None = None
    address_id: int | None = None
    store_id: int | None = None
    staff: Actor | None = None


def open_ticket(
    work: Work, member_id: int, opening: Opening, *, key: str, now: datetime
) -> Ticket:
    """Opens a ticket and puts it before the staff, once per key (SEMANTICS: Complaints).

    Alarm words make it urgent and put it before the second group at once; else the member's level
    decides. Praise is settled as it comes. What staff open for a caller tells the staff only.
    Raises BadText, CategoryUnknown, SubjectUnknown, and of members TooManyTickets,
    TooManyMessages.
    """
    work.members.lock(member_id)  # or the same words at once would both find no ticket
    if before := work.tickets.by_key(key):
        return before
    if opening.staff is None:
        check_open(work, member_id, opening.words.text)
        check_flood(work, member_id, now)
    said = message(work, 0, opening.words, Author.MEMBER, now, opening.staff)
    ticket = _new(work, member_id, opening, now)
    ticket = _numbered(work, _to_their_person(work, ticket, now), key)
    said = replace(said, ticket_id=ticket.id)
    work.tickets.say(said, f"opened:{ticket.id}")
    if opening.staff is not None:
        work.audit.add(opening.staff, "ticket.open", ("ticket", ticket.id), now, {})
    if ticket.staff_id is not None:
        happened(work, ticket, Event.ASSIGNED, now, value=staff_name(work, ticket.staff_id))
    relay.opened(work, ticket, said, now)
    if ticket.alarm:
        happened(work, ticket, Event.ALARM, now, value=ticket.alarm)
        relay.escalated(work, ticket, "alarm", now)
    return ticket


def check_flood(work: Work, member_id: int, now: datetime) -> None:
    """Raises TooManyMessages if the member has said as much as one may; the member is locked, so
    that two messages at once are counted one after the other."""
    flooding = work.programmes.current().service.flooding
    window = timedelta(minutes=flooding.minutes)
    work.members.lock(member_id)
    if work.tickets.said_since(member_id, now - window) >= flooding.messages:
        raise TooManyMessages(flooding.minutes)


def check_open(work: Work, member_id: int, text: str) -> None:
    """Raises TooManyTickets if so many of the member's are open as one may have; something grave
    is never refused for what else is open."""
    service = work.programmes.current().service
    running = work.tickets.open_of(member_id)
    full = len(running) >= service.flooding.open_tickets
    if full and not alarm_in(text, service.alarm_words):
        raise TooManyTickets(tuple(ticket.number for ticket in running))


def check_category(work: Work, kind: TicketKind, category: str) -> str:
    """The category as tickets of that kind keep it; raises CategoryUnknown."""
    known = categories_of(work.programmes.current().service, kind)
    if not known and category in ("", kind.value):
        return kind.value
    if category not in [one.key for one in known]:
        raise CategoryUnknown
    return category


def raise_alarm(work: Work, ticket: Ticket, text: str, now: datetime) -> Ticket:
    """What a member adds holds an alarm word: the ticket becomes urgent and is put before the
    second group, once."""
    word = alarm_in(text, work.programmes.current().service.alarm_words)
    if not word or ticket.alarm:
        return ticket
    clocks = promises.raised(work, ticket, Priority.URGENT, now)
    values = {**asdict(clocks), "priority": int(Priority.URGENT), "alarm": word}
    work.tickets.change(ticket.id, (ticket.state,), {**values, "escalated_at": now})
    ticket = get(work, ticket.id)
    happened(work, ticket, Event.ALARM, now, value=word)
    relay.escalated(work, ticket, "alarm", now, text=text)
    return ticket


def _new(work: Work, member_id: int, opening: Opening, now: datetime) -> Ticket:
    service = work.programmes.current().service
    alarm = alarm_in(opening.words.text, service.alarm_words)
    level = work.members.get(member_id).level
    priority = service.priorities.get(level, Priority.NORMAL)
    clocks = promises.start(work, Priority.URGENT if alarm else priority, now)
    ticket = Ticket(
        id=work.new_id(),
        number=0,
        kind=opening.kind,
        category=check_category(work, opening.kind, opening.category),
        member_id=member_id,
        address_id=opening.address_id,
        staff_id=None,
        state=TicketState.OPEN,
        opened_at=now,
        priority=int(Priority.URGENT if alarm else priority),
        alarm=alarm,
        escalated_at=now if alarm else None,
        opened_by=opening.staff.staff_id if opening.staff else None,
        store_id=opening.store_id or _store(work, member_id, opening),
        subject_kind=opening.subject_kind,
        subject_id=opening.subject_id,
        **asdict(clocks),
    )
    return _praise(ticket, now) if opening.kind is TicketKind.PRAISE else ticket


def _to_their_person(work: Work, ticket: Ticket, now: datetime) -> Ticket:
    """Whoever looks after the member has it first."""
    staff_id = service_persons.of(work, ticket.member_id, now)
    if staff_id is None or ticket.state is not TicketState.OPEN:
        return ticket
    if is_own(work, ticket, staff_id):
        return ticket
    return replace(ticket, staff_id=staff_id, state=TicketState.ASSIGNED)


def _praise(ticket: Ticket, now: datetime) -> Ticket:
    """Nobody owes an answer to praise."""
    return replace(
        ticket,
        state=TicketState.RESOLVED,
        first_due_at=now,
        due_at=None,
        resolve_by=None,
        done_at=now,
    )


def _store(work: Work, member_id: int, opening: Opening) -> int | None:
    """The shop of what it is about; raises SubjectUnknown."""
    if not opening.subject_kind:
        return None
    try:
        member, store = _subject(work, opening.subject_kind, opening.subject_id or 0)
    except LookupError:
        raise SubjectUnknown from None
    if member != member_id:
        raise SubjectUnknown
    return store


def _subject(work: Work, kind: str, subject_id: int) -> tuple[int | None, int | None]:
    """Whose it is, and of which shop; raises LookupError."""
    if kind == PURCHASE:
        purchase = work.purchases.get(subject_id)
        return purchase.member_id, purchase.store_id
    voucher = work.vouchers.get(subject_id) if kind == VOUCHER else None
    if voucher is None:
        raise LookupError(subject_id)
    return voucher.member_id, None


def _numbered(work: Work, ticket: Ticket, key: str) -> Ticket:
    for _ in range(_TRIES):
        number = new_ticket_number(secrets.randbelow(_NUMBERS))
        numbered = replace(ticket, number=number)
        if work.tickets.open(numbered, key):
            return numbered
    raise RuntimeError("no free ticket number was found")
