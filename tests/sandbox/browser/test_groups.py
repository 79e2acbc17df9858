"""Groups, topics and files of all kinds on a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.world import World
from tests.sandbox.browser.steps import begin, last, write
from tests.sandbox.support import ANN, BOB, Phone, Session, in_group, png

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Json = dict[str, Any]


async def desk(session: Session, **given: Any) -> int:
    """A forum of Ann and Bob with one topic in which the bot has said something."""
    facts = {"title": "Service desk", "members": [ANN, BOB], "forum": True}
    rights = ["can_manage_topics"]
    group = (await session.post("/sandbox/groups", facts | {"rights": rights} | given))["id"]
    if given.get("forum", True):
        made = (await session.call("createForumTopic", chat_id=group, name="№ 7 Rosa")).result
        topic = made["message_thread_id"]
        here = {"chat_id": group, "message_thread_id": topic}
        await session.call("sendMessage", **here, text="The box was open")
    return int(group)


async def opened(page: Page, session: Session, person: int = ANN) -> Locator:
    await page.goto(session.url(f"?person={person}"))
    return page.locator(".phone").first


async def test_a_topic_is_found_read_and_answered(narrow: Page, session: Session) -> None:
    group = await desk(session)
    phone = await opened(narrow, session)
    chip = phone.locator(".place", has_text="Service desk")
    await expect(chip.locator(".count")).to_have_text("1")
    await chip.click()
    row = phone.locator(".topic", has_text="Rosa")
    await expect(row).to_contain_text("The box was open")
    await row.click()
    await expect(phone.locator(".chat-title strong")).to_have_text("№ 7 Rosa")
    await expect(last(phone)).to_contain_text("The box was open")
    await expect(chip.locator(".count")).to_have_count(0)
    await write(phone, "we send another")
    await expect(phone.locator(".mine")).to_contain_text("we send another")
    bob = Phone(session, BOB)
    shown = await session.get(f"/sandbox/groups/{group}")
    await bob.post(in_group(group, shown["topics"][0]["id"]), {"text": "thanks"})
    await expect(last(phone).locator(".author")).to_be_visible()
    await phone.get_by_role("button", name="返回").click()
    await expect(row).to_contain_text("thanks")
    assert await phone.evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_who_is_in_no_group_sees_none(page: Page, session: Session) -> None:
    await desk(session, members=[BOB])
    phone = await begin(page, session)
    await expect(phone.locator(".places")).to_be_hidden()


async def test_a_closed_topic_takes_no_words_of_a_member(
    page: Page, session: Session, world: World
) -> None:
    group = await desk(session)
    phone = await opened(page, session, BOB)
    await phone.locator(".place", has_text="Service desk").click()
    await phone.locator(".topic", has_text="Rosa").click()
    await expect(phone.locator("textarea")).to_be_visible()
    topic = world.group(world.bot_by_name(), group).topics
    await session.call("closeForumTopic", chat_id=group, message_thread_id=next(iter(topic)))
    await expect(phone.locator("textarea")).to_have_count(0)
    await expect(phone.locator(".service").last).to_contain_text("closed")


async def test_quotes_lead_to_what_they_answer(page: Page, session: Session) -> None:
    group = await desk(session, forum=False)
    phone = await opened(page, session)
    await phone.locator(".place", has_text="Service desk").click()
    card = await session.call("sendMessage", chat_id=group, text="A card")
    await expect(last(phone)).to_contain_text("A card")
    await last(phone).click(button="right")
    await page.get_by_role("dialog").get_by_role("button", name="Reply").click()
    await write(phone, "on it")
    quote = phone.locator(".mine .quote")
    await expect(quote).to_have_text("A card")
    await quote.click()
    number = card.result["message_id"]
    await expect(phone.locator(f".message[data-message='{number}']")).to_have_class(
        "message theirs changed"
    )


async def test_own_messages_are_changed_and_deleted(page: Page, session: Session) -> None:
    group = await desk(session, forum=False)
    phone = await opened(page, session)
    await phone.locator(".place", has_text="Service desk").click()
    await write(phone, "oops")
    mine = phone.locator(".mine:not(.pending)")
    await expect(mine).to_have_count(1)
    await mine.click(button="right")
    await page.get_by_role("dialog").get_by_role("button", name="Edit").click()
    await write(phone, "better")
    await expect(mine.locator(".edited")).to_be_visible()
    await mine.click(button="right")
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(mine).to_have_count(0)
    left = await session.get(f"/sandbox/persons/{ANN}/" + in_group(group, what="chat"))
    assert [each["text"] for each in left["messages"] if each["from"] == "person"] == []


async def test_files_of_every_kind_are_shown(page: Page, session: Session, tmp_path: Path) -> None:
    await desk(session, forum=False)
    phone = await opened(page, session)
    await phone.locator(".place", has_text="Service desk").click()
    mine = phone.locator(".mine:not(.pending)")
    for name, shown in (
        ("One photo", ".photo img"),
        ("Three photos", ".album .photo"),
        ("Voice, 3 s", ".voice"),
        ("Video, 2 s", ".video video"),
    ):
        await phone.get_by_role("button", name="Attach").click()
        await page.get_by_role("dialog").get_by_role("button", name=name).click()
        await expect(mine.last.locator(shown).first).to_be_visible()
    assert await mine.nth(1).locator(".photo").count() == 3
    await expect(mine.nth(2)).to_contain_text("0:03")
    await mine.nth(2).get_by_role("button", name="Play").click()
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png())
    await phone.get_by_role("button", name="Attach").click()
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    await page.locator("[data-attach=photo]").set_input_files(files)
    await expect(mine).to_have_count(5)
    assert await mine.last.locator(".photo").count() == 2
