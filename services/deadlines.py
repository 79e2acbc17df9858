"""Reminders of tickets' deadlines, their escalation before they are missed, and when they are.

SEMANTICS: Complaints. Each is told once for each deadline; what was slept through, once as late.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from domain import business_time
from domain.business_time import OpenDay
from domain.deadlines import Ahead, Clock, Stage, ahead
from domain.service_rules import Priority
from domain.tickets import Event, Ticket
from services import promises, relay
from services.ports import Work
from services.ports.nudges import Horizon, Near
from services.ports.post import Notice
from services.ticket_words import happened

log = logging.getLogger(__name__)

MINUTE: Final = timedelta(minutes=1)


def nothing_due(work: Work, now: datetime) -> bool:
    """Whether no deadline has come to a stage that nobody was told of."""
    if not work.nudges.any_clock() or not work.programmes.newest():
        return True
    return not _near(work, now, 1)


def tell_due(work: Work, now: datetime, most: int) -> int:
    """Tells what has become due by now, the earliest deadlines first; how many."""
    found = _near(work, now, most)
    for near in found:
        if not work.nudges.note(near, now):
            continue
        told = work.apart(partial(_tell, work, near, now))
        if isinstance(told, Exception):
            # The others are told all the same.
            log.error("a deadline of ticket %s cannot be told", near.ticket_id, exc_info=told)
    return len(found)


def following(work: Work, after: datetime, upto: datetime) -> datetime | None:
    """The first moment in after < t ≤ upto at which something is to be told; None for none."""
    if not work.nudges.any_clock() or not work.programmes.newest():
        return None
    found = [
        moment
        for clock, priority in _clocks()
        for moment in _moments(work, clock, priority, after)
    ]
    return min((moment for moment in found if moment <= upto), default=None)


def _moments(work: Work, clock: Clock, priority: Priority, after: datetime) -> Iterator[datetime]:
    """When each stage comes next: what is due first comes first at every stage."""
    programme = work.programmes.current()
    zone, hours = programme.zone, promises.open_on(programme.service.hours)
    sooner = _ahead(work, clock, priority)
    for minutes in (sooner.remind, sooner.escalate, 0):
        beyond = _reach(after, minutes, zone, hours)
        deadline = work.nudges.first_after(clock, priority, beyond)
        if deadline is not None:
            # By rules of the hours that have changed since, it may lie where nobody works.
            at = business_time.before(deadline, minutes, zone, hours)
            yield at if at > after else after + MINUTE


def _near(work: Work, now: datetime, most: int) -> list[Near]:
    """At most so many, of all clocks and priorities."""
    found: list[Near] = []
    for clock, priority in _clocks():
        found += work.nudges.near(_horizon(work, clock, priority, now), most)
    found.sort(key=lambda near: (near.deadline, near.ticket_id, near.clock))
    return found[:most]


def _clocks() -> Iterator[tuple[Clock, Priority]]:
    return ((clock, priority) for clock in Clock for priority in Priority)


def _horizon(work: Work, clock: Clock, priority: Priority, now: datetime) -> Horizon:
    programme = work.programmes.current()
    zone, hours = programme.zone, promises.open_on(programme.service.hours)
    sooner = _ahead(work, clock, priority)
    remind = _reach(now, sooner.remind, zone, hours)
    escalate = _reach(now, sooner.escalate, zone, hours)
    return Horizon(clock, int(priority), remind, escalate, now)


def _reach(now: datetime, minutes: int, zone: str, hours: OpenDay) -> datetime:
    """Up to when deadlines are so near by now. Where the desk is closed, one that comes so long
    after the next opening is told of as it opens, and not at night."""
    end = business_time.add(now, minutes, zone, hours)
    early = business_time.before(end, minutes, zone, hours) > now
    return end - timedelta(milliseconds=1) if early else end


def _ahead(work: Work, clock: Clock, priority: Priority) -> Ahead:
    service = work.programmes.current().service
    return ahead(service, service.promise(priority), clock)


# -- telling ----------------------------------------------------------------------------


def _tell(work: Work, near: Near, now: datetime) -> None:
    ticket = work.tickets.get(near.ticket_id)
    if ticket is None:
        return
    late = near.stage is Stage.LATE
    if near.stage is Stage.REMIND or (late and not work.nudges.told(near, Stage.REMIND)):
        _remind(work, ticket, near, now)
    if near.stage is Stage.REMIND:
        return
    why = f"{near.clock}_late" if late else near.clock.value
    _record(work, ticket, why, now)
    relay.escalated(work, ticket, why, now)


def _remind(work: Work, ticket: Ticket, near: Near, now: datetime) -> None:
    """A word to who has the ticket. After a stop of the service it may be the first they hear."""
    values = {
        "number": ticket.number,
        "kind": ticket.kind.value,
        "clock": near.clock.value,
        "deadline": near.deadline,
        "minutes": promises.left(work, near.deadline, now),
        "zone": work.programmes.current().zone,
    }
    this = (str(ticket.id),)
    buttons = (
        (
            ("button.ticket_answer", "ticket.reply", this),
            ("desk.button_open", "ticket.open", this),
        ),
    )
    moment = int(near.deadline.timestamp())
    once = f"deadline:{ticket.id}:{near.clock}:{moment}:{near.stage.name.casefold()}"
    relay.to_holder(work, ticket, Notice("deadline.near", values, buttons, dedupe=once), now)


def _record(work: Work, ticket: Ticket, why: str, now: datetime) -> None:
    """The ticket's history, and the mark of having been put before the second group."""
    happened(work, ticket, Event.ESCALATED, now, value=why)
    if ticket.escalated_at is None:
        work.tickets.change(ticket.id, (ticket.state,), {"escalated_at": now})
