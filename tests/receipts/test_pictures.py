"""Fingerprints: the same picture packed anew is known again, another receipt is not."""

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageDraw

from domain.receipt_errors import BadPicture
from domain.receipts import alike
from services.receipt_pictures import LARGEST_BYTES, fingerprint
from tests.receipts.support import receipt_picture


def test_a_picture_made_smaller_or_packed_anew_is_nearly_the_same() -> None:
    whole = fingerprint(receipt_picture(1))
    for other in (
        receipt_picture(1, quality=30),
        receipt_picture(1, width=300),
        receipt_picture(1, width=720, quality=60),
    ):
        found = fingerprint(other)
        assert found.digest != whole.digest
        assert alike(found.near, whole.near)


def test_another_receipt_is_another() -> None:
    found = [fingerprint(receipt_picture(seed)).near for seed in range(30)]
    assert not [pair for pair in combinations(found, 2) if alike(*pair)]


def test_a_picture_of_one_colour_is_like_no_other() -> None:
    out = BytesIO()
    Image.new("RGB", (200, 200), (9, 9, 9)).save(out, "PNG")
    assert fingerprint(out.getvalue()).near == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not_a_picture"),
        (b"%PDF-1.7 and so on", "not_a_picture"),
        (b"\xff\xd8\xff\xe0 broken", "not_a_picture"),
        (receipt_picture(1)[:900], "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"\0" * (LARGEST_BYTES + 1), "too_big"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(BadPicture) as refused:
        fingerprint(content)
    assert refused.value.problem == problem


def test_a_bomb_of_pixels_is_refused_unread() -> None:
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(BadPicture) as refused:
        fingerprint(out.getvalue())
    assert refused.value.problem == "too_big"


def test_two_receipts_of_one_shop_laid_out_alike_are_two() -> None:
    def printed(totals: str) -> bytes:
        picture = Image.new("RGB", (720, 1180), (120, 96, 70))
        draw = ImageDraw.Draw(picture)
        draw.rectangle((110, 50, 610, 1120), fill=(247, 245, 240))
        for line, letter in enumerate(totals):
            width = 60 + 35 * (ord(letter) % 9)
            draw.rectangle((140, 130 + line * 60, 140 + width, 152 + line * 60), fill=(20, 20, 20))
        out = BytesIO()
        picture.save(out, "JPEG", quality=80)
        return out.getvalue()

    one, other = fingerprint(printed("milk1bread2tea")), fingerprint(printed("milk1butter2eggs"))
    assert not alike(one.near, other.near)
