"""The demo's page in a real browser, as somebody new goes through it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.app.tiny_demo import opened

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("small")]

NINA, MEI = 90_000, 10_021
WIDE = {"viewport": {"width": 1280, "height": 820}, "locale": "en-GB"}
NARROW = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "has_touch": True}


async def _phone(browser: Browser, url: str, **options: Any) -> Locator:
    context = await browser.new_context(**options)
    page = await context.new_page()
    await page.goto(url)
    return page.locator(".phone").first


async def _says(phone: Locator, text: str) -> None:
    await phone.locator("textarea").fill(text)
    await phone.locator("textarea").press("Enter")


def _last(phone: Locator) -> Locator:
    return phone.locator(".theirs").last


async def test_a_newcomer_joins_changes_the_language_and_reads_the_history(
    browser: Browser, tmp_path: Path
) -> None:
    async with opened(tmp_path / "d") as demo:
        phone = await _phone(browser, f"{demo.url}/?person={NINA}", **WIDE)
        await phone.locator(".big-action .primary").click()
        await expect(_last(phone)).to_contain_text("Neighbourhood Fresh")
        await phone.get_by_role("button", name="Join").last.click()
        await expect(_last(phone)).to_contain_text("member number")
        await _says(phone, "/history")
        await expect(_last(phone)).to_contain_text("+50")
        await _says(phone, "/language")
        await expect(_last(phone)).to_contain_text("language")
        await _last(phone).get_by_role("button", name="中文").click()
        await expect(_last(phone)).to_contain_text("中文为您服务")
        await _says(phone, "我的积分")
        await expect(_last(phone)).to_contain_text("鲜积分")


async def test_moving_the_clock_brings_the_reminder_to_the_phone(
    browser: Browser, tmp_path: Path
) -> None:
    async with opened(tmp_path / "d") as demo:
        phone = await _phone(browser, f"{demo.url}/?person=11023", **WIDE)
        await expect(_last(phone)).to_contain_text("Rosa")
        await phone.page.locator(".clock").click()
        await phone.page.get_by_role("button", name="+7 days").click()
        await expect(phone.page.get_by_role("status").last).to_contain_text(
            "9 Jan 2018", timeout=60_000
        )
        await phone.page.keyboard.press("Escape")
        await expect(_last(phone)).to_contain_text("birthday")


async def test_a_member_in_chinese_on_a_narrow_screen(browser: Browser, tmp_path: Path) -> None:
    async with opened(tmp_path / "d") as demo:
        phone = await _phone(browser, f"{demo.url}/?person={MEI}", **NARROW)
        await expect(_last(phone)).to_contain_text("小美")
        await _says(phone, "积分")
        await expect(_last(phone)).to_contain_text("鲜积分")
        box = phone.locator(".messages")
        assert await box.evaluate("node => node.scrollWidth <= node.clientWidth")
