"""A new user's first hour in the demo's page, in a real browser: join, profile, language, time,
and a cashier beside them. A picture of each step is kept in the test's folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.app.processes import free_port, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]
PROGRAM = Path(__file__).with_name("small_demo.py")
SECONDS = 20_000  # milliseconds that one step may take on a busy machine


@dataclass
class Journey:
    """The page, and who holds the phones."""

    page: Page
    folder: Path
    taken: list[Path] = field(default_factory=list)

    def phone(self, place: int = 0) -> Locator:
        return self.page.locator(".phone").nth(place)

    def last(self, place: int = 0) -> Locator:
        return self.phone(place).locator(".theirs").last

    async def sees(self, text: str, place: int = 0) -> None:
        """Waits until the bot's newest message holds a text, and keeps a picture."""
        await expect(self.last(place)).to_contain_text(text, timeout=SECONDS)
        path = self.folder / f"{len(self.taken) + 1:02d}.png"
        await self.page.screenshot(path=path)
        self.taken.append(path)

    async def hears(self, text: str, place: int = 0) -> None:
        """Waits until any message of the bot's holds a text: it may not be the newest."""
        found = self.phone(place).locator(".theirs", has_text=text)
        await expect(found.last).to_be_visible(timeout=SECONDS)

    async def says(self, text: str, place: int = 0) -> None:
        box = self.phone(place).locator("textarea")
        await box.fill(text)
        await box.press("Enter")
        await expect(self.phone(place).locator(".mine").last).to_contain_text(text)

    async def taps(self, label: str, place: int = 0) -> None:
        buttons = self.phone(place).locator(".inline-button", has_text=label)
        await buttons.last.click(timeout=SECONDS)

    async def becomes(self, name: str, place: int = 0) -> None:
        """Hands the phone to a ready-made person."""
        await self.page.locator(".who:visible").nth(place).click()
        await self.page.get_by_role("searchbox").fill(name)
        await self.page.locator(".person", has_text=name).first.click()
        await expect(self.page.locator(".who:visible").nth(place)).to_contain_text(name)

    async def creates(self, name: str) -> None:
        """Hands the phone to somebody new."""
        await self.page.locator(".who:visible").first.click()
        await self.page.get_by_role("button", name="New person").click()
        await self.page.get_by_label("First name").fill(name)
        await self.page.get_by_role("button", name="Create").click()
        await self.phone().locator(".big-action .primary").click()

    async def travels(self, to: str) -> None:
        """Moves the club's clock: `+7 days`, or a moment for the field."""
        await self.page.locator("button.clock").click()
        dialog = self.page.get_by_role("dialog")
        if to.startswith("+"):
            await dialog.get_by_role("button", name=to).click()
        else:
            await dialog.get_by_label("Go to").fill(to)
            await dialog.get_by_role("button", name="Go", exact=True).click()
        await expect(dialog.get_by_role("status")).to_contain_text("It is now", timeout=60_000)
        await self.page.keyboard.press("Escape")


@pytest.fixture
async def journey(browser: Browser, tmp_path: Path) -> AsyncIterator[Journey]:
    """The demo as a process of its own, its page open, and no error on it to the end."""
    port, problems = free_port(), list[str]()
    command = ["demo", "--port", str(port), "--data", str(tmp_path / "club"), "--no-browser"]
    async with serving(command, port, tmp_path, program=(str(PROGRAM),)) as server:
        context = await browser.new_context(
            viewport={"width": 1280, "height": 820}, locale="en-GB"
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        await page.goto(server.url)
        yield Journey(page, tmp_path)
        await context.close()
        code, out = await server.end()
    assert code == 0, out
    assert "Traceback" not in out
    assert problems == []


async def test_a_newcomers_first_hour(journey: Journey) -> None:
    await journey.creates("Zoe")
    await journey.sees("welcome to Neighbourhood Fresh")
    await journey.taps("Join")
    await journey.sees("Your member number")
    number = await journey.last().locator("code").first.inner_text()
    await journey.taps("My card")
    await journey.sees(number)
    await journey.taps("My points")
    await journey.sees("50 fresh points to use")
    await _tells_name_and_birthday(journey)
    await _speaks_chinese_for_a_while(journey)
    await _is_greeted_on_the_birthday(journey)
    await _buys_and_returns(journey, number)
    assert len(journey.taken) > 10
    assert all(path.stat().st_size > 10_000 for path in journey.taken)


async def _tells_name_and_birthday(journey: Journey) -> None:
    await journey.says("/profile")
    await journey.sees("Name: – (+10)")
    await journey.taps("Name")
    await journey.sees("What may we call you?")
    await journey.says("Zoe Miller")
    await journey.sees("Name: Zoe Miller")
    await journey.taps("Birthday")
    await journey.sees("When is your birthday?")
    await journey.says("12 January")
    await journey.sees("May we write to you on your birthday")
    await journey.taps("Yes, please")
    await journey.sees("Birthday: 12 Jan")


async def _speaks_chinese_for_a_while(journey: Journey) -> None:
    await journey.says("/language")
    await journey.sees("Please choose your language")
    await journey.taps("中文")
    await journey.sees("接下来用中文为您服务")
    await journey.says("积分")
    await journey.sees("鲜积分")
    await journey.says("/language en")
    await journey.sees("we go on in English")


async def _is_greeted_on_the_birthday(journey: Journey) -> None:
    await journey.travels("+7 days")
    await journey.says("/points")
    await journey.sees("80 fresh points to use")  # 50, a name for 10, a birthday for 20
    await journey.travels("2018-01-13T12:00")
    await journey.hears("birthday, Zoe Miller")
    await journey.says("/points")
    await journey.sees("180 fresh points to use")
    await journey.says("/history")
    await journey.sees("Birthday")


async def _buys_and_returns(journey: Journey, number: str) -> None:
    """A cashier beside the member books a purchase; the owner makes it void."""
    await journey.page.get_by_role("button", name="Second phone").click()
    await journey.phone(1).get_by_role("button", name="Choose a person").click()
    await journey.page.get_by_role("searchbox").fill("Carl")
    await journey.page.locator(".person", has_text="Carl").first.click()
    for said in (f"/award {number}", "42.00", "R-1001"):
        await journey.says(said, 1)
    await journey.sees("Please check before you book", 1)
    await journey.taps("Book it", 1)
    await journey.sees("Booked", 1)
    await journey.hears("Thank you for your purchase of $42.00")
    await journey.says("/history")
    await journey.sees("+84 Purchase")  # twice the points in the month of the birthday
    await journey.taps("1")
    await journey.sees("Double points in your birthday month")
    await _voids(journey, number)


async def _voids(journey: Journey, number: str) -> None:
    await journey.becomes("Olivia", 1)
    await journey.says(f"/member {number}", 1)
    await journey.sees("Zoe Miller", 1)
    await journey.taps("Purchases", 1)
    await journey.taps("$42.00", 1)
    await journey.taps("Make void", 1)
    await journey.sees("What is the reason", 1)
    await journey.says("brought back", 1)
    await journey.sees("Please check", 1)
    await journey.taps("Yes, correct it", 1)
    await journey.sees("void", 1)
    await journey.sees("by mistake")  # the notice; what is asked now is answered below it
    await journey.says("/history")
    await journey.sees("−84 Purchase made void")
    await journey.taps("1")
    await journey.sees("−84 fresh points")
    await journey.says("/points")
    await journey.sees("180 fresh points to use")
