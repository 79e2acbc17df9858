"""The card of a code: cameras and scanners read it, and only its owner's is drawn."""

import io

import pytest
import zxingcpp
from PIL import Image

from domain.codes import check_code
from services import drawing
from services.pictures import code_card_png, qr_png
from services.vouchers import BOT_NAME, show
from storage.work import Work
from tests.flows.test_benefits import member, redeems
from tests.flows.test_my_vouchers import newest
from tests.support.club import Club
from tests.support.threads import offer

CODE = "7K4M 9QXT 2HWD RB5E"
LINK = "https://t.me/our_neighbourhood_bot?start=v_7K4M9QXT2HWDRB5E"


def read(png: bytes) -> dict[str, str]:
    """What a scanner finds in a picture, by kind of code."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    return {str(one.format): one.text for one in found}


@pytest.mark.parametrize(
    ("code", "link", "title"),
    [
        (CODE, LINK, "当季鲜花一束"),
        (CODE, "", "A bouquet of the season from the flower counter, tied while you wait there"),
        ("7K4M 9QXT 2HWD", LINK, ""),
        ("CITYLIGHT2018WINTER0000000000001", LINK, "很" * 60),
    ],
    ids=["voucher", "long title", "member code", "partner's code"],
)
def test_a_scanner_reads_both_the_square_and_the_bars(code: str, link: str, title: str) -> None:
    letters = code.replace(" ", "")
    found = read(code_card_png(code, link, title))
    assert found == {"QR Code": link or letters, "Code 128": letters}


def test_a_camera_reads_the_link_alone() -> None:
    assert read(qr_png(LINK)) == {"QR Code": LINK}


def test_the_same_card_is_the_same_file() -> None:
    assert code_card_png(CODE, LINK, "x") == code_card_png(CODE, LINK, "x")


async def test_a_voucher_is_drawn_for_its_owner_alone(club: Club) -> None:
    coffee = await offer(club)
    mei, other = await member(club), await member(club)
    await redeems(mei, coffee)
    await club.write(lambda work: work.settings.put(BOT_NAME, "our_bot"))
    voucher_id, owner, now = await newest(club, mei), await mei.member_id(), club.clock()

    async def drawn(member_id: int) -> bytes | None:
        which = drawing.voucher_photo(voucher_id, member_id).partition(":")[2]
        make = drawing.MAKERS[drawing.VOUCHER]
        draw = await club.read(lambda work: make(work, which, "en", now))
        return draw() if draw else None

    def code(work: Work) -> str:
        return show(work, owner, voucher_id, now).code

    picture = await drawn(owner)
    assert picture
    letters = check_code(await club.read(code))
    link = f"https://t.me/our_bot?start=v_{letters}"
    assert read(picture) == {"QR Code": link, "Code 128": letters}
    stranger = await other.member_id()
    with pytest.raises(drawing.vouchers.VoucherNotFound):
        await drawn(stranger)
    club.clock.move(days=60)
    now = club.clock()
    assert await drawn(owner) is None
