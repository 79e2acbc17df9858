"""Steps of a ticket: who has it, how urgent it is, and when it is done or open again.

What a step does to the state is domain.tickets.after; every step is an event of the history, one
of staff an audit row as well.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from domain.club_errors import OperatorNotFound
from domain.refusals import TicketOver, TicketTaken
from domain.staff import permissions
from domain.ticket_errors import CauseUnknown, MergeImpossible, TicketDone
from domain.tickets import DONE, RUNNING, Event, Step, Ticket, TicketState, after
from services import promises, relay, ticket_news
from services.ports import Work
from services.ports.club import Actor
from services.ticket_finding import get, leading, locked, not_own, own, staff_name
from services.ticket_opening import check_category
from services.ticket_words import happened

# -- who has it -------------------------------------------------------------------------


def take(work: Work, ticket_id: int, staff: Actor, now: datetime, *, over: bool = False) -> Ticket:
    """Gives the ticket to the operator; `over`: also if another one has it. Of many at once one
    gets it. Raises TicketNotFound, OwnTicket, TicketTaken, TicketDone."""
    ticket = not_own(work, locked(work, ticket_id), staff)
    if staff.staff_id is None or ticket.staff_id == staff.staff_id:
        return ticket
    _give(work, ticket, staff.staff_id, over=over)
    return _moved(work, ticket, Event.ASSIGNED, now, staff, staff.name, {"over": over})


def assign(work: Work, ticket_id: int, to: int, by: Actor, now: datetime) -> Ticket:
    """Gives the ticket to another operator, whoever has it. Raises TicketNotFound, TicketDone,
    OperatorNotFound (nobody who may answer tickets), OwnTicket (of either of them)."""
    ticket = not_own(work, locked(work, ticket_id), by)
    heir = next((one for one in work.staff.all() if one.id == to and one.active), None)
    if heir is None or "ticket:answer" not in permissions(heir.role):
        raise OperatorNotFound(heir.name if heir else str(to))
    not_own(work, ticket, Actor(heir.name, heir.id))
    if ticket.staff_id == to:
        return ticket
    _give(work, ticket, to, over=True)
    ticket = _moved(work, ticket, Event.ASSIGNED, now, by, heir.name, {"to": to})
    if by.staff_id != to:
        ticket_news.assigned(work, ticket, heir.name, by, now)
    return ticket


def release(work: Work, ticket_id: int, by: Actor, now: datetime) -> Ticket:
    """Puts the ticket back into the queue. Raises TicketNotFound, TicketDone."""
    ticket = locked(work, ticket_id)
    if ticket.staff_id is None:
        return ticket
    state = _state(ticket, Step.RELEASE, held=False)
    work.tickets.change(ticket.id, (ticket.state,), {"state": state, "staff_id": None})
    return _moved(work, ticket, Event.RELEASED, now, by)


# -- what it is -------------------------------------------------------------------------


def set_priority(work: Work, ticket_id: int, priority: int, staff: Actor, now: datetime) -> Ticket:
    """Makes the ticket more or less urgent; what was promised never moves back. Raises
    TicketNotFound, OwnTicket, TicketDone."""
    ticket = _running(not_own(work, locked(work, ticket_id), staff))
    if ticket.priority == priority:
        return ticket
    clocks = promises.raised(work, ticket, priority, now)
    work.tickets.change(ticket.id, RUNNING, {**asdict(clocks), "priority": priority})
    return _moved(work, ticket, Event.PRIORITY, now, staff, priority)


def set_category(work: Work, ticket_id: int, category: str, staff: Actor, now: datetime) -> Ticket:
    """Says what the ticket is really about. Raises TicketNotFound, OwnTicket,
    CategoryUnknown."""
    ticket = not_own(work, locked(work, ticket_id), staff)
    category = check_category(work, ticket.kind, category)
    if ticket.category == category:
        return ticket
    work.tickets.change(ticket.id, tuple(TicketState), {"category": category})
    return _moved(work, ticket, Event.CATEGORY, now, staff, category)


# -- done and open again ----------------------------------------------------------------


def resolve(
    work: Work,
    ticket_id: int,
    staff: Actor,
    cause_key: str,
    cause: str,
    improvement: str,
    now: datetime,
) -> Ticket:
    """The operator holds the matter for settled, with cause and improvement (根因与改进): the
    member is told and asked how content they are; a reply within 7 days opens it again.
    Resolving twice changes nothing. Raises TicketNotFound, OwnTicket, CauseUnknown."""
    ticket = not_own(work, locked(work, ticket_id), staff)
    if cause_key not in ("", *(one.key for one in work.programmes.current().service.causes)):
        raise CauseUnknown
    if ticket.state in DONE:
        return ticket
    held = ticket.staff_id or staff.staff_id
    values = {"staff_id": held, "cause_key": cause_key, **_why(cause, improvement)}
    _end(work, ticket, TicketState.RESOLVED, now, values)
    ticket = _moved(work, ticket, Event.RESOLVED, now, staff, "", {"cause": cause_key})
    ticket_news.resolved(work, ticket, staff, now)
    return ticket


def close(work: Work, member_id: int, ticket_id: int, now: datetime) -> Ticket:
    """The member is content; closing twice changes nothing. Raises TicketNotFound."""
    own(work, member_id, ticket_id)
    ticket = locked(work, ticket_id)
    if ticket.state is TicketState.CLOSED:
        return ticket
    if ticket.state is TicketState.RESOLVED:
        work.tickets.change(ticket.id, (ticket.state,), {"state": TicketState.CLOSED})
        return _moved(work, ticket, Event.CLOSED, now)
    _end(work, ticket, TicketState.CLOSED, now, {})
    closed = _moved(work, ticket, Event.CLOSED, now)
    ticket_news.closed(work, closed, now)
    return closed


def reopen(work: Work, ticket_id: int, now: datetime, *, by: Actor | None = None) -> Ticket:
    """Opens again what was done, with a fresh promise; for the member (`by` None) within 7 days.
    What runs stays as it is. Raises TicketNotFound, OwnTicket, TicketOver."""
    ticket = locked(work, ticket_id)
    if by is not None:
        not_own(work, ticket, by)
    if ticket.state not in DONE:
        return ticket
    if by is None and not ticket.may_reopen(now):
        raise TicketOver(ticket.number)
    return begun_again(work, ticket, now, by=by)


def begun_again(work: Work, ticket: Ticket, now: datetime, *, by: Actor | None = None) -> Ticket:
    """The ticket, which was done and is locked, with a fresh promise."""
    clocks = asdict(promises.start(work, ticket.priority, now))
    if ticket.answered_at is not None:
        clocks["first_due_at"] = ticket.first_due_at
    state = after(ticket.state, Step.REOPEN, held=ticket.staff_id is not None)
    again = {"done_at": None, "in_time": None, "reopened": ticket.reopened + 1}
    work.tickets.change(ticket.id, DONE, {"state": state, **clocks, **again})
    return _moved(work, ticket, Event.REOPENED, now, by)


def merge(work: Work, ticket_id: int, into: int, staff: Actor, now: datetime) -> Ticket:
    """Makes one of two tickets of a member, and gives it: the first is closed and leads to the
    other, which keeps the earlier promise. Each keeps its messages, the member sees them as one.
    Raises TicketNotFound, OwnTicket, MergeImpossible."""
    target = leading(work, into)
    for one in sorted((ticket_id, target.id)):
        work.tickets.lock(one)
    ticket, target = not_own(work, get(work, ticket_id), staff), get(work, target.id)
    if why := _why_not(ticket, target):
        raise MergeImpossible(why, target.number)
    values = {"merged_into": target.id, "in_time": None}
    _end(work, ticket, TicketState.CLOSED, now, values)
    work.tickets.repoint(ticket.id, target.id)
    work.tickets.change(target.id, RUNNING, _earlier(ticket, target))
    _moved(work, ticket, Event.MERGED, now, staff, target.number, {"into": target.number})
    happened(work, target, Event.MERGED_IN, now, by=staff, value=ticket.number)
    target = get(work, target.id)
    ticket_news.merged(work, ticket, target, now)
    relay.moved(work, target, Event.MERGED_IN, now)
    return target


# -- bits -------------------------------------------------------------------------------


def _moved(
    work: Work,
    ticket: Ticket,
    event: Event,
    now: datetime,
    by: Actor | None = None,
    value: object = "",
    detail: dict[str, Any] | None = None,
) -> Ticket:
    """Keeps and tells what happened; the ticket as it is now."""
    happened(work, ticket, event, now, by=by, value=value)
    if by is not None:
        given = event is Event.ASSIGNED and value != by.name
        action = f"ticket.{'assign' if given else _ACTIONS.get(event, event.value)}"
        work.audit.add(by, action, ("ticket", ticket.id), now, detail or {})
    ticket = get(work, ticket.id)
    relay.moved(work, ticket, event, now)
    return ticket


_ACTIONS = {
    Event.ASSIGNED: "take",
    Event.RELEASED: "release",
    Event.RESOLVED: "resolve",
    Event.REOPENED: "reopen",
    Event.MERGED: "merge",
}


def _give(work: Work, ticket: Ticket, staff_id: int, *, over: bool) -> None:
    state = _state(ticket, Step.TAKE, held=True)
    if not work.tickets.assign(ticket.id, staff_id, state, over=over):
        holder = get(work, ticket.id).staff_id
        raise TicketTaken(ticket.number, staff_name(work, holder))


def _state(ticket: Ticket, step: Step, *, held: bool) -> TicketState:
    state = after(ticket.state, step, held=held)
    if state is None:
        raise TicketDone(ticket.number)
    return state


def _running(ticket: Ticket) -> Ticket:
    if ticket.state in DONE:
        raise TicketDone(ticket.number)
    return ticket


def _end(
    work: Work, ticket: Ticket, state: TicketState, now: datetime, values: dict[str, Any]
) -> None:
    """Ends a running ticket: its clocks stand, and whether it was in time is kept."""
    clocks = asdict(promises.stopped(work, ticket, now))
    done = {"state": state, "done_at": now, "in_time": promises.in_time(ticket, now)}
    work.tickets.change(ticket.id, RUNNING, {**clocks, **done, **values})


def _why(cause: str, improvement: str) -> dict[str, str]:
    """What was written; a ticket that is settled again keeps what was found the first time."""
    given = {"cause": cause.strip(), "improvement": improvement.strip()}
    return {name: text for name, text in given.items() if text}


def _why_not(ticket: Ticket, target: Ticket) -> str:
    """Why two tickets cannot become one, "" if they can."""
    if ticket.merged_into is not None:
        return "merged"
    if ticket.id == target.id:
        return "same"
    if ticket.member_id != target.member_id:
        return "other_member"
    return "done" if ticket.state in DONE or target.state in DONE else ""


def _earlier(ticket: Ticket, target: Ticket) -> dict[str, Any]:
    """The promise of the first one where it comes before the other's; the higher priority."""
    values: dict[str, Any] = {"priority": max(ticket.priority, target.priority)}
    if target.due_at is None and ticket.due_at is not None:
        held = target.staff_id is not None
        values["state"] = after(target.state, Step.MEMBER_SAYS, held=held)
    for name in ("due_at", "resolve_by"):
        known = [at for at in (getattr(ticket, name), getattr(target, name)) if at is not None]
        values[name] = min(known, default=None)
    return values
