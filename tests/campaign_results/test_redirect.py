"""Links of campaigns: led over the club's address to where they belong, counted once per tap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from app.redirecting import PATH, Redirects
from bot.actions import Action
from bot.messages import Inbound, Kind
from domain.campaign_links import link_id, token
from scheduler.counted import leading
from services import campaign_clicks
from services.campaign_clicks import Followed
from storage.tables.campaigns import CampaignClick
from storage.tables.people import Member
from tests.campaign_results.conftest import CAMPAIGN, Part, campaign
from tests.flows.hall import Hall, checked, make_hall, written
from tests.support.club import NOW, Club
from tests.support.threads import operator

KEY = b"the club's key for links"
SHOP = "https://shop.example/spring?a=1&b=2"
PHONE = "Mozilla/5.0 (Linux; Android 14; CUBOT X90) Mobile Safari/537.36"
CLICKS = CampaignClick.__table__  # type: ignore[attr-defined]


@pytest.fixture
async def redirects(club: Club) -> AsyncIterator[Redirects]:
    made = Redirects(club.units, KEY, club.clock, lambda language: ("Club", f"gone {language}"))
    yield made
    await made.close()


@pytest.fixture
async def client(redirects: Redirects) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.router.add_get(PATH, redirects.handle)
    async with TestClient(TestServer(app)) as opened:
        yield opened


@pytest.fixture
async def row(club: Club) -> int:
    """The delivery row of the first member of a campaign with a link."""
    await campaign(club, [Part(), Part()])
    await club.write(lambda work: campaign_clicks.link(work, CAMPAIGN, SHOP))
    return 700_001


def path(row_id: int, url: str = SHOP, key: bytes = KEY) -> str:
    return f"/r/{token(key, link_id(CAMPAIGN, url), row_id)}"


async def follow(client: TestClient[Any, Any], at: str, **more: Any) -> Any:
    headers = {"User-Agent": PHONE, **more.pop("headers", {})}
    method = more.pop("method", "GET")
    return await client.request(method, at, allow_redirects=False, headers=headers)


async def clicks(club: Club) -> list[tuple[int, str, int]]:
    wanted = select(CLICKS.c.member_id, CLICKS.c.target, CLICKS.c.times)
    found = await club.read(
        lambda work: work.db.execute(wanted.order_by(CLICKS.c.member_id)).all()
    )
    return [tuple(one) for one in found]


async def test_a_link_leads_on_and_is_counted_by_member(
    club: Club, client: TestClient[Any, Any], redirects: Redirects, row: int
) -> None:
    for _ in range(2):
        answer = await follow(client, path(row))
        assert (answer.status, answer.headers["Location"]) == (302, SHOP)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    await redirects.close()
    assert await clicks(club) == [(1, str(link_id(CAMPAIGN, SHOP)), 2)]
    await follow(client, path(row))
    await follow(client, path(700_002))
    await redirects.close()
    assert [(member, times) for member, _, times in await clicks(club)] == [(1, 3), (2, 1)]


@pytest.mark.parametrize(
    "how",
    [
        {"method": "HEAD"},
        {"headers": {"User-Agent": "TelegramBot (like TwitterBot)"}},
        {"headers": {"Sec-Purpose": "prefetch;prerender"}},
    ],
)
async def test_machines_are_led_on_uncounted(
    club: Club, client: TestClient[Any, Any], redirects: Redirects, row: int, how: Any
) -> None:
    assert (await follow(client, path(row), **how)).status == 302
    await redirects.close()
    assert await clicks(club) == []


@pytest.mark.parametrize("at", ["/r/x", "/r/" + "A" * 38, "/r/https:%2F%2Fevil.example"])
async def test_what_is_no_link_shows_a_page_in_both_languages(
    client: TestClient[Any, Any], row: int, at: str
) -> None:
    answer = await follow(client, at)
    page = await answer.text()
    assert answer.status == 404
    assert "gone zh" in page
    assert "gone en" in page


async def test_a_token_of_another_key_or_of_an_unknown_link_leads_nowhere(
    club: Club, client: TestClient[Any, Any], redirects: Redirects, row: int
) -> None:
    assert (await follow(client, path(row, key=b"another"))).status == 404
    assert (await follow(client, path(row, "https://evil.example"))).status == 404
    await redirects.close()
    assert await clicks(club) == []


async def test_who_left_the_club_is_led_on_uncounted(
    club: Club, client: TestClient[Any, Any], redirects: Redirects, row: int
) -> None:
    members = Member.__table__  # type: ignore[attr-defined]
    gone = update(members).where(members.c.id == 1).values(state="erased")
    await club.write(lambda work: work.db.execute(gone))
    assert (await follow(client, path(row))).status == 302
    await redirects.close()
    assert await clicks(club) == []


async def test_a_row_that_is_gone_is_led_on_uncounted(
    club: Club, client: TestClient[Any, Any], redirects: Redirects, row: int
) -> None:
    assert (await follow(client, path(5))).status == 302
    await redirects.close()
    assert await clicks(club) == []


async def test_counts_keep_first_and_last(club: Club, row: int) -> None:
    link, later = link_id(CAMPAIGN, SHOP), NOW + timedelta(hours=3)
    for at in (NOW, later, NOW + timedelta(hours=1)):
        some = [Followed(link, row, at)]
        await club.write(lambda work, some=some: campaign_clicks.count(work, some))
    wanted = select(CLICKS.c.first_at, CLICKS.c.last_at, CLICKS.c.times)
    found = await club.read(lambda work: work.db.execute(wanted).one())
    assert tuple(found) == (NOW, later, 3)


# -- the whole way -----------------------------------------------------------------------


@pytest.fixture
async def hall(club: Club) -> AsyncIterator[Hall]:
    made = await make_hall(club)
    yield made
    await made.worker.stop()


async def test_links_of_a_message_lead_over_the_club_and_taps_count(
    hall: Hall, redirects: Redirects, client: TestClient[Any, Any]
) -> None:
    for sender in hall.worker.senders:
        sender.carrier._lead = leading(KEY, "https://club.example/")
    hall.club.dispatch.tapped = redirects.tapped
    ann = await operator(hall.club)
    await written(ann, f"Look: {SHOP}")
    await ann.taps("draft.buttons")
    await ann.taps("draft.own", "benefits")
    await ann.says("Shop | https://shop.example/all")
    await ann.taps("draft.card")
    await checked(ann)
    await ann.taps("draft.submit")
    await hall.drained()
    text = hall.texts(hall.members[0])[0]
    assert "https://club.example/r/" in text
    assert ">https://shop.example/spring?a=1&amp;b=2</a>" in text
    at = text.partition('href="https://club.example')[2].partition('"')[0]
    assert (await follow(client, at)).headers["Location"] == SHOP
    rows = [one for one in await hall.rows() if one["chat"] == hall.members[0].user]
    mei = hall.members[0]
    for intent in ("benefits", "stop"):
        payload = hall.club.signer.pack(Action(intent, (), "", 0), mei.user)
        await mei.sends(Kind.TAP, payload=payload, message=rows[0]["message_id"], callback="c")
    await redirects.close()
    member = await mei.member_id()
    found = [(who, target) for who, target, _ in await clicks(hall.club)]
    link = str(link_id(rows[0]["campaign_id"], SHOP))
    assert sorted(found) == sorted([(member, link), (member, "benefits"), (member, "stop")])


async def test_a_tap_that_takes_long_is_heard_once_and_answered(
    club: Club, redirects: Redirects
) -> None:
    heard: list[str] = []

    def tapped(inbound: Inbound, intent: str) -> None:
        heard.append(intent)
        redirects.tapped(inbound, intent)

    club.dispatch.tapped = tapped
    await campaign(club, [Part()])
    ann = await operator(club)
    for intent in ("campaign.results", "campaign.show"):
        payload = club.signer.pack(Action(intent, (str(CAMPAIGN),), "", 0), ann.user)
        answer = await ann.sends(Kind.TAP, payload=payload, message="1", callback="c")
        assert answer is not None
        assert answer.key in ("outcome.card", "broadcast.progress")
    assert heard == ["campaign.results", "campaign.show"]
