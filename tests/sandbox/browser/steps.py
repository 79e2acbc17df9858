"""What the tests of the page do again and again."""

from playwright.async_api import Locator, Page, expect

from tests.sandbox.support import ANN, Session

WIDE, NARROW = {"width": 1280, "height": 820}, {"width": 390, "height": 844}


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
