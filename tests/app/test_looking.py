"""Looking at pictures: whatever happens on the way, the sender gets an answer."""

import asyncio

import pytest

from app import looking
from app.looking import Looking
from bot.channel import Unknown
from bot.messages import Address
from tests.receipts.support import receipt_picture

HERE = Address("telegram", "42", "7", "7")


class Platform:
    """An account that keeps one picture."""

    name = "telegram"
    account = "42"

    def __init__(self, content: bytes | Exception, seconds: float = 0.0) -> None:
        self._content = content
        self._seconds = seconds

    async def download(self, reference: str) -> bytes:
        await asyncio.sleep(self._seconds)
        if isinstance(self._content, Exception):
            raise self._content
        return self._content


async def test_a_picture_is_known_by_its_bytes_and_its_looks() -> None:
    seen = await Looking(Platform(receipt_picture(1))).look(HERE, "p")
    assert (seen.reference, seen.problem, len(seen.digest)) == ("p", "", 64)
    assert seen.near


async def test_what_cannot_be_had_or_opened_is_said() -> None:
    lost = await Looking(Platform(Unknown("no answer"))).look(HERE, "p")
    assert lost.problem == "unreachable"
    broken = await Looking(Platform(b"text")).look(HERE, "p")
    assert broken.problem == "not_a_picture"
    other = Address("telegram", "43", "7", "7")
    elsewhere = await Looking(Platform(receipt_picture(1))).look(other, "p")
    assert (elsewhere.problem, elsewhere.digest) == ("unreachable", "")


async def test_a_silent_platform_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 0.01)
    seen = await Looking(Platform(b"", seconds=30)).look(HERE, "p")
    assert seen.problem == "unreachable"


@pytest.mark.parametrize(
    ("content", "text", "problem"),
    [
        ("\ufeff会员号\n1234".encode(), "会员号\n1234", ""),
        ("会员号".encode("gb18030"), "会员号", ""),
        (b"PK\x03\x04\x00\x00", "", "not_a_text"),
        (b"1" * (looking.LARGEST_TEXT + 1), "", "too_big"),
    ],
)
async def test_a_file_is_read_as_text(content: bytes, text: str, problem: str) -> None:
    seen = await Looking(Platform(content)).look(HERE, "text:f")
    assert (seen.text, seen.problem) == (text, problem)
