"""How content members were and what follows from it; who says too much."""

from __future__ import annotations

import asyncio

from bot.messages import Inbound, Kind
from domain.service_rules import AfterBad, Flooding, Rating
from domain.tickets import TicketState
from services import ticket_rating
from tests.flows.ticketing import (
    complains,
    five,
    in_turn,
    rules,
    settled,
    thread_of,
    ticket_of,
    told,
)
from tests.support.club import Club
from tests.support.threads import operator

# -- how content ------------------------------------------------------------------------


@in_turn(
    "locale, stars, asks, thanks",
    [
        ("en", "5", "anything else", "We have it"),
        ("en", "3", "do better", "We have it"),
        ("zh", "4", "还有什么想对我们说", "已经收到"),
    ],
)
async def test_a_good_rating_is_kept_with_its_word(
    club: Club, locale: str, stars: str, asks: str, thanks: str
) -> None:
    anna, mei = await operator(club), await club.person(locale=locale).joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    assert asks in (await mei.taps("ticket.rated", str(ticket.id), stars)).text
    assert thanks in (await mei.says("Faster answers")).text
    now = await ticket_of(club, mei)
    assert (now.rating, now.state) == (int(stars), TicketState.RESOLVED)
    assert (await thread_of(club, mei))[-1].text == "Faster answers"
    assert await told(club, anna, "Faster answers")


@in_turn("locale, opens", [("en", "is open again"), ("zh", "已重新受理")])
async def test_a_bad_rating_opens_it_again_and_tells_the_holder(
    club: Club, locale: str, opens: str
) -> None:
    anna, mei = await operator(club), await club.person(locale=locale).joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    answer = await mei.taps("ticket.rated", str(ticket.id), "1")
    assert opens in answer.text
    await mei.taps("ticket.rated", str(ticket.id), "1")
    keys = [message.key for message in await anna.hears()]
    assert keys.count("ticket.rated_badly") == 1
    now = await ticket_of(club, mei)
    assert (now.state, now.reopened, now.rating) == (TicketState.ASSIGNED, 1, 1)
    answer = await mei.says("Still sour")
    assert (answer.key, str(now.number) in answer.text) == ("ticket.commented", True)
    assert ("前答复您" if locale == "zh" else "answers you by") in answer.text
    assert await told(club, anna, "Still sour")


async def test_a_bad_rating_goes_to_those_in_charge_where_the_club_says_so(club: Club) -> None:
    await rules(club, rating=Rating(bad=3, then=AfterBad.ESCALATE))
    anna, mei = await operator(club), await club.person(locale="zh").joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    assert "报告给负责人" in (await mei.taps("ticket.rated", str(ticket.id), "3")).text
    assert [one.key for one in await anna.hears()].count("desk.escalated") == 1
    assert (await ticket_of(club, mei)).state is TicketState.RESOLVED
    assert (await mei.taps("rating.skip")).key == "ticket.comment_skipped"


async def test_who_has_not_rated_is_asked_once_more(club: Club) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await settled(club, mei, anna)
    praise = await club.person("Glad").joins()
    await praise.says("/feedback")
    await praise.taps("complain.kind_is", "praise")
    await praise.says("Lovely!")

    async def asked(**by: float) -> int:
        club.clock.move(**by)
        now = club.clock()
        await club.write(lambda work: ticket_rating.ask_again(work, now, now, 0, 20))
        heard = [*await mei.hears(), *await praise.hears()]
        return sum(message.key == "ticket.rate_remind" for message in heard)

    assert await asked(hours=23) == 0
    assert await asked(hours=1) == 1
    assert await asked(hours=4) == 1
    assert await asked(days=1) == 1
    assert await asked(days=9) == 1


async def test_who_has_rated_is_not_asked_again(club: Club) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await settled(club, mei, anna)
    await mei.taps("ticket.rated", *await five(mei))
    club.clock.move(days=1)
    now = club.clock()
    assert await club.read(lambda work: ticket_rating.nobody_to_ask(work, now))


# -- too much ---------------------------------------------------------------------------


@in_turn("locale, says", [("en", "wait 10 minutes"), ("zh", "10 分钟后")])
async def test_a_flood_is_stopped_and_another_member_is_not_touched(
    club: Club, locale: str, says: str
) -> None:
    await rules(club, flooding=Flooding(messages=3, minutes=10, open_tickets=5))
    mei, other = await club.person(locale=locale).joins(), await club.person("Other").joins()
    await complains(mei)
    await mei.says("/tickets")
    await mei.taps("ticket.show")
    for n in range(2):
        await mei.taps("ticket.add")
        assert (await mei.says(f"and no. {n}")).key == "ticket.added"
    await mei.taps("ticket.add")
    stopped = await mei.says("and more")
    assert stopped.key == "ticket.flood"
    assert says in stopped.text
    assert [await mei.sends(text=f"and {n}") for n in range(3)] == [None, None, None]
    assert len(await thread_of(club, mei)) == 3
    assert (await mei.says("/card")).key == "card.shown"
    assert (await complains(other)).key == "complain.sent"
    club.clock.move(minutes=10)
    await mei.taps("ticket.add")
    for n in range(3):
        assert (await mei.says(f"and more {n}")).key == "ticket.added"
        await mei.taps("ticket.add")
    assert (await mei.says("and still more")).key == "ticket.flood"
    assert await mei.sends(text="and still more") is None


@in_turn("locale, says", [("en", "2 of your cases"), ("zh", "2 条反馈")])
async def test_who_has_many_open_is_led_to_them(club: Club, locale: str, says: str) -> None:
    await rules(club, flooding=Flooding(messages=20, minutes=10, open_tickets=2))
    mei = await club.person(locale=locale).joins()
    for _ in range(2):
        assert (await complains(mei)).key == "complain.sent"
    for said in ("/complain", "/feedback"):
        full = await mei.says(said)
        assert full.key == "complain.full"
        assert says in full.text
    assert (await mei.taps("ticket.add")).key == "ticket.add_ask"
    assert (await mei.says("and this")).key == "ticket.added"
    assert (await mei.says("/tickets")).key == "ticket.list"


async def test_two_processes_tell_to_wait_once(club: Club) -> None:
    await rules(club, flooding=Flooding(messages=1, minutes=10, open_tickets=5))
    mei = await club.person().joins()
    await complains(mei)
    await mei.taps("ticket.add")
    other = Club(club.url, club.programme, club.clock)
    try:
        inbound = [
            Inbound(mei.address, f"9{n}", Kind.TEXT, text=f"no. {n}", locale="en")
            for n in range(8)
        ]
        told = await asyncio.gather(
            *((club, other)[n % 2].dispatch.handle(one) for n, one in enumerate(inbound))
        )
    finally:
        await other.close()
    assert [one.key for one in told if one is not None] == ["ticket.flood"]
