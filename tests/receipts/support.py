"""Receipts as pictures, and members who send them."""

from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from bot.messages import Rendered
from services import stores
from services.ports.club import Actor
from tests.support.club import NOW, Club, Person

CLI = Actor("cli")


@cache
def receipt_picture(seed: int, *, width: int = 360, quality: int = 85) -> bytes:
    """A receipt on a table: paper with lines of print, another one for each seed."""
    random = Random(seed)
    picture = Image.new("RGB", (360, 640), (90 + seed % 60, 70, 50))
    draw = ImageDraw.Draw(picture)
    left, top = random.randint(20, 70), random.randint(15, 60)
    draw.rectangle((left, top, left + 230, top + 540), fill=(245, 243, 238))
    for line in range(24):
        at = top + 20 + line * 21
        end = left + 40 + random.randint(20, 170)
        draw.rectangle((left + 15, at, end, at + random.randint(4, 12)), fill=(40, 40, 40))
    out = BytesIO()
    picture.resize((width, width * 640 // 360)).save(out, "JPEG", quality=quality)
    return out.getvalue()


async def add_stores(club: Club, *codes: str) -> None:
    """Shops by their codes."""

    def add(work: object) -> None:
        for code in codes:
            stores.add(work, code, f"Shop {code}", CLI, NOW)  # type: ignore[arg-type]

    await club.write(add)


async def sends_receipt(
    person: Person,
    reference: str = "photo-1",
    *,
    number: str = "A-77",
    amount: str = "128.50",
    day: str = "today",
    seed: int | None = None,
) -> Rendered:
    """The whole way up to the card that is confirmed (one store or none)."""
    picture = receipt_picture(hash(reference) % 1000 if seed is None else seed)
    person.club.album.pictures.setdefault(reference, picture)
    await person.says("/receipt")
    answer = await person.sends_photo(reference)
    for asked, text in (("number", number), ("amount", amount), ("day", day)):
        if answer.key != f"receipt.{asked}":
            return answer
        answer = await person.says(text)
    return answer
