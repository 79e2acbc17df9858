"""Operators do not work on what they brought forward as members themselves."""

import pytest

from domain.service_rules import Priority
from domain.ticket_errors import OwnTicket
from domain.tickets import TicketState
from services import tickets
from services.ports.club import Actor
from tests.support.club import Club
from tests.support.threads import operator
from tests.tickets.support import does, look, opened, says, staff, words


async def test_staff_neither_answer_nor_work_on_their_own_ticket(club: Club) -> None:
    sam = await (await operator(club, "Sam", "service")).joins()
    known = await club.read(lambda work: work.staff.by_name("Sam"))
    himself = Actor("Sam", known.id)
    (ben,) = await staff(club, "Ben")
    ticket, other = await opened(club, sam, "Anna was rude"), await opened(club, sam)
    steps = (
        (tickets.take, (ticket.id, himself), {}),
        (tickets.take, (ticket.id, himself), {"over": True}),
        (tickets.assign, (ticket.id, himself.staff_id, ben), {}),
        (tickets.assign, (ticket.id, ben.staff_id, himself), {}),
        (tickets.set_priority, (ticket.id, int(Priority.URGENT), himself), {}),
        (tickets.set_category, (ticket.id, "service", himself), {}),
        (tickets.resolve, (ticket.id, himself, "", "", ""), {}),
        (tickets.merge, (ticket.id, other.id, himself), {}),
    )
    for step, args, more in steps:
        with pytest.raises(OwnTicket):
            await does(club, step, *args, **more)
    with pytest.raises(OwnTicket):
        await says(club, ticket, "Granted", himself)
    assert await look(club, ticket) == ticket
    assert await words(club, ticket) == ["Anna was rude"]
    await says(club, ticket, "So sorry", ben)
    await says(club, ticket, "As a member he writes what he likes")
    await does(club, tickets.resolve, ticket.id, ben, "", "", "")
    with pytest.raises(OwnTicket):
        await does(club, tickets.reopen, ticket.id, by=himself)
    assert (await look(club, ticket)).state is TicketState.RESOLVED
