"""Both sides of a ticket at once: with the guard off something is lost, with it never.

The guards are the locked row and the conditional UPDATE of services.ticket_moves and
services.ticket_talk. Without them a claimant reads first and writes later.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from domain.errors import Refused
from domain.service_rules import Flooding
from domain.tickets import RUNNING, Ticket, TicketState
from services import tickets
from services.ports.club import Actor
from services.tickets import Words
from storage.work import Work
from tests.support.club import Club
from tests.threads.test_races import Barrier
from tests.tickets.support import ROWS, SOUR, events, look, opened, says, staff, words

TAKERS = 64


async def at_once(uses: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """What each got who began at the same moment; a refusal is its code."""
    barrier = Barrier(len(uses))

    async def one(use: Callable[[], Awaitable[Any]]) -> Any:
        await barrier.wait()
        try:
            return await use()
        except Refused as refused:
            return refused.code

    return list(await asyncio.gather(*(one(use) for use in uses)))


async def ticket_and_staff(club: Club, count: int) -> tuple[Ticket, list[Actor]]:
    mei = await club.person().joins()
    return await opened(club, mei), await staff(club, *(f"S{n}" for n in range(count)))


async def test_without_the_condition_many_believe_that_they_have_it(club: Club) -> None:
    ticket, people = await ticket_and_staff(club, TAKERS)
    barrier = Barrier(TAKERS)

    async def take(place: int) -> bool:
        seen = await look(club, ticket)
        await barrier.wait()
        if seen.staff_id is not None:
            return False
        blind = update(ROWS).where(ROWS.c.id == ticket.id)
        change = blind.values(staff_id=people[place].staff_id, state="assigned")
        return bool((await club.write(lambda work: work.db.execute(change).rowcount)) == 1)

    assert sum(await asyncio.gather(*(take(place) for place in range(TAKERS)))) > 1


async def test_of_many_takers_one_has_it(club: Club) -> None:
    ticket, people = await ticket_and_staff(club, TAKERS)

    def take(place: int) -> Callable[[], Awaitable[Any]]:
        return lambda: club.write(
            lambda work: tickets.take(work, ticket.id, people[place], club.clock())
        )

    got = await at_once([take(place) for place in range(TAKERS)])
    won = [one for one in got if isinstance(one, Ticket)]
    assert len(won) == 1
    assert set(got) - set(won) == {"ticket.taken"}
    assert (await look(club, ticket)).staff_id == won[0].staff_id
    audits = await club.read(lambda work: work.audit.about(("ticket", ticket.id)))
    assert [row["action"] for row in audits] == ["ticket.take"]
    assert [event for event, _ in await events(club, ticket)] == ["assigned"]


async def test_without_the_lock_a_closed_ticket_waits_for_its_member(club: Club) -> None:
    ticket, (anna,) = await ticket_and_staff(club, 1)
    seen = await look(club, ticket)
    await club.write(lambda work: tickets.close(work, ticket.member_id, ticket.id, club.clock()))
    assert seen.state in RUNNING
    blind = update(ROWS).where(ROWS.c.id == ticket.id).values(state="waiting")
    await club.write(lambda work: work.db.execute(blind))
    now = await look(club, ticket)
    assert (now.state, now.done_at is None) == (TicketState.WAITING, False)
    del anna


@pytest.mark.parametrize("turn", range(3))
async def test_the_member_closes_while_staff_answer_and_nothing_is_half(
    club: Club, turn: int
) -> None:
    ticket, (anna,) = await ticket_and_staff(club, 1)
    uses: list[Callable[[], Awaitable[Any]]] = [
        lambda: says(club, ticket, "So sorry!", anna),
        lambda: club.write(
            lambda work: tickets.close(work, ticket.member_id, ticket.id, club.clock())
        ),
    ]
    await at_once(uses[:: (-1) ** turn])
    now = await look(club, ticket)
    assert now.state is TicketState.CLOSED
    assert (now.due_at, now.resolve_by, now.done_at) == (None, None, club.clock())
    assert await words(club, ticket) == [SOUR, "So sorry!"]


@pytest.mark.parametrize("turn", range(3))
async def test_a_reply_while_it_is_settled_is_never_lost(club: Club, turn: int) -> None:
    ticket, (anna,) = await ticket_and_staff(club, 1)
    uses: list[Callable[[], Awaitable[Any]]] = [
        lambda: club.write(
            lambda work: tickets.resolve(work, ticket.id, anna, "", "", "", club.clock())
        ),
        lambda: says(club, ticket, "It is sour still"),
    ]
    await at_once(uses[:: (-1) ** turn])
    now = await look(club, ticket)
    happened = [event for event, _ in await events(club, ticket)]
    assert await words(club, ticket) == [SOUR, "It is sour still"]
    # Either the words came first and it was settled then, or they opened it again.
    if now.state is TicketState.RESOLVED:
        assert happened == ["resolved"]
    else:
        assert happened == ["resolved", "reopened"]
        assert now.due_at is not None


async def test_two_merges_at_once_leave_one_that_runs(club: Club) -> None:
    mei = await club.person().joins()
    one, two = [await opened(club, mei, f"No. {n}") for n in range(2)]
    (anna,) = await staff(club, "Anna")

    def merge(first: int, second: int) -> Callable[[], Awaitable[Any]]:
        return lambda: club.write(
            lambda work: tickets.merge(work, first, second, anna, club.clock())
        )

    await at_once([merge(one.id, two.id), merge(two.id, one.id)])
    states = [(await look(club, ticket)).state for ticket in (one, two)]
    assert sorted(states) == ["closed", "open"]


async def test_a_complaint_that_arrives_many_times_is_opened_once(club: Club) -> None:
    mei = await club.person().joins()
    got = await at_once([lambda: opened(club, mei, key="the words") for _ in range(16)])
    assert len({one.id for one in got}) == 1


async def test_a_message_that_arrives_many_times_is_said_once(club: Club) -> None:
    ticket, (anna,) = await ticket_and_staff(club, 1)
    got = await at_once([lambda: says(club, ticket, "hello there", anna, key="k")] * 16)
    assert sum(one is not None for one in got) == 1
    assert await words(club, ticket) == [SOUR, "hello there"]


async def test_a_flood_on_many_devices_is_stopped_at_the_limit(club: Club) -> None:
    service = replace(club.programme.service, flooding=Flooding(5, 10, 3))
    programme = replace(club.programme, version=2, service=service)
    await club.write(lambda work: work.programmes.publish(programme, club.clock(), None))
    mei, other = await club.person().joins(), await club.person("Other").joins()
    ticket = await opened(club, mei)
    got = await at_once([lambda: says(club, ticket, "and more")] * 16)
    assert got.count("ticket.flood") == 12
    assert len(await words(club, ticket)) == 5
    theirs = await opened(club, other)
    assert await says(club, theirs, "me too") is not None


async def test_many_tickets_at_once_stop_at_the_limit(club: Club) -> None:
    mei = await club.person().joins()
    got = await at_once([lambda: opened(club, mei)] * 12)
    assert got.count("ticket.too_many") == 7
    member = await mei.member_id()
    assert await club.read(lambda work: len(work.tickets.open_of(member))) == 5


async def test_something_grave_is_opened_beyond_the_limit(club: Club) -> None:
    mei = await club.person().joins()
    got = await at_once([lambda: opened(club, mei)] * 6)
    assert got.count("ticket.too_many") == 1
    grave = await opened(club, mei, "I was injured in your shop")
    assert grave.alarm
    assert grave.escalated_at == club.clock()


async def test_pieces_of_an_album_that_come_at_once_are_one_message(club: Club) -> None:
    ticket, _ = await ticket_and_staff(club, 0)

    def piece(place: int) -> Callable[[], Awaitable[Any]]:
        part = {"reference": f"p{place}", "kind": "photo", "channel": "t", "account": "4"}
        origin = tickets.Origin(77, "c", str(place))
        said = Words("", (part,), "a1", origin)
        return lambda: club.write(
            lambda work: tickets.say(
                work, ticket.id, said, None, key=f"p{place}", now=club.clock()
            )
        )

    await at_once([piece(place) for place in range(10)])

    def media(work: Work) -> list[int]:
        return [len(one.media) for one in work.tickets.thread(ticket.id, 5)]

    assert await club.read(media) == [0, 10]
