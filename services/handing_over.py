"""Handing over (离职交接): what becomes of an operator's work when they leave.

SEMANTICS: Complaints. Nothing is lost: without an heir, or where the heir may not do it, tickets
return to the queue and the rest waits where everybody in charge sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.staff import permissions
from services import relay, ticket_finding, ticket_moves
from services.ports import Work
from services.ports.club import Actor, Operator
from services.ports.post import Notice

ANSWER: Final = "ticket:answer"
WRITE: Final = "campaign:write"
NAMED: Final = 20
"""So many tickets are named in the message to the heir."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What went to the heir: the numbers of `tickets`, `drafts` of campaigns, `requests` for a
    second person's yes, `members` whose service person they were. `queued` tickets returned to
    the queue; `left` drafts and requests, and `freed` members, have nobody."""

    heir: str = ""
    tickets: tuple[int, ...] = ()
    queued: tuple[int, ...] = ()
    drafts: int = 0
    requests: int = 0
    members: int = 0
    left_drafts: int = 0
    left_requests: int = 0
    freed: int = 0


def hand_over(
    work: Work, gone: Operator, heir: Operator | None, actor: Actor, now: datetime
) -> HandedOver:
    """Gives an operator's work to another one; they have been disabled in the same transaction.
    `gone` is how they were before. The heir is told, with a card for every ticket."""
    answers = heir if heir and ANSWER in permissions(heir.role) else None
    tickets, queued = _tickets(work, gone, answers, actor, now)
    named = work.service_persons.move(gone.id, answers.id if answers else None, now)
    writes = heir if heir and WRITE in permissions(heir.role) else None
    drafts = work.handovers.move_drafts(gone.id, writes.id) if writes else 0
    requests = work.handovers.move_requests(gone.id, heir.id) if heir else 0
    if gone.address_id is not None:
        # Else their chat would still be told how campaigns go.
        there = writes.address_id if writes else None
        work.handovers.redirect(gone.address_id, there or 0)
    done = HandedOver(
        heir=heir.name if heir else "",
        tickets=tickets,
        queued=queued,
        drafts=drafts,
        requests=requests,
        members=named if answers else 0,
        left_drafts=work.handovers.drafts(gone.id),
        left_requests=work.handovers.requests(gone.id),
        freed=0 if answers else named,
    )
    if heir is not None:
        _tell(work, gone, heir, done, now)
    return done


def step_back(
    work: Work, operator: Operator, role: str, actor: Actor, now: datetime
) -> tuple[int, ...]:
    """An operator has another role: what it does not allow is put down. The numbers of their
    tickets that returned to the queue."""
    allowed = permissions(role)
    if WRITE not in allowed and operator.address_id is not None:
        work.handovers.redirect(operator.address_id, 0)
    if ANSWER in allowed:
        return ()
    work.service_persons.move(operator.id, None, now)
    return _tickets(work, operator, None, actor, now)[1]


def _tickets(
    work: Work, gone: Operator, heir: Operator | None, actor: Actor, now: datetime
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of the tickets that the heir has now, and of those back in the queue."""
    moved, queued = [], []
    for ticket_id in work.handovers.tickets(gone.id):
        if heir is None or _own(work, ticket_id, heir.id, actor.staff_id):
            queued.append(ticket_moves.release(work, ticket_id, actor, now).number)
            continue
        ticket = ticket_moves.assign(work, ticket_id, heir.id, actor, now)
        relay.whole(work, ticket, now)
        moved.append(ticket.number)
    if gone.address_id is not None:
        relay.withdrawn(work, gone.address_id, now)
    return tuple(moved), tuple(queued)


def _own(work: Work, ticket_id: int, *staff: int | None) -> bool:
    """Whether it is the ticket of one of them as a member, who has no say in it."""
    ticket = ticket_finding.get(work, ticket_id)
    return any(ticket_finding.is_own(work, ticket, one) for one in staff)


def _tell(work: Work, gone: Operator, heir: Operator, done: HandedOver, now: datetime) -> None:
    if heir.address_id is None:
        return
    values = {
        "name": gone.name,
        "tickets": list(done.tickets[:NAMED]),
        "more": max(len(done.tickets) - NAMED, 0),
        "drafts": done.drafts,
        "requests": done.requests,
        "members": done.members,
    }
    buttons = ((("button.queue", "queue", ()),),) if done.tickets else ()
    notice = Notice(
        "handover.told", values, buttons, dedupe=f"handover:{gone.id}:{now.timestamp()}"
    )
    work.deliveries.to_address(heir.address_id, notice, now)
