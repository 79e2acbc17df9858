"""The browser that the page tests drive."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


async def test_it_shows_a_page_in_chinese(browser: Any) -> None:
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.set_content("<meta charset=utf-8><p id=greeting>您好，欢迎加入 🎉</p>")
    assert await page.inner_text("#greeting") == "您好，欢迎加入 🎉"


async def test_it_reaches_nothing_outside(browser: Any) -> None:
    page = await browser.new_page()
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto("http://example.org/", timeout=10_000)
