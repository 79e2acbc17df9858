"""Tickets as they are found and shown, to their member and to staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.points import Unit
from domain.refusals import TicketNotFound
from domain.ticket_errors import OwnTicket
from domain.tickets import FOR_MEMBERS, Author, Ticket, TicketState, read_event
from services.masks import Masked, masked
from services.ports import Work
from services.ports.club import Actor
from services.ports.tickets import Said

SHOWN: Final = 10
"""How many tickets, or messages of one, are shown at once."""


@dataclass(frozen=True, slots=True)
class View:
    """A ticket with a page of its messages, newest page first; `skipped` newer and `older` ones
    are not shown. `member` and `points` only for staff; `into`: the number of the ticket that it
    was merged into."""

    ticket: Ticket
    state: TicketState
    thread: tuple[Said, ...]
    staff: str
    member: Masked | None = None
    points: int = 0
    into: int = 0
    skipped: int = 0
    older: int = 0


def get(work: Work, ticket_id: int) -> Ticket:
    """That ticket; raises TicketNotFound."""
    ticket = work.tickets.get(ticket_id)
    if ticket is None:
        raise TicketNotFound
    return ticket


def find(work: Work, number: int) -> Ticket:
    """A ticket by the number that people say, or by its id; raises TicketNotFound."""
    found = work.tickets.by_number(number) if number < 10**7 else work.tickets.get(number)
    if found is None:
        raise TicketNotFound
    return found


def leading(work: Work, ticket_id: int) -> Ticket:
    """The ticket, or the one that it was merged into; raises TicketNotFound."""
    ticket = get(work, ticket_id)
    return ticket if ticket.merged_into is None else get(work, ticket.merged_into)


def locked(work: Work, ticket_id: int) -> Ticket:
    """As `leading`, and nobody else changes it until the end of the unit."""
    ticket = leading(work, ticket_id)
    work.tickets.lock(ticket.id)
    now = leading(work, ticket.id)
    if now.id != ticket.id:
        work.tickets.lock(now.id)
        return get(work, now.id)
    return now


def own(work: Work, member_id: int, ticket_id: int) -> Ticket:
    """One of the member's tickets; raises TicketNotFound."""
    ticket = get(work, ticket_id)
    if ticket.member_id != member_id:
        raise TicketNotFound
    return ticket


def not_own(work: Work, ticket: Ticket, staff: Actor) -> Ticket:
    """The ticket for staff to work on; raises OwnTicket."""
    if is_own(work, ticket, staff.staff_id):
        raise OwnTicket(ticket.number)
    return ticket


def is_own(work: Work, ticket: Ticket, staff_id: int | None) -> bool:
    """Whether the ticket is the operator's own, as a member."""
    found = (one.address_id for one in work.staff.all() if one.id == staff_id)
    address_id = next(found, None)
    if address_id is None:
        return False
    return work.addresses.get(address_id).member_id == ticket.member_id


def of_member(work: Work, member_id: int, now: datetime) -> list[View]:
    """The member's newest tickets, without what was said."""
    found = work.tickets.of_member(member_id, SHOWN)
    return [
        View(ticket, ticket.state_at(now), (), staff_name(work, ticket.staff_id))
        for ticket in found
    ]


def for_member(work: Work, member_id: int, ticket_id: int, now: datetime, skip: int = 0) -> View:
    """One of the member's tickets as they see it; of one that was merged, the one it went into.
    Raises TicketNotFound."""
    asked = own(work, member_id, ticket_id)
    ticket = own(work, member_id, leading(work, asked.id).id)
    thread = [one for one in work.tickets.thread(ticket.id, 10**6, merged=True) if _theirs(one)]
    end = max(len(thread) - skip, 0)
    begin = max(end - SHOWN, 0)
    return View(
        ticket,
        ticket.state_at(now),
        tuple(thread[begin:end]),
        staff_name(work, ticket.staff_id),
        into=ticket.number if ticket.id != asked.id else 0,
        skipped=len(thread) - end,
        older=begin,
    )


def for_staff(work: Work, ticket_id: int, now: datetime, skip: int = 0) -> View:
    """A ticket as staff see it, notes and all; raises TicketNotFound."""
    ticket = get(work, ticket_id)
    into = leading(work, ticket_id)
    thread = tuple(work.tickets.thread(ticket_id, SHOWN, skip, merged=True))
    return View(
        ticket,
        ticket.state_at(now),
        thread,
        staff_name(work, ticket.staff_id),
        masked(work, ticket.member_id),
        work.ledger.summary(ticket.member_id, Unit.POINTS, now).available,
        into=into.number if into.id != ticket.id else 0,
        skipped=skip,
        older=max(work.tickets.count(ticket_id) - skip - len(thread), 0),
    )


def staff_name(work: Work, staff_id: int | None) -> str:
    """The name of an operator, "" for nobody."""
    if staff_id is None:
        return ""
    return next((one.name for one in work.staff.all() if one.id == staff_id), "")


def _theirs(said: Said) -> bool:
    if said.author == Author.EVENT:
        return read_event(said.text)[0] in FOR_MEMBERS
    return said.author != Author.NOTE
