"""The page in a real browser, against a tiny bot that talks plain HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.web import add_routes
from sandbox.world import World
from tests.sandbox.shopkeeper import Shopkeeper, stop
from tests.sandbox.support import ANN, BOB, ClubClock, Phone, Session, png

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, NARROW = {"width": 1280, "height": 820}, {"width": 390, "height": 844}


def _application(world: World, clock: ClubClock) -> web.Application:
    async def read(_: web.Request) -> web.Response:
        return web.json_response({"now": clock.now.isoformat(), "zone": "America/New_York"})

    async def move(request: web.Request) -> web.Response:
        clock.now = datetime.fromisoformat((await request.json())["to"])
        return await read(request)

    app = web.Application()
    app.router.add_get("/demo/clock", read)
    app.router.add_post("/demo/clock", move)
    add_routes(app, world)
    return app


@pytest.fixture
async def session(world: World, clock: ClubClock) -> AsyncIterator[Session]:
    import aiohttp

    server = TestServer(_application(world, clock))
    await server.start_server()
    async with aiohttp.ClientSession(server.make_url("/")) as http:
        session = Session(http, server, next(iter(world.bots)))
        bot = asyncio.create_task(Shopkeeper(session).run())
        yield session
        await stop(bot)
    await server.close()


@pytest.fixture
async def page(browser: Browser, session: Session) -> AsyncIterator[Page]:
    async for page in _opened(browser, viewport=WIDE, locale="en-GB"):
        yield page


@pytest.fixture
async def narrow(browser: Browser, session: Session) -> AsyncIterator[Page]:
    async for page in _opened(browser, viewport=NARROW, locale="zh-CN", has_touch=True):
        yield page


async def _opened(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(**options)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    yield page
    await context.close()
    assert problems == []


async def begin(page: Page, session: Session, person: int = ANN, start: str = "") -> Locator:
    """Opens the page, presses Start and waits for the bot's greeting."""
    await page.goto(session.url(f"?person={person}&start={start}"))
    phone = page.locator(".phone").first
    await phone.locator(".big-action .primary").click()
    await expect(phone.locator(".theirs")).to_have_count(1)
    return phone


async def write(phone: Locator, text: str) -> None:
    await phone.locator("textarea").fill(text)
    await phone.locator("textarea").press("Enter")


def last(phone: Locator) -> Locator:
    return phone.locator(".message").last


async def test_a_first_conversation(page: Page, session: Session) -> None:
    phone = await begin(page, session, start="src_7")
    await expect(phone.locator(".mine")).to_contain_text("/start src_7")
    await expect(last(phone).locator("b")).to_have_text("Welcome")
    await phone.get_by_role("button", name="Join").click()
    await expect(last(phone)).to_contain_text("You are in")
    await expect(last(phone).locator(".edited")).to_have_text("edited")
    await expect(phone.locator(".busy")).to_have_count(0)
    await write(phone, "hello\tthere")
    await expect(last(phone)).to_contain_text("hello")
    await expect(phone.locator(".pending")).to_have_count(0)


async def test_links_and_buttons_to_the_bot_start_it_in_the_phone(
    page: Page, session: Session
) -> None:
    phone = await begin(page, session)
    await phone.get_by_role("link", name="via a link").click()
    await expect(phone.locator(".mine").last).to_contain_text("/start src_9")
    await expect(phone.locator(".theirs")).to_have_count(2)
    await phone.get_by_role("button", name="Invite").last.click()
    await expect(phone.locator(".mine").last).to_contain_text("/start ref_7")
    assert len(page.context.pages) == 1


async def test_answers_to_taps_are_shown(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    await phone.get_by_role("button", name="Toast").click()
    await expect(phone.locator(".toast")).to_have_text("Noted")
    await phone.get_by_role("button", name="Rules").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Be kind")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_text_cannot_inject_anything(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    harm = "<img src=x onerror=\"document.title='broken'\"><script>1</script><b>x</b>" + "y" * 400
    await write(phone, harm)
    await expect(phone.locator(".theirs")).to_have_count(2)
    await expect(last(phone).locator(".text")).to_have_text(harm)
    assert await page.locator(".text img, .text script, .text b").count() == 1
    assert await page.title() == "Grocer’s Club"
    box = phone.locator(".messages")
    assert await box.evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_the_reply_keyboard_shares_the_contact(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    await write(phone, "share")
    await phone.locator(".key", has_text="Share my number").click()
    await expect(page.get_by_role("dialog")).to_contain_text("+15550100")
    await page.get_by_role("button", name="Share", exact=True).click()
    await expect(last(phone)).to_contain_text("Your number")
    await expect(phone.locator(".key")).to_have_count(0)
    await phone.get_by_role("button", name="Show the buttons").click()
    await expect(phone.locator(".key")).to_have_count(2)


async def test_somebody_elses_contact(page: Page, session: Session, world: World) -> None:
    world.persons[BOB].phone = "+15550199"
    phone = await begin(page, session)
    await phone.get_by_role("button", name="Attach").click()
    await page.get_by_role("button", name="Somebody else’s contact").click()
    await page.locator(".person", has_text="王晓梅").click()
    await expect(last(phone)).to_contain_text("Another number")


async def test_a_forced_reply_is_a_reply(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    await write(phone, "ask")
    await expect(phone.locator(".above-bar")).to_contain_text("Your name?")
    await write(phone, "Ann")
    await expect(last(phone)).to_contain_text("Hello Ann")
    await expect(phone.locator(".mine .quote")).to_have_text("Your name?")


async def test_pictures_and_files_both_ways(page: Page, session: Session, tmp_path: Path) -> None:
    phone = await begin(page, session)
    await write(phone, "picture")
    image = last(phone).locator("img")
    await expect(image).to_be_visible()
    assert await image.evaluate("node => node.decode().then(() => node.naturalWidth)") == 60
    await last(phone).get_by_role("button", name="Open photo").click()
    await expect(page.get_by_role("dialog").locator("img")).to_be_visible()
    await page.keyboard.press("Escape")
    await write(phone, "file")
    await expect(last(phone).locator(".document")).to_contain_text("my data.json")
    async with page.expect_download() as download:
        await last(phone).locator(".document").click()
    assert (await download.value).suggested_filename == "my data.json"
    (tmp_path / "dog.png").write_bytes(png())
    await phone.get_by_role("button", name="Attach").click()
    await page.locator("[data-attach=photo]").set_input_files(tmp_path / "dog.png")
    await expect(last(phone)).to_contain_text("Nice picture")


async def test_own_messages_can_be_edited(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    await write(phone, "helo")
    await expect(phone.locator(".theirs")).to_have_count(2)
    await phone.locator("textarea").press("ArrowUp")
    await expect(phone.locator(".above-bar")).to_contain_text("Edit message")
    await write(phone, "hello")
    await expect(phone.locator(".mine").last).to_contain_text("hello")
    await expect(phone.locator(".mine").last.locator(".edited")).to_be_visible()


async def test_the_menu_and_the_suggestions_offer_commands(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    await phone.get_by_role("button", name="Menu").click()
    await page.get_by_role("dialog").locator(".command", has_text="Your points").click()
    await expect(phone.locator(".mine").last).to_contain_text("/points")
    await expect(phone.locator(".theirs")).to_have_count(2)
    await phone.locator("textarea").fill("/he")
    await phone.locator("textarea").press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".mine").last).to_contain_text("/help")


async def test_a_blocked_bot_cannot_write_until_it_is_unblocked(
    page: Page, session: Session
) -> None:
    phone = await begin(page, session)
    await phone.get_by_role("button", name="More").click()
    await page.get_by_role("button", name="Block this bot").click()
    await expect(phone.locator(".big-action")).to_contain_text("blocked this bot")
    assert (await session.call("sendMessage", chat_id=ANN, text="x")).status == 403
    await phone.get_by_role("button", name="Unblock and go on").click()
    await expect(phone.locator("textarea")).to_be_visible()


async def test_two_phones_side_by_side_and_a_new_person(page: Page, session: Session) -> None:
    await begin(page, session)
    await page.get_by_role("button", name="Second phone").click()
    second = page.locator(".phone").nth(1)
    await second.get_by_role("button", name="Choose a person").click()
    await page.get_by_role("searchbox").fill("nobody like this")
    await page.get_by_role("button", name="New person").click()
    await page.get_by_label("First name").fill("Otto")
    await page.get_by_role("button", name="Create").click()
    await second.get_by_role("button", name="Start").click()
    await expect(second.locator(".theirs")).to_have_count(1)
    await expect(page.locator(".phone").first.locator(".message")).to_have_count(2)
    await page.reload()
    await expect(page.locator(".phone").nth(1).locator(".message")).to_have_count(2)


async def test_the_time_machine_moves_the_clubs_clock(
    page: Page, session: Session, clock: ClubClock
) -> None:
    before = clock.now
    phone = await begin(page, session)
    await expect(page.locator(".clock")).to_contain_text("2 January 2018")
    await expect(page.locator(".clock")).to_contain_text("09:00")
    await page.locator(".clock").click()
    await page.get_by_role("button", name="+7 days").click()
    await expect(page.get_by_role("status").last).to_contain_text("9 Jan 2018")
    assert (clock.now - before).days == 7
    await page.get_by_label("Go to").fill("2018-02-01T12:30")
    await page.get_by_role("button", name="Go", exact=True).click()
    await expect(page.get_by_role("status").last).to_contain_text("1 Feb 2018")
    assert clock.now.isoformat() == "2018-02-01T17:30:00+00:00"
    await page.get_by_label("Go to").fill("2018-01-01T00:00")
    await page.get_by_role("button", name="Go", exact=True).click()
    await expect(page.get_by_role("status").last).to_contain_text("only moves forward")
    await page.keyboard.press("Escape")
    await write(phone, "later")
    await expect(phone.locator(".day").last).to_have_text("1 February 2018")


async def test_without_a_clock_there_is_no_time_machine(browser: Browser, world: World) -> None:
    app = web.Application()
    add_routes(app, world)
    server = TestServer(app)
    await server.start_server()
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(str(server.make_url("/")))
    await expect(page.locator(".phone").first).to_be_visible()
    await expect(page.locator(".clock")).to_have_count(0)
    await context.close()
    await server.close()


async def test_the_log_shows_calls_as_they_happen(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    await page.get_by_role("button", name="Tools").click()
    calls = page.locator(".call")
    await expect(calls.first).to_contain_text("sendMessage")
    await session.call("sendMessage", chat_id=999, text="nobody")
    await expect(calls.first.locator(".code")).to_have_text("400")
    await calls.first.locator("summary").click()
    await expect(calls.first).to_contain_text("chat not found")
    await page.get_by_label("Only refusals").check()
    await expect(calls).to_have_count(1)
    await page.get_by_label("Only refusals").uncheck()
    await page.get_by_label("Filter by method or content").fill("setMyCommands")
    await expect(calls).to_have_count(1)
    await expect(page.locator(".tools")).not_to_contain_text(session.token)
    await expect(phone.locator(".theirs")).to_have_count(1)


async def test_faults_are_switched_on_and_off(page: Page, session: Session) -> None:
    await begin(page, session)
    await page.get_by_role("button", name="Tools").click()
    await page.get_by_role("tab", name="Faults").click()
    await page.locator("select[name=kind]").select_option("500")
    await page.get_by_label("Where").select_option("sendMessage")
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.locator(".fault-on")).to_contain_text("Server error (500)")
    assert (await session.call("sendMessage", chat_id=ANN, text="x")).status == 500
    assert (await session.call("sendMessage", chat_id=ANN, text="x")).status == 200
    await page.get_by_label("How often").select_option("")
    await page.get_by_role("button", name="Switch on").click()
    await page.get_by_role("button", name="Switch off").first.click()
    assert (await session.call("sendMessage", chat_id=ANN, text="x")).status == 200


async def test_the_language_follows_the_browser_and_the_switch(
    page: Page, narrow: Page, session: Session
) -> None:
    await page.goto(session.url())
    await expect(page.locator(".big-action")).to_have_text("Start")
    await page.get_by_role("button", name="中文").click()
    await expect(page.locator(".big-action")).to_have_text("开始")
    await expect(page.get_by_role("button", name="中文")).to_be_focused()
    await page.reload()
    await expect(page.locator("h1")).to_have_text("杂货店会员")
    await narrow.goto(session.url())
    await expect(narrow.locator(".big-action").first).to_have_text("开始")


async def test_on_a_phone_the_chat_fills_the_screen(narrow: Page, session: Session) -> None:
    phone = await begin(narrow, session)
    box = await phone.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, NARROW["width"])
    assert box["y"] + box["height"] == NARROW["height"]
    assert box["height"] > NARROW["height"] * 0.85
    await narrow.get_by_role("button", name="第二部手机").click()
    await (
        narrow.locator(".stand[data-active=true]")
        .get_by_role("button", name="选择一个人")
        .last.click()
    )
    await narrow.locator(".person", has_text="王晓梅").click()
    await expect(narrow.locator(".phone:visible")).to_have_count(1)
    await narrow.locator(".person-strip .who").first.click()
    await expect(phone.locator(".message")).to_have_count(2)
    await expect(phone).to_be_visible()
    assert await narrow.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


async def test_a_message_from_elsewhere_appears_by_itself(page: Page, session: Session) -> None:
    phone = await begin(page, session)
    await session.call("sendChatAction", chat_id=ANN, action="typing")
    await expect(phone.locator(".is-typing")).to_be_visible()
    await session.call("sendMessage", chat_id=ANN, text="A greeting by itself")
    await expect(last(phone)).to_contain_text("A greeting by itself")
    await expect(phone.locator(".is-typing")).to_have_count(0)


async def test_a_long_conversation_stays_at_its_end(page: Page, session: Session) -> None:
    phone = Phone(session, ANN)
    await phone.write("/start")
    for number in range(120):
        await session.call("sendMessage", chat_id=ANN, text=f"message {number}")
    await page.goto(session.url(f"?person={ANN}"))
    shown = page.locator(".phone").first
    await expect(last(shown)).to_contain_text("message 119")
    await expect(last(shown)).to_be_in_viewport()
    await shown.locator(".messages").evaluate("node => node.scrollTo(0, 200)")
    await expect(shown.get_by_role("button", name="To the newest message")).to_be_visible()
    await session.call("sendMessage", chat_id=ANN, text="message 120")
    await expect(last(shown)).to_contain_text("message 120")
    await expect(last(shown)).not_to_be_in_viewport()
    await shown.get_by_role("button", name="To the newest message").click()
    await expect(last(shown)).to_be_in_viewport()
