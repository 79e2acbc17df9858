"""Where channels find the club's pictures: uploaded once, drawn ones kept nowhere."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.answers import keepable
from app.pictures import ClubPictures
from bot.messages import Document, Rendered
from services.ports.pictures import Image
from storage.work import Work
from tests.support.club import Club, programme

NOW = datetime(2026, 5, 20, tzinfo=UTC)
JPEG = Image("image/jpeg", 1200, 800, b"jpeg")


@pytest.fixture
async def club(database_url: str):  # type: ignore[no-untyped-def]
    opened = await Club(database_url, programme()).open()
    await opened.write(lambda work: work.pictures.keep("ab", JPEG, NOW))
    yield opened
    await opened.close()


async def test_a_picture_is_a_file_once_and_an_id_from_then_on(club: Club) -> None:
    album = ClubPictures(club.units, "telegram", club.clock)
    assert await album.find("picture:ab", "42", "zh") == Document("picture.jpg", b"jpeg")
    await album.keep("picture:ab", "42", "FILE")
    assert await album.find("picture:ab", "42", "en") == "FILE"
    later = ClubPictures(club.units, "telegram", club.clock)
    assert await later.find("picture:ab", "42", "en") == "FILE"
    assert await later.find("picture:ab", "43", "en") == Document("picture.jpg", b"jpeg")
    assert await later.find("picture:none", "42", "en") is None


async def test_what_is_drawn_has_no_id_that_is_kept(club: Club) -> None:
    album = ClubPictures(club.units, "telegram", club.clock)
    await album.keep("voucher:1:2", "42", "FILE")

    def kept(work: Work) -> str:
        return work.pictures.file_id("1:2", "telegram", "42")

    assert await club.read(kept) == ""


@pytest.mark.parametrize(("locale", "words"), [("en", "try once more"), ("zh", "请再试一次")])
async def test_of_a_secret_answer_only_the_wish_to_try_again_is_kept(
    club: Club, locale: str, words: str
) -> None:
    told = Rendered("voucher.card", locale, "7K4M 9QXT 2HWD RB5E", secret=True)
    kept = keepable(told, club.renderer, "7")
    assert words in kept.text
    assert "7K4M" not in repr(kept)
    assert keepable(replace(told, secret=False), club.renderer, "7").text == told.text
