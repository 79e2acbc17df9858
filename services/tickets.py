"""Tickets: complaints and feedback that reach staff in their chat, and their answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.points import Unit
from domain.refusals import TicketNotFound, TicketOver, TicketTaken
from domain.texts import check_text
from domain.tickets import (
    DONE,
    LONGEST_TEXT,
    RATINGS,
    RUNNING,
    Ticket,
    TicketKind,
    TicketState,
    after_member,
    answer_due,
    new_ticket_number,
)
from services.masks import Masked, masked
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.ports.voice import Said
from services.ticket_posts import STAFF, concerned, post, tell_member, tell_staff

SHOWN: Final = 10
_NUMBERS: Final = 900_000
_TRIES: Final = 20

Media = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote; `media`: {"reference", "kind", "channel", "account"}."""

    text: str
    media: Media = ()


@dataclass(frozen=True, slots=True)
class View:
    """A ticket with its newest messages; `member` and `points` only for staff."""

    ticket: Ticket
    state: TicketState
    thread: tuple[Said, ...]
    staff: str
    member: Masked | None = None
    points: int = 0


# -- members ----------------------------------------------------------------------------


def open_ticket(
    work: Work,
    member_id: int,
    address_id: int,
    kind: TicketKind,
    category: str,
    words: Words,
    *,
    key: str,
    now: datetime,
) -> Ticket:
    """Opens a ticket and puts it before the staff, once per key (SEMANTICS: Complaints).

    Raises BadText.
    """
    if before := work.tickets.by_key(key):
        return before
    said = _said(words, "member", now)
    ticket = _numbered(work, member_id, address_id, kind, category, key, now)
    work.tickets.say(ticket.id, said, key)
    tell_staff(work, ticket, said, "ticket.card", now)
    return ticket


def of_member(work: Work, member_id: int, now: datetime) -> list[View]:
    """The member's newest tickets, without what was said."""
    found = work.tickets.of_member(member_id, SHOWN)
    return [View(ticket, ticket.state_at(now), (), "") for ticket in found]


def own(work: Work, member_id: int, ticket_id: int, now: datetime) -> View:
    """One of the member's tickets; raises TicketNotFound."""
    ticket = _own(work, member_id, ticket_id)
    thread = tuple(work.tickets.thread(ticket_id, SHOWN))
    return View(ticket, ticket.state_at(now), thread, _name(work, ticket.staff_id))


def add(
    work: Work, member_id: int, ticket_id: int, words: Words, *, key: str, now: datetime
) -> Ticket:
    """The member says more; a ticket that was done within 7 days is opened again.

    Raises TicketNotFound, TicketOver, BadText.
    """
    ticket = _own(work, member_id, ticket_id)
    if not ticket.may_reopen(now):
        raise TicketOver(ticket.number)
    said = _said(words, "member", now)
    if not work.tickets.say(ticket_id, said, key):
        return ticket
    again = after_member(ticket.staff_id)
    due = answer_due(now)
    if not work.tickets.move(ticket_id, DONE, again, now, due):
        work.tickets.move(ticket_id, (TicketState.WAITING,), again, now, due)
    tell_staff(work, _get(work, ticket_id), said, "ticket.more", now)
    return _get(work, ticket_id)


def close(work: Work, member_id: int, ticket_id: int, now: datetime) -> Ticket:
    """The member is content; raises TicketNotFound. Closing twice changes nothing."""
    ticket = _own(work, member_id, ticket_id)
    if work.tickets.move(ticket_id, (*RUNNING, TicketState.RESOLVED), TicketState.CLOSED, now):
        notice = Notice("ticket.closed_by_member", {"number": ticket.number})
        for staff in concerned(work, ticket):
            post(work, ticket, staff.address_id, notice, now, STAFF)
    return _get(work, ticket_id)


def rate(work: Work, member_id: int, ticket_id: int, stars: int) -> Ticket:
    """Keeps how content the member is, 1 to 5; the last word counts. Raises TicketNotFound."""
    ticket = _own(work, member_id, ticket_id)
    if stars not in RATINGS:
        raise TicketNotFound
    work.tickets.rate(ticket.id, stars)
    return ticket


# -- staff ------------------------------------------------------------------------------


def queue(work: Work, now: datetime) -> list[View]:
    """What waits for staff, the earliest promise first."""
    found = work.tickets.queue(SHOWN)
    return [
        View(
            ticket, ticket.state, (), _name(work, ticket.staff_id), masked(work, ticket.member_id)
        )
        for ticket in found
    ]


def for_staff(work: Work, ticket_id: int, now: datetime) -> View:
    """A ticket as staff see it; raises TicketNotFound."""
    ticket = _get(work, ticket_id)
    return View(
        ticket,
        ticket.state_at(now),
        tuple(work.tickets.thread(ticket_id, SHOWN)),
        _name(work, ticket.staff_id),
        masked(work, ticket.member_id),
        work.ledger.summary(ticket.member_id, Unit.POINTS, now).available,
    )


def take(work: Work, ticket_id: int, staff: Actor, now: datetime, *, over: bool = False) -> Ticket:
    """Gives the ticket to the operator; `over`: also if another one has it.

    Raises TicketNotFound, TicketTaken.
    """
    ticket = _get(work, ticket_id)
    if ticket.staff_id == staff.staff_id or staff.staff_id is None:
        return ticket
    if ticket.state in DONE:
        raise TicketOver(ticket.number)
    if not work.tickets.assign(ticket_id, staff.staff_id, now, over=over):
        raise TicketTaken(ticket.number, _name(work, _get(work, ticket_id).staff_id))
    work.audit.add(staff, "ticket.take", ("ticket", ticket_id), now, {"over": over})
    return _get(work, ticket_id)


def answer(
    work: Work, ticket_id: int, staff: Actor, words: Words, *, key: str, now: datetime
) -> bool:
    """Sends the operator's words to the member, once per key; the ticket then waits for the
    member. False if the member cannot be reached at the moment and finds the answer in /tickets.

    Raises TicketNotFound, TicketTaken, TicketOver, BadText.
    """
    ticket = _get(work, ticket_id)
    if not ticket.may_reopen(now):
        raise TicketOver(ticket.number)
    said = _said(words, "staff", now, staff)
    if ticket.state in DONE:
        work.tickets.move(ticket_id, DONE, TicketState.ASSIGNED, now)
    take(work, ticket_id, staff, now)
    if not work.tickets.say(ticket_id, said, key):
        return True
    work.tickets.move(ticket_id, RUNNING, TicketState.WAITING, now)
    work.audit.add(staff, "ticket.answer", ("ticket", ticket_id), now, {})
    return tell_member(work, ticket, said, "ticket.answered", now)


def resolve(work: Work, ticket_id: int, staff: Actor, now: datetime) -> Ticket:
    """The operator holds the matter for settled and the member is told; a reply within 7 days
    opens it again. Raises TicketNotFound. Resolving twice changes nothing."""
    ticket = _get(work, ticket_id)
    if work.tickets.move(ticket_id, RUNNING, TicketState.RESOLVED, now):
        work.audit.add(staff, "ticket.resolve", ("ticket", ticket_id), now, {})
        said = Said("staff", "", now, staff.staff_id, staff.name)
        tell_member(work, ticket, said, "ticket.resolved", now)
    return _get(work, ticket_id)


def shown_by(work: Work, address_id: int, message: str) -> tuple[Ticket, str] | None:
    """The ticket that a message in somebody's chat shows, and to which side (`member`, `staff`),
    for replies to it."""
    found = work.tickets.shown_by(address_id, message)
    return (_get(work, found[0]), found[1]) if found else None


# -- bits -------------------------------------------------------------------------------


def _said(words: Words, author: str, now: datetime, staff: Actor | None = None) -> Said:
    text = check_text(words.text, LONGEST_TEXT)
    if staff is None:
        return Said(author, text, now, media=words.media)
    return Said(author, text, now, staff.staff_id, staff.name, words.media)


def _numbered(
    work: Work,
    member_id: int,
    address_id: int,
    kind: TicketKind,
    category: str,
    key: str,
    now: datetime,
) -> Ticket:
    for _ in range(_TRIES):
        ticket = Ticket(
            id=work.new_id(),
            number=new_ticket_number(secrets.randbelow(_NUMBERS)),
            kind=kind,
            category=category,
            member_id=member_id,
            address_id=address_id,
            staff_id=None,
            state=TicketState.OPEN,
            opened_at=now,
            first_due_at=answer_due(now),
            due_at=answer_due(now),
        )
        if work.tickets.open(ticket, key):
            return ticket
    raise RuntimeError("no free ticket number was found")


def _queued(work: Work, ticket: Ticket) -> View:
    staff, member = _name(work, ticket.staff_id), masked(work, ticket.member_id)
    return View(ticket, ticket.state, (), staff, member)


def _own(work: Work, member_id: int, ticket_id: int) -> Ticket:
    ticket = _get(work, ticket_id)
    if ticket.member_id != member_id:
        raise TicketNotFound
    return ticket


def _get(work: Work, ticket_id: int) -> Ticket:
    ticket = work.tickets.get(ticket_id)
    if ticket is None:
        raise TicketNotFound
    return ticket


def _name(work: Work, staff_id: int | None) -> str:
    return next((one.name for one in work.staff.all() if one.id == staff_id), "")
