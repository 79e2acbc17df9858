"""Files behind signed links: who opens one, what is served how, and what never is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from app.files import PATH, Files, kind_of, links
from bot.channel import Rejected, Unknown
from bot.messages import Media
from services import files
from services.files import Wanted

KEY = b"the club's key for files"
NOW = datetime(2026, 5, 20, 8, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0 a picture"
PAGE = b"<html><script>alert(1)</script></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@dataclass
class Shelf:
    """An account with its files, and the messages that name them."""

    files: dict[str, Any] = field(default_factory=dict)
    said: dict[int, Any] = field(default_factory=dict)
    now: datetime = NOW

    def says(self, said_id: int, content: Any, **media: Any) -> str:
        """A message with one file; the path of its link."""
        self.files[f"f{said_id}"] = content
        kept = {"reference": f"f{said_id}", "kind": "photo", "channel": "telegram", "account": "4"}
        self.said[said_id] = SimpleNamespace(media=({**kept, **media},))
        return f"/files/{files.token(KEY, files.name_of(said_id, 0), self.now)}"

    async def download(self, reference: str, most: int = 0) -> bytes:
        content = self.files[reference]
        if isinstance(content, Exception):
            raise content
        return bytes(content)

    async def read(self, use: Any) -> Any:
        return use(SimpleNamespace(tickets=SimpleNamespace(said=self.said.get)))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def client(shelf: Shelf) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    units: Any = shelf
    served = Files(units, KEY, lambda: shelf.now, {("telegram", "4"): shelf})
    app.router.add_get(PATH, served.handle, allow_head=False)
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def test_a_picture_may_be_looked_at(shelf: Shelf, client: TestClient[Any, Any]) -> None:
    answer = await client.get(shelf.says(7, JPEG, name="soup.jpg"))
    assert (answer.status, await answer.read()) == (200, JPEG)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == "inline; filename*=UTF-8''soup.jpg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("content", [PAGE, DRAWING, b"\x00\x01", b"OggS voice", b""])
@pytest.mark.parametrize("name", ["a.jpg", "a.svg", "a.html", ""])
async def test_whatever_its_name_what_is_no_picture_is_only_saved(
    shelf: Shelf, client: TestClient[Any, Any], content: bytes, name: str
) -> None:
    answer = await client.get(shelf.says(7, content, name=name, mime="text/html"))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


async def test_a_name_breaks_no_header(shelf: Shelf, client: TestClient[Any, Any]) -> None:
    answer = await client.get(shelf.says(7, PAGE, name='../"\r\nX-Evil: 1/账单.html'))
    assert "X-Evil" not in answer.headers
    assert answer.headers["Content-Disposition"].endswith("..X-Evil%3A%201%E8%B4%A6%E5%8D%95.html")


async def test_every_link_that_opens_nothing_looks_the_same(
    shelf: Shelf, client: TestClient[Any, Any]
) -> None:
    path = shelf.says(7, JPEG)
    shelf.says(8, JPEG)
    del shelf.said[7].media[0]["reference"]
    wrong = [
        path,  # the file was erased
        path.replace("/7.", "/8."),
        path.replace(".0.", ".1."),
        path[:-1] + ("A" if path[-1] != "A" else "B"),
        "/files/" + files.token(KEY, "9.0", NOW),
        "/files/" + files.token(KEY, "8.5", NOW),
        "/files/" + files.token(b"another club", "8.0", NOW),
        "/files/" + files.token(KEY, "8.0", NOW - timedelta(hours=24)),
        "/files/x",
        "/files/8.0.99999999999.",
        "/files/%00",
        "/files/" + "9" * 4000,
    ]
    answers = [await client.get(path) for path in wrong]
    assert {(answer.status, await answer.text()) for answer in answers} == {
        (404, "this link does not open anything (any more)")
    }


async def test_a_link_is_good_for_a_day(shelf: Shelf, client: TestClient[Any, Any]) -> None:
    path = shelf.says(7, JPEG)
    shelf.now = NOW + timedelta(hours=23, minutes=59)
    assert (await client.get(path)).status == 200
    shelf.now = NOW + timedelta(hours=24)
    assert (await client.get(path)).status == 404


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Unknown("read timeout"), 502), (Rejected("the file is too large"), 413)],
)
async def test_what_the_platform_does_not_give_is_said(
    shelf: Shelf, client: TestClient[Any, Any], trouble: Exception, status: int
) -> None:
    answer = await client.get(shelf.says(7, trouble))
    assert (answer.status, answer.headers["X-Content-Type-Options"]) == (status, "nosniff")


async def test_a_file_too_large_is_not_even_asked_for(
    shelf: Shelf, client: TestClient[Any, Any]
) -> None:
    path = shelf.says(7, AssertionError("it was asked for"), size=21 * 2**20)
    assert (await client.get(path)).status == 413


def test_pictures_are_known_by_their_first_bytes() -> None:
    assert kind_of(b"\x89PNG\r\n\x1a\n...") == "image/png"
    assert kind_of(b"GIF89a...") == "image/gif"
    assert kind_of(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert kind_of(b"RIFF\x00\x00\x00\x00WAVEfmt ") == "application/octet-stream"


@given(st.integers(1, 2**62), st.integers(0, 9), st.text(max_size=40))
def test_only_what_was_signed_opens(said_id: int, place: int, other: str) -> None:
    good = files.token(KEY, files.name_of(said_id, place), NOW)
    assert files.opened(KEY, good, NOW) == Wanted(said_id, place)
    assert files.opened(KEY, other, NOW) is None
    assert files.opened(KEY, good + other, NOW) == (None if other else Wanted(said_id, place))


def test_there_are_links_only_with_an_address_of_ours() -> None:
    there = links(KEY, "https://club.example/", lambda: NOW)
    assert there(Media("P", "photo", file="7.0")).startswith("https://club.example/files/7.0.")
    assert there(Media("P", "photo")) == ""
    assert links(KEY, "", lambda: NOW)(Media("P", "photo", file="7.0")) == ""
