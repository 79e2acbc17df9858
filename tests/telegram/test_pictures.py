"""Pictures of ours: uploaded once, then known by the platform's id; texts change under them."""

from dataclasses import replace
from typing import Any

import pytest
from telegram import InputFile
from telegram.error import BadRequest

from bot.channel import PictureGone, Rejected
from bot.messages import Address, Document, Inbound, Key, Kind, Rendered
from bot.telegram.channel import TelegramChannel
from bot.telegram.render import Call
from tests.telegram.botapi import faults
from tests.telegram.test_channel import Recorder
from tests.telegram.updates import ACCOUNT

CARD = Rendered(
    "benefit.card", "zh", "<b>花</b>", rows=((Key("兑", payload="1x"),),), photo="picture:abc"
)
HERE = Address("telegram", ACCOUNT, "7", "7")
SAID = Inbound(HERE, "1", Kind.TEXT, text="x", message="30")
ON_TEXT = Inbound(HERE, "2", Kind.TAP, payload="x", message="31")
ON_PICTURE = Inbound(HERE, "3", Kind.TAP, payload="x", pictured="32")
SENT = {"message_id": 9, "photo": [{"file_id": "small"}, {"file_id": "LARGE"}]}


class Album:
    """Pictures with one in it, that remembers what it is told."""

    def __init__(self, found: str | Document | Exception | None) -> None:
        self.found = found
        self.asked: list[tuple[str, str, str]] = []
        self.kept: list[tuple[str, str, str]] = []
        self.forgotten: list[tuple[str, str, str]] = []

    async def find(self, photo: str, account: str, locale: str) -> str | Document | None:
        self.asked.append((photo, account, locale))
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    async def keep(self, photo: str, account: str, reference: str) -> None:
        self.kept.append((photo, account, reference))

    async def forget(self, photo: str, account: str, reference: str) -> None:
        self.forgotten.append((photo, account, reference))


def channel(album: Album | None, *outcomes: Any) -> tuple[TelegramChannel, list[Call]]:
    client = Recorder(outcomes)
    made = TelegramChannel(client)
    made.pictures = album
    return made, client.calls


FILE = Document("picture.jpg", b"jpeg")


async def test_a_picture_is_uploaded_with_its_text_and_its_id_remembered() -> None:
    album = Album(FILE)
    made, calls = channel(album, SENT)
    assert await made.begin(CARD, SAID) is None
    (call,) = calls
    assert call.method == "sendPhoto"
    assert isinstance(call.params["photo"], InputFile)
    assert (call.params["caption"], call.params["parse_mode"]) == ("<b>花</b>", "HTML")
    assert "inline_keyboard" in call.params["reply_markup"]
    assert album.asked == [("picture:abc", ACCOUNT, "zh")]
    assert album.kept == [("picture:abc", ACCOUNT, "LARGE")]


async def test_a_picture_that_the_platform_has_rides_in_the_response() -> None:
    album = Album("LARGE")
    made, calls = channel(album)
    call = await made.begin(replace(CARD, edit=True), ON_TEXT)
    assert call is not None
    assert (call.method, call.params["photo"]) == ("sendPhoto", "LARGE")
    assert not faults(call)
    assert not calls
    assert not album.kept


async def test_a_tap_under_the_picture_changes_the_text_and_asks_for_no_picture() -> None:
    album = Album(FILE)
    made, calls = channel(album)
    call = await made.begin(replace(CARD, edit=True, text="new"), ON_PICTURE)
    assert call is not None
    assert (call.method, call.params["message_id"]) == ("editMessageCaption", 32)
    assert call.params["caption"] == "new"
    assert not faults(call)
    assert not calls
    assert not album.asked


@pytest.mark.parametrize(
    "message",
    [replace(CARD, edit=True, photo=""), replace(CARD, edit=True, text="x" * 1025), CARD],
    ids=["a text card", "a text too long for a caption", "no edit"],
)
async def test_else_what_is_tapped_under_a_picture_comes_as_a_new_message(
    message: Rendered,
) -> None:
    made, calls = channel(Album("LARGE"))
    await made.answer(message, ON_PICTURE)
    assert {call.method for call in calls} <= {"sendMessage", "sendPhoto"}
    assert calls


@pytest.mark.parametrize("found", [None, OSError("no such table")])
async def test_without_its_picture_the_text_comes_alone(found: Exception | None) -> None:
    made, calls = channel(Album(found))
    await made.answer(CARD, SAID)
    await made.answer(replace(CARD, edit=True), ON_TEXT)
    assert [call.method for call in calls] == ["sendMessage", "editMessageText"]
    bare, alone = channel(None)
    await bare.answer(CARD, SAID)
    assert [call.method for call in alone] == ["sendMessage"]


async def test_a_delivery_takes_its_picture_along_too() -> None:
    album = Album(FILE)
    made, calls = channel(album, SENT)
    assert await made.send("7", CARD) == "9"
    assert [call.method for call in calls] == ["sendPhoto"]
    assert album.kept == [("picture:abc", ACCOUNT, "LARGE")]


@pytest.mark.parametrize("answer", [{"message_id": 9}, {"message_id": 9, "photo": []}])
async def test_an_odd_answer_to_an_upload_is_no_reason_to_fail(answer: dict[str, Any]) -> None:
    album = Album(FILE)
    made, _ = channel(album, answer)
    assert await made.send("7", CARD) == "9"
    assert not album.kept


async def test_a_picture_that_the_platform_has_forgotten_is_to_be_uploaded_again() -> None:
    album = Album("OLD")
    made, calls = channel(album, BadRequest("Wrong file identifier/HTTP URL specified"))
    with pytest.raises(PictureGone):
        await made.send("7", CARD)
    assert album.forgotten == [("picture:abc", ACCOUNT, "OLD")]
    assert len(calls) == 1


async def test_a_wrong_reference_that_is_not_ours_is_the_messages_fault() -> None:
    made, _ = channel(Album(None), BadRequest("Wrong file identifier/HTTP URL specified"))
    with pytest.raises(Rejected):
        await made.send("7", replace(CARD, photo="AgAC-somebody-s"))


async def test_a_picture_is_corrected_with_the_text_under_it() -> None:
    album = Album(FILE)
    made, calls = channel(album, SENT)
    await made.edit("7", "30", CARD)
    (call,) = calls
    assert call.method == "editMessageMedia"
    assert call.params["media"]["media"] == "attach://picture"
    assert isinstance(call.params["picture"], InputFile)
    assert album.kept == [("picture:abc", ACCOUNT, "LARGE")]
