"""The demo over HTTP: what somebody finds who opens the page."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from app import demo, demo_club, demo_data, demo_desk
from app.demo import Wanted, run_demo
from app.demo_data import Files
from app.failures import Failed
from tests.app.phones import Phone
from tests.app.processes import PROGRAM, free_port, serving
from tests.app.tiny_demo import ROSA, Page, opened, tiny

pytestmark = pytest.mark.usefixtures("small")


async def test_a_newcomer_joins_and_finds_the_points_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as page:
        nina = await Phone.new(page.session, page.url, "Nina", "en")
        assert "welcome" in await nina.says("/start")
        assert "member number" in await nina.taps("Join")
        assert "50" in await nina.says("points")
        number = (await page.get("/sandbox/persons?q=Nina"))["persons"][-1]["id"]
    async with opened(tmp_path / "d") as page:
        assert "50" in await page.person(number).says("/points")


async def test_ready_made_persons_have_their_year_behind_them(tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as page:
        rosa = page.person(ROSA)
        await rosa.hears("Rosa")
        assert "128" in await rosa.says("/points")
        mei = page.person(demo_club.HOUSEHOLD_IDS + 21)
        assert "积分" in await mei.says("/points")


async def test_the_time_machine_brings_a_birthday_greeting(tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as page:
        rosa = page.person(ROSA)
        await rosa.hears("Rosa")
        before = await page.get("/demo/clock")
        assert before["zone"] == "America/New_York"
        assert before["now"].startswith("2018-01-02T09:")
        status, after = await page.move_clock("2018-01-09T12:00:00-05:00")
        assert status == 200
        assert after["now"].startswith("2018-01-09T12:00")
        await rosa.hears("birthday")


async def test_the_clock_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    refused = {"2017-01-01T00:00": 409, "tomorrow": 400, 7: 400, None: 400, "9999-99-99": 400}
    async with opened(tmp_path / "d") as page:
        before = await page.get("/demo/clock")
        for to, status in refused.items():
            answered, body = await page.move_clock(to)
            assert answered == status, to
            assert body["error"]
        assert (await page.get("/demo/clock"))["now"][:16] == before["now"][:16]


async def test_another_sites_page_may_not_move_the_clock(tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as page:
        status, _ = await page.move_clock("2018-02-01T00:00", Origin="http://evil.example")
        assert status == 403


async def test_staff_are_there_with_their_roles(tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as page:
        for number, employee in enumerate(demo_club.STAFF):
            found = (await page.get(f"/sandbox/persons?q={employee.name}"))["persons"]
            assert demo_club.STAFF_IDS + number in [person["id"] for person in found]
        carl = page.person(demo_club.STAFF_IDS + 1)
        assert "did not" not in await carl.says("/award")


async def test_the_desk_answers_a_ticket_in_its_topic(tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as page:
        rosa, chat = page.person(ROSA), demo_desk.GROUP_ID
        song = f"/sandbox/persons/{demo_club.STAFF_IDS + 2}"
        topics = await _topics_with_cards(page, chat)
        complaint = next(t["id"] for t in topics if "elivery" in t["name"])
        here = f"chat={chat}&topic={complaint}"
        answer = {"text": "A new box is on its way"}
        async with page.session.post(f"{page.url}{song}/messages?{here}", json=answer) as sent:
            assert sent.status == 201
        await rosa.hears("A new box is on its way")


async def _topics_with_cards(page: Page, chat: int) -> list[dict[str, Any]]:
    """The desk's topics as soon as every ticket has its card there."""
    for _ in range(300):
        topics = (await page.get(f"/sandbox/groups/{chat}"))["topics"]
        ready: list[dict[str, Any]] = [topic for topic in topics if topic["count"] > 1]
        if len(ready) == len(demo_desk.CASES):
            return ready
        await asyncio.sleep(0.1)
    raise AssertionError(f"no topics with cards: {topics}")


async def test_an_imported_member_claims_the_membership_by_sharing_the_phone(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path / "d") as page:
        bob = page.person(demo_club.HOUSEHOLD_IDS + 41)
        assert await bob.seen() == []
        assert "welcome" in await bob.says("/start")
        assert "Bob" in await bob.shares_contact()
        assert "Bob" in await bob.says("/card")


async def test_a_broadcast_reaches_who_agreed_to_offers(tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as page:
        olivia, mei = page.person(demo_club.STAFF_IDS), page.person(demo_club.HOUSEHOLD_IDS + 21)
        await olivia.hears("Olivia")
        await olivia.says("/broadcast")
        await olivia.taps("New message")
        await olivia.says("Strawberries are in")
        await olivia.taps("Everybody")
        await olivia.taps("Next: check")
        await olivia.taps("The same for all")
        await olivia.taps("Send now")
        await mei.hears("Strawberries are in")


async def test_a_second_start_brings_nothing_in_again_and_a_fresh_one_begins_anew(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path / "d") as page:
        assert any("Bringing in" in line for line in page.told)
        await page.move_clock("2018-03-01T09:00")
    async with opened(tmp_path / "d") as page:
        assert not any("Bringing in" in line for line in page.told)
        assert (await page.get("/demo/clock"))["now"].startswith("2018-03-01")
    (tmp_path / "d" / "mine.txt").write_text("not the demo's")
    async with opened(tmp_path / "d", fresh=True) as page:
        assert any("Bringing in" in line for line in page.told)
        assert (await page.get("/demo/clock"))["now"].startswith("2018-01-02")
    assert (tmp_path / "d" / "mine.txt").exists()


async def test_stopped_while_it_fills_the_next_start_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[str]()
    stop = asyncio.Event()

    async def stopped(folder: Path, everything: bool) -> Files:
        stop.set()
        await asyncio.sleep(60)
        return tiny(folder)

    with monkeypatch.context() as patched:
        patched.setattr(demo_club, "_files", stopped)
        await run_demo(Wanted(free_port(), tmp_path / "d", browser=False), told.append, stop)
    assert "goes on" in told[-1]
    async with opened(tmp_path / "d") as page:
        assert "128" in await page.person(ROSA).says("/points")


async def test_a_real_clubs_settings_are_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMBERBOT_DATABASE_URL", f"sqlite:///{tmp_path / 'real.db'}")
    monkeypatch.setenv("MEMBERBOT_TELEGRAM_TOKEN", "1:the-real-token")
    async with opened(tmp_path / "d"):
        assert not (tmp_path / "real.db").exists()


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("")
    with pytest.raises(Failed, match="give another"):
        asyncio.run(run_demo(Wanted(0, tmp_path / "d", fresh=True), print))
    with pytest.raises(Failed, match="give another"):
        asyncio.run(run_demo(Wanted(0, tmp_path / "d"), print))


def test_the_clubs_first_day_is_the_one_of_its_data() -> None:
    assert demo.BEGIN.date() == datetime(2018, 1, 2).date()
    assert demo_data.HOUSEHOLDS == 250


@pytest.mark.slow
async def test_the_whole_demo_as_a_user_starts_it(tmp_path: Path) -> None:
    port = free_port()
    command = ["demo", "--port", str(port), "--data", str(tmp_path / "d"), "--no-browser"]
    async with (
        serving(command, port, tmp_path, program=PROGRAM) as server,
        aiohttp.ClientSession() as session,
    ):
        rosa = Phone(session, server.url, ROSA)
        await rosa.hears("41,")
        assert "41," in await rosa.says("how many points do I have?")
        code, out = await server.end()
    assert code == 0, out
    assert "152,043 purchase lines" in out
    assert "Traceback" not in out
