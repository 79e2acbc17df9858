"""What the desk promises: by when a ticket is answered and settled, in its business time.

SEMANTICS: Complaints. Clocks stop while the desk waits for the member and after resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain import business_time
from domain.business_time import Day, OpenDay
from domain.service_rules import BusinessHours, Priority
from domain.tickets import Ticket
from services import calendars
from services.ports import Work


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a ticket, as its fields of the same names (see domain.tickets.Ticket)."""

    first_due_at: datetime
    due_at: datetime | None = None
    resolve_by: datetime | None = None
    resolve_left: int | None = None


def start(work: Work, priority: int, now: datetime) -> Clocks:
    """The clocks of a ticket of that priority that is opened now."""
    due, resolve = due_in(work, priority, now)
    return Clocks(due, due, resolve)


def due_in(work: Work, priority: int, now: datetime) -> tuple[datetime, datetime]:
    """By when what begins now is promised to be answered, and settled."""
    programme = work.programmes.current()
    promise = programme.service.promise(Priority(priority))
    hours = open_on(programme.service.hours)
    answer, resolve = (
        business_time.add(now, minutes, programme.zone, hours)
        for minutes in (promise.answer, promise.resolve)
    )
    return answer, resolve


def stopped(work: Work, ticket: Ticket, now: datetime) -> Clocks:
    """No answer is owed, and the time to settle it stands: the desk waits for the member, or the
    ticket is done. What is left is kept; below zero, it was missed by so much."""
    kept = ticket.resolve_left
    if ticket.resolve_by is not None:
        kept = left(work, ticket.resolve_by, now)
    return Clocks(ticket.first_due_at, None, None, kept)


def runs_again(work: Work, ticket: Ticket, now: datetime) -> Clocks:
    """The member has said more: an answer is owed, and the time to settle it goes on with what
    was left. A clock that had run out does not run again. What is owed already stays as it is."""
    due, _ = due_in(work, ticket.priority, now)
    resolve_by, kept = ticket.resolve_by, ticket.resolve_left
    if resolve_by is None and kept is not None and kept > 0:
        programme = work.programmes.current()
        hours = open_on(programme.service.hours)
        resolve_by, kept = business_time.add(now, kept, programme.zone, hours), None
    return Clocks(ticket.first_due_at, ticket.due_at or due, resolve_by, kept)


def raised(work: Work, ticket: Ticket, priority: int, now: datetime) -> Clocks:
    """The clocks with another priority: a higher one can bring deadlines forward; what was
    promised never moves back."""
    answer, resolve = due_in(work, priority, now)
    due = min(ticket.due_at, answer) if ticket.due_at else None
    first = min(ticket.first_due_at, answer) if not ticket.answered_at else ticket.first_due_at
    by = min(ticket.resolve_by, resolve) if ticket.resolve_by else None
    kept = ticket.resolve_left
    if kept is not None:
        kept = min(kept, work.programmes.current().service.promise(Priority(priority)).resolve)
    return Clocks(first, due, by, kept)


def in_time(ticket: Ticket, now: datetime) -> bool | None:
    """Whether a ticket that is settled now is settled in time; None where nothing was promised."""
    if ticket.resolve_by is not None:
        return now <= ticket.resolve_by
    return None if ticket.resolve_left is None else ticket.resolve_left >= 0


def left(work: Work, deadline: datetime, now: datetime) -> int:
    """The business minutes until a deadline, at least 1 before it and at most -1 after it."""
    programme = work.programmes.current()
    hours = open_on(programme.service.hours)
    minutes = business_time.between(now, deadline, programme.zone, hours)
    if now < deadline:
        return max(minutes, 1)
    return min(minutes, -1) if now > deadline else 0


def open_on(hours: BusinessHours) -> OpenDay:
    """When the desk is open, public holidays and days worked for them included. Of a year whose
    holidays nobody knows yet, the days of the week decide alone."""

    def calendar(day: date) -> Day:
        if not hours.country:
            return Day.USUAL
        if calendars.is_holiday(day, hours.country):
            return Day.HOLIDAY
        return Day.MADE_UP if calendars.is_made_up(day, hours.country) else Day.USUAL

    return business_time.open_days(hours, calendar)
