"""The queue as staff page through it, and one ticket as they open it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from domain.tickets import DONE, REOPEN_WITHIN, Ticket
from services import relay_places, ticket_cards
from services.masks import masked
from services.ports import Work
from services.ports.club import Operator
from services.ports.staff_groups import QueueCounts
from services.ports.tickets import Said
from services.ticket_finding import get

MINE, NEW, NEAR, WAITING, LATELY = TABS = ("mine", "new", "near", "waiting", "done")
PAGE: Final = 6
SAID: Final = 6
SOON: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a tab. `more`: whether another page follows."""

    tab: str
    page: int
    counts: QueueCounts
    tickets: tuple[Ticket, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what was said of a ticket, the newest is page 1."""

    ticket: Ticket
    said: tuple[Said, ...]
    number: int
    of: int


def listed(work: Work, tab: str, page: int, staff_id: int, now: datetime) -> Listed:
    """A page of a tab, from 0; without a known tab what the operator has, else what is new."""
    until = now + _soon(work)
    counts = work.ticket_queue.counts(staff_id, until)
    if tab not in TABS:
        tab = MINE if counts.mine else NEW
    most, skip = PAGE + 1, PAGE * page
    queue = work.ticket_queue
    found = {
        MINE: lambda: queue.mine(staff_id, most, skip),
        NEW: lambda: queue.new(most, skip),
        NEAR: lambda: queue.near(until, most, skip),
        WAITING: lambda: queue.waiting(most, skip),
        LATELY: lambda: queue.done(now - REOPEN_WITHIN, most, skip),
    }[tab]()
    return Listed(tab, page, counts, tuple(found[:PAGE]), len(found) > PAGE)


def line(work: Work, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """One line of the list."""
    return {
        **ticket_cards.line(work, ticket, now),
        "name": masked(work, ticket.member_id).name,
    }


def history(work: Work, ticket_id: int, page: int) -> Page:
    """A page of what was said and what happened; raises TicketNotFound."""
    ticket = get(work, ticket_id)
    pages = max(1, -(-work.tickets.count(ticket.id) // SAID))
    page = min(max(page, 1), pages)
    said = work.tickets.thread(ticket.id, SAID, SAID * (page - 1), merged=True)
    return Page(ticket, tuple(said), page, pages)


def files(work: Work, ticket_id: int) -> tuple[Mapping[str, Any], ...]:
    """All media of a ticket, oldest first."""
    thread = work.tickets.thread(ticket_id, 500, merged=True)
    return tuple(one for said in thread for one in said.media)


def colleagues(work: Work) -> list[tuple[Operator, int]]:
    """Who may answer tickets and has a linked chat, with how many each has; the least loaded
    first."""
    loads = work.ticket_queue.loads()
    staff = relay_places.linked(work, relay_places.ANSWER)
    return sorted(((one, loads.get(one.id, 0)) for one in staff), key=lambda pair: pair[1])


def others(work: Work, ticket: Ticket) -> list[Ticket]:
    """The member's other running tickets, newest first."""
    found = work.tickets.of_member(ticket.member_id, 20)
    return [one for one in found if one.id != ticket.id and one.state not in DONE]


def _soon(work: Work) -> timedelta:
    remind = work.programmes.current().service.remind_minutes
    return max(SOON, timedelta(minutes=2 * remind))
