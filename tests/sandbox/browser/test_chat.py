"""The chat: writing, tapping, sharing, files, and what comes by itself."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from sandbox.world import World
from tests.sandbox.browser.steps import begin, last, write
from tests.sandbox.support import ANN, BOB, Phone, Session, png

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
