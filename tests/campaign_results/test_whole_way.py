"""The whole way of a campaign in the chat, on the real post: written with everything that it can
have, approved by another, received, clicked, its gift redeemed, its result read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from app.redirecting import PATH, Redirects
from domain.codes import show_code
from domain.vouchers import Voucher
from scheduler.counted import leading
from services import campaign_previews, campaigns
from services.ports.campaigns import Campaign
from storage.work import Work
from tests.campaigns.gifts import stocked
from tests.flows.hall import Hall, make_hall
from tests.support.club import Club, Person
from tests.support.threads import operator

KEY = b"the club's key for links"
SHOP = "https://shop.example/tea"
PHONE = "Mozilla/5.0 (Linux; Android 14; CUBOT X90) Mobile Safari/537.36"
SAID = {
    "en": ("Goal reached: 1 gift used, aim 1", "Clicked", "used 1", "held out"),
    "zh": ("已达成目标：已用赠礼 1，目标 1", "点击", "已使用 1", "对照会员"),
}


@dataclass
class Way:
    """A club with a worker, its address for links, and members who fell to each part."""

    hall: Hall
    client: TestClient[Any, Any]
    redirects: Redirects
    fell: dict[str, list[Person]] = field(default_factory=dict)

    @property
    def club(self) -> Club:
        return self.hall.club

    async def made(self) -> Campaign:
        found: Campaign = (await self.club.read(lambda work: campaigns.newest(work, 1)))[0]
        return found


@pytest.fixture
async def way(club: Club) -> AsyncIterator[Way]:
    await stocked(club, each=10_00)
    hall = await make_hall(club, members=0)
    rules = replace(club.programme.announcements, second_above=0)
    stricter = replace(club.programme, version=2, announcements=rules)
    await club.write(lambda work: work.programmes.publish(stricter, club.clock(), None))
    for sender in hall.worker.senders:
        sender.carrier._lead = leading(KEY, "https://club.example/")
    redirects = Redirects(club.units, KEY, club.clock, lambda language: ("Club", language))
    hall.club.dispatch.tapped = redirects.tapped
    app = web.Application()
    app.router.add_get(PATH, redirects.handle)
    async with TestClient(TestServer(app)) as client:
        yield Way(hall, client, redirects)
    await redirects.close()
    await hall.worker.stop()


async def written(olivia: Person) -> None:
    """With an audience that is typed, a goal, a gift, a budget, two texts and a share held out."""
    await olivia.says("/broadcast")
    await olivia.taps("draft.new")
    await olivia.says(f"Spring teas: {SHOP}")
    await olivia.taps("draft.conditions")
    assert "&gt;= 0" in (await olivia.says("points >= 0")).text
    card = await olivia.taps("audience.use")
    assert card.key == "broadcast.draft"
    await olivia.taps("draft.plan")
    await olivia.taps("plan.goals")
    await olivia.taps("plan.goal_kind", "redeemed")
    await olivia.says("1")
    await olivia.taps("plan.gift")
    await olivia.taps("plan.vouchers")
    await olivia.taps("plan.benefit")
    await olivia.taps("plan.ask_budget")
    await olivia.says("300")
    await olivia.taps("plan.texts")
    await olivia.taps("plan.write")
    await olivia.says(f"Taste the spring: {SHOP}")
    await olivia.taps("plan.held")
    plan = await olivia.taps("plan.hold", "20")
    assert plan.key == "campaign_plan.card"
    await olivia.taps("plan.leave")


async def gathered(way: Way) -> None:
    """Members join until somebody fell to each text and somebody is held out."""
    made = await way.made()
    way.fell = {"A": [], "B": [], "held": []}
    while not all(way.fell.values()):
        person = await way.hall.joins(f"M{len(way.hall.members)}")
        member = await person.member_id()

        def seen(work: Work, member: int = member) -> str:
            found = campaign_previews.of(work, made.id, member, way.club.clock())
            return "held" if found.held else found.letter

        way.fell[await way.club.read(seen)].append(person)


async def sent_off(way: Way, olivia: Person, anna: Person) -> None:
    """Asked for by one, approved by another."""
    card = await olivia.taps("draft.review")
    if card.key == "broadcast.ask_other":
        card = await olivia.taps("draft.review")
    assert card.key == "broadcast.review"
    await olivia.taps("draft.submit")
    await way.hall.drained()
    assert way.hall.got() == []
    (asked,) = await anna.hears()
    assert asked.key == "campaign.asked"
    assert "¥300.00" in asked.text
    assert "B 50" in asked.text
    await anna.taps("approval.yes")
    for _ in range(3):
        await way.hall.drained()


async def clicked(way: Way, person: Person) -> None:
    """Follows the counted link in the message."""
    text = way.hall.texts(person)[0]
    at = text.partition('href="https://club.example')[2].partition('"')[0]
    headers = {"User-Agent": PHONE}
    answer = await way.client.get(at, allow_redirects=False, headers=headers)
    assert (answer.status, answer.headers["Location"]) == (302, SHOP)
    await way.redirects.close()


async def redeemed(way: Way, person: Person) -> None:
    """Shows the voucher at the till."""
    member = await person.member_id()

    def code(work: Work) -> str:
        found: list[Voucher] = work.vouchers.of_member(member)
        return show_code(work.vouchers.code(found[0].id))

    carl = await operator(way.club, "Carl", "till")
    await carl.says(f"/till {await way.club.read(code)}")
    assert (await carl.taps("till.use")).key == "till.used"


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_from_the_first_word_to_the_result(way: Way, locale: str) -> None:
    olivia = await operator(way.club, "Olivia", "owner", locale)
    anna = await operator(way.club, "Anna", "approver", locale)
    await written(olivia)
    await gathered(way)
    await sent_off(way, olivia, anna)
    for letter, words in (("A", "Spring teas"), ("B", "Taste the spring")):
        for person in way.fell[letter]:
            (text,) = way.hall.texts(person)
            assert words in text
    assert [way.hall.texts(person) for person in way.fell["held"] if way.hall.texts(person)] == []
    first = way.fell["A"][0]
    await clicked(way, first)
    await redeemed(way, first)
    await olivia.says("/broadcast")
    progress = await olivia.taps("campaign.show")
    reached = len(way.fell["A"]) + len(way.fell["B"])
    assert f"{reached} × Tea" in progress.text or f"{reached} 份茶券" in progress.text
    card = await olivia.taps("campaign.results")
    for words in SAID[locale]:
        assert words in card.text.replace("<b>", "").replace("</b>", "")
