"""What members say and rate after their ticket was settled, once and again."""

from typing import Any

from domain.service_rules import AfterBad
from domain.tickets import Ticket, TicketState
from services import tickets
from services.ports.club import Actor
from services.tickets import Words
from tests.support.club import Club, Person
from tests.tickets.support import at, delivered, does, look, opened, says, staff

HURT = "我喝了以后过敏住院了"


async def settled(club: Club, **words: Any) -> tuple[Ticket, Person]:
    mei = await club.person("Mei").joins()
    ticket = await opened(club, mei, **words)
    await settles(club, ticket)
    return ticket, mei


async def settles(club: Club, ticket: Ticket) -> None:
    known = await club.read(lambda work: work.staff.by_name("Anna"))
    anna = Actor(known.name, known.id) if known else (await staff(club, "Anna"))[0]
    club.clock.move(minutes=5)
    await does(club, tickets.resolve, ticket.id, anna, "", "", "")
    club.clock.move(minutes=5)


async def rates(club: Club, ticket: Ticket, stars: int) -> AfterBad:
    found = await does(club, tickets.rate, ticket.member_id, ticket.id, stars)
    assert isinstance(found.then, AfterBad)
    return found.then


async def comments(club: Club, ticket: Ticket, text: str, **words: Any) -> Any:
    key = f"comment {club.next_update()}"
    return await club.write(
        lambda work: tickets.comment(
            work, ticket.member_id, ticket.id, Words(text, **words), key=key, now=club.clock()
        )
    )


async def test_each_settling_is_rated_anew(club: Club) -> None:
    ticket, _ = await settled(club)
    for again in (1, 2):
        assert await rates(club, ticket, 1) is AfterBad.REOPEN
        assert await rates(club, ticket, 1) is AfterBad.NOTHING
        now = await look(club, ticket)
        assert (now.state, now.reopened, now.rating) == (TicketState.ASSIGNED, again, 1)
        await settles(club, ticket)
    assert len(await delivered(club, "ticket.rated_badly")) == 0  # Anna has no chat
    day = club.clock()
    unrated = await club.read(lambda work: work.tickets.unrated(ticket.opened_at, day, 0, 9))
    assert unrated == [ticket.id], "what was settled again is asked about again"
    await rates(club, ticket, 5)
    unrated = await club.read(lambda work: work.tickets.unrated(ticket.opened_at, day, 0, 9))
    assert unrated == []


async def test_an_alarm_in_the_word_about_a_rating_opens_it_again(club: Club) -> None:
    ticket, _ = await settled(club)
    await rates(club, ticket, 3)
    await comments(club, ticket, "Fine by me")
    assert (await look(club, ticket)).state is TicketState.RESOLVED
    await comments(club, ticket, HURT)
    now = await look(club, ticket)
    assert (now.state, now.alarm) == (TicketState.ASSIGNED, "过敏")
    assert now.due_at is not None
    assert now.escalated_at is not None


async def test_an_alarm_that_an_edit_brings_opens_it_again_once(club: Club) -> None:
    mei = await club.person("Mei").joins()
    ticket = await opened(club, mei, key="k")
    said = await says(club, ticket, "It tasted odd", origin=at(mei, "5"))
    assert said is not None
    await settles(club, ticket)
    await does(club, tickets.edit, said.id, HURT)
    assert (await look(club, ticket)).alarm == "过敏"
    assert (await look(club, ticket)).state is TicketState.ASSIGNED
    await settles(club, ticket)
    await does(club, tickets.edit, said.id, f"{HURT}!")
    assert (await look(club, ticket)).state is TicketState.RESOLVED


async def test_settled_again_without_words_it_keeps_what_was_found_first(club: Club) -> None:
    ticket, _ = await settled(club)
    await does(club, tickets.reopen, ticket.id)
    known = await club.read(lambda work: work.staff.by_name("Anna"))
    assert known is not None
    anna = Actor(known.name, known.id)
    await does(club, tickets.resolve, ticket.id, anna, "product", "The fridge was open", "A door")
    await does(club, tickets.reopen, ticket.id)
    await does(club, tickets.resolve, ticket.id, anna, "process", "", "")
    found = await club.read(lambda work: work.tickets.causes(ticket.id))
    assert found == ("The fridge was open", "A door")
