"""Around the chat: second phone, time machine, log, faults, languages, narrow screens."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from sandbox.web import add_routes
from sandbox.world import World
from tests.sandbox.browser.steps import NARROW, begin, write
from tests.sandbox.support import ANN, ClubClock, Session

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
