"""Media go on by their file id, each kind by its method, with texts, buttons, quotes, topics."""

from dataclasses import replace
from typing import Any

import pytest
from telegram import InputFile
from telegram.error import BadRequest, Forbidden

from bot.channel import MediaRefused, Rejected, SendError, Unknown, Unreachable
from bot.messages import (
    Address,
    Inbound,
    Key,
    Kind,
    Media,
    Rendered,
    Reply,
    dump_rendered,
    dump_reply,
    load_rendered,
    load_reply,
)
from bot.telegram.render import answer, calls
from tests.telegram.botapi import faults
from tests.telegram.test_channel import channel

SAID = Rendered("ticket.said", "en", "It was cold.")
ROWS = ((Key("Answer", payload="1x"),),)
PHOTO, VIDEO, VOICE = Media("P", "photo"), Media("V", "video"), Media("A", "voice")
PAGE, NOTE = Media("D", "document", "a.pdf"), Media("N", "video_note")
SONG, STICKER = Media("S", "audio"), Media("K", "sticker")


def _methods(*media: Media, **more: Any) -> list[str]:
    made = calls(replace(SAID, media=media, **more), "7")
    assert [fault for call in made for fault in faults(call)] == []
    return [call.method for call in made]


@pytest.mark.parametrize(
    ("media", "methods"),
    [
        ((PHOTO,), ["sendPhoto"]),
        ((VIDEO,), ["sendVideo"]),
        ((VOICE,), ["sendVoice"]),
        ((Media("G", "animation"),), ["sendAnimation"]),
        ((SONG,), ["sendAudio"]),
        ((PAGE,), ["sendDocument"]),
        ((Media("X", "hologram"),), None),
        ((NOTE,), ["sendMessage", "sendVideoNote"]),
        ((STICKER,), ["sendMessage", "sendSticker"]),
        ((PHOTO, VIDEO, PHOTO), ["sendMediaGroup"]),
        ((PHOTO, PAGE, PAGE, PHOTO), ["sendPhoto", "sendMediaGroup", "sendPhoto"]),
        ((SONG, SONG), ["sendMediaGroup"]),
        ((VOICE, VOICE), ["sendVoice", "sendVoice"]),
        ((PHOTO,) * 12, ["sendMediaGroup", "sendMediaGroup"]),
        ((PHOTO,) * 11, ["sendMediaGroup", "sendPhoto"]),
    ],
)
def test_each_kind_goes_by_its_method_and_what_can_be_together_is(
    media: tuple[Media, ...], methods: list[str] | None
) -> None:
    if methods is None:
        # A kind that nobody knows goes by its reference as a document.
        methods = ["sendDocument"]
    assert _methods(*media) == methods


def test_the_text_stands_under_the_first_or_before_them() -> None:
    (album,) = calls(replace(SAID, media=(PHOTO, VIDEO)), "7")
    first, second = album.params["media"]
    assert (first["caption"], "caption" in second) == ("It was cold.", False)
    text, single = calls(replace(SAID, text="x" * 1025, media=(PHOTO,)), "7")
    assert (text.method, "caption" in single.params) == ("sendMessage", False)


def test_buttons_come_last() -> None:
    (single,) = calls(replace(SAID, media=(PHOTO,), rows=ROWS), "7")
    assert {"caption", "reply_markup"} <= set(single.params)
    album, text = calls(replace(SAID, media=(PHOTO, VIDEO), rows=ROWS), "7")
    assert (album.method, text.method) == ("sendMediaGroup", "sendMessage")
    assert "reply_markup" in text.params
    assert "caption" not in album.params["media"][0]


def test_a_quote_and_a_topic_are_said() -> None:
    made = calls(replace(SAID, media=(NOTE,), quote="31", topic="40"), "-100")
    assert [call.params["message_thread_id"] for call in made] == [40, 40]
    quoted = {"message_id": 31, "allow_sending_without_reply": True}
    assert made[0].params["reply_parameters"] == quoted
    assert "reply_parameters" not in made[1].params
    assert [fault for call in made for fault in faults(call)] == []


def test_an_edit_has_neither() -> None:
    tapped = Inbound(Address("telegram", "1", "-1", "7"), "1", Kind.TAP, payload="x", message="3")
    (call,) = answer(replace(SAID, edit=True, topic="40", quote="2"), tapped)
    assert not {"message_thread_id", "reply_parameters"} & set(call.params)


def test_in_a_group_no_keyboard_is_put_away() -> None:
    said = Inbound(Address("telegram", "1", "-100", "7"), "1", Kind.TEXT, text="x")
    (call,) = answer(SAID, said)
    assert "reply_markup" not in call.params


def test_what_the_platform_does_not_have_is_uploaded() -> None:
    ours = replace(PHOTO, content=b"jpeg", name="a.jpg")
    (single,) = calls(replace(SAID, media=(ours,)), "7")
    assert isinstance(single.params["photo"], InputFile)
    both = calls(replace(SAID, media=(PHOTO, ours)), "7")
    assert [call.method for call in both] == ["sendPhoto", "sendPhoto"]
    assert isinstance(both[1].params["photo"], InputFile)


def test_media_quote_and_topic_survive_being_kept() -> None:
    media = (replace(PHOTO, size=5, seconds=3, file="8.0", channel="telegram", account="4"),)
    reply = Reply("ticket.said", media=media, quote="31", topic="40")
    assert load_reply(dump_reply(reply)) == reply
    rendered = replace(SAID, media=media, quote="31", topic="40")
    assert load_rendered(dump_rendered(rendered)) == rendered
    assert load_reply(dump_reply(Reply("x"))) == Reply("x")


async def test_an_album_is_known_by_its_last_message() -> None:
    made, _ = channel([{"message_id": 5}, {"message_id": 6}])
    assert await made.send("7", replace(SAID, media=(PHOTO, VIDEO))) == "6"


@pytest.mark.parametrize(
    "words", ["wrong file identifier/HTTP URL specified", "VOICE_MESSAGES_FORBIDDEN"]
)
async def test_a_file_that_cannot_be_sent_is_told_from_a_message_that_cannot(words: str) -> None:
    made, _ = channel(BadRequest(words))
    with pytest.raises(MediaRefused):
        await made.send("7", replace(SAID, media=(VOICE,)))


@pytest.mark.parametrize(
    ("act", "topic", "name", "params"),
    [
        ("topic", "", "n" * 200, {"name": "n" * 128}),
        ("topic_close", "40", "", {"message_thread_id": 40}),
        ("topic_reopen", "40", "", {"message_thread_id": 40}),
        ("topic_rename", "40", "new", {"message_thread_id": 40, "name": "new"}),
    ],
)
async def test_topics_are_made_and_changed(
    act: str, topic: str, name: str, params: dict[str, Any]
) -> None:
    made, asked = channel({"message_thread_id": 40, "name": "x"} if act == "topic" else True)
    assert await made.topic("-100", act, topic=topic, name=name) == "40"
    assert asked[0].params == {"chat_id": -100, **params}
    assert faults(asked[0]) == []


async def test_a_topic_that_is_as_wanted_is_done() -> None:
    made, _ = channel(BadRequest("TOPIC_NOT_MODIFIED"))
    assert await made.topic("-100", "topic_close", topic="40") == "40"


@pytest.mark.parametrize(
    ("trouble", "kind", "why"),
    [
        (BadRequest("the chat is not a forum"), Rejected, "no_topics"),
        (BadRequest("not enough rights to create a topic"), Rejected, "no_rights"),
        (BadRequest("CHAT_ADMIN_REQUIRED"), Rejected, "no_rights"),
        (BadRequest("message thread not found"), Rejected, "topic_gone"),
        (BadRequest("TOPIC_DELETED"), Rejected, "topic_gone"),
        (Forbidden("bot was kicked from the supergroup chat"), Unreachable, "gone"),
        (BadRequest("chat not found"), Unreachable, "gone"),
        (
            BadRequest("not enough rights to send text messages to the chat"),
            Unreachable,
            "no_rights",
        ),
        (BadRequest("message text is empty"), Rejected, ""),
    ],
)
async def test_what_a_group_lacks_is_told_apart(
    trouble: Exception, kind: type[SendError], why: str
) -> None:
    made, _ = channel(trouble)
    with pytest.raises(SendError) as raised:
        await made.topic("-100", "topic", name="x")
    assert (type(raised.value), raised.value.why) == (kind, why)


async def test_a_topic_without_an_id_is_unclear() -> None:
    made, _ = channel({"name": "x"})
    with pytest.raises(Unknown):
        await made.topic("-100", "topic", name="x")
