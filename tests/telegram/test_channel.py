"""Several calls for one message: what they are, and what becomes of it when one fails."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from telegram import InputFile
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.channel import (
    Moved,
    PartlyOut,
    Rejected,
    RetryLater,
    SendError,
    TooOld,
    Unknown,
    Unreachable,
)
from bot.messages import Address, Document, Inbound, Key, Kind, Media, Rendered
from bot.telegram.channel import TelegramChannel
from bot.telegram.client import Client
from bot.telegram.render import Call
from bot.telegram.startup import set_webhook
from bot.telegram.transport import Flood
from tests.telegram.botapi import faults
from tests.telegram.updates import ACCOUNT, TOKEN

CARD = Rendered("card.shown", "zh", "<b>卡</b>", rows=((Key("积分", payload="1x"),),))
LONG = replace(CARD, text="line\n" * 2000)
FILE = Document("mydata.json", b"{}")


class Recorder(Client):
    """A client that keeps its calls; `outcomes` are raised or returned in turn."""

    __slots__ = ("calls", "outcomes")

    def __init__(self, outcomes: Sequence[Any] = ()) -> None:
        super().__init__(TOKEN, api_url="http://127.0.0.1:9")
        with self._unfrozen():
            self.calls: list[Call] = []
            self.outcomes = list(outcomes)

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        self.calls.append(Call(method, dict(params)))
        outcome = self.outcomes.pop(0) if self.outcomes else {"message_id": len(self.calls)}
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def channel(*outcomes: Any) -> tuple[TelegramChannel, list[Call]]:
    client = Recorder(outcomes)
    return TelegramChannel(client), client.calls


async def test_a_long_message_is_known_by_its_last_piece() -> None:
    made, calls = channel()
    assert await made.send("7", LONG) == "3"
    assert len(calls) == 3
    assert (made.name, made.account) == ("telegram", ACCOUNT)


@pytest.mark.parametrize(
    ("why", "first", "hopeless"),
    [
        (Flood(timedelta(seconds=5)), RetryLater, False),
        (Forbidden("bot was blocked by the user"), Unreachable, True),
        (BadRequest("can't parse entities"), Rejected, True),
        (TelegramError("Internal Server Error"), Unknown, False),
    ],
)
async def test_a_message_that_is_partly_out_is_not_simply_sent_again(
    why: Exception, first: type[SendError], hopeless: bool
) -> None:
    made, _ = channel(why)
    with pytest.raises(SendError) as whole:
        await made.send("7", LONG)
    assert type(whole.value) is first
    made, _ = channel({"message_id": 1}, why)
    with pytest.raises(PartlyOut) as partly:
        await made.send("7", LONG)
    assert partly.value.hopeless is hopeless
    assert (partly.value.after, partly.value.flood) == (whole.value.after, whole.value.flood)


async def test_an_answer_to_a_group_that_moved_follows_it_once() -> None:
    said = Inbound(Address("telegram", ACCOUNT, "-7", "7"), "1", Kind.TEXT, text="x")
    made, calls = channel(ChatMigrated(-1007))
    await made.answer(CARD, said)
    assert [call.params["chat_id"] for call in calls] == [-7, -1007]
    made, calls = channel(ChatMigrated(-1007), ChatMigrated(-1008))
    with pytest.raises(Moved):
        await made.answer(CARD, said)
    assert len(calls) == 2


async def test_a_delivery_to_a_group_that_moved_says_where_it_is_now() -> None:
    made, calls = channel(ChatMigrated(-1007))
    with pytest.raises(Moved) as raised:
        await made.send("-7", CARD)
    assert (raised.value.chat, len(calls)) == ("-1007", 1)


async def test_only_a_paid_message_may_be_charged_for() -> None:
    made, calls = channel()
    await made.send("7", LONG, paid=True)
    await made.send("7", CARD)
    assert [call.params.get("allow_paid_broadcast") for call in calls] == [True] * 3 + [None]


NOT_THERE = BadRequest("Message to edit not found")
NO_TEXT = BadRequest("There is no text in the message to edit")


@pytest.mark.parametrize(
    ("message", "outcomes", "methods"),
    [
        (CARD, [], ["editMessageText"]),
        (CARD, [BadRequest("Message is not modified: exactly the same")], ["editMessageText"]),
        (CARD, [NOT_THERE], ["editMessageText"]),
        (CARD, [NO_TEXT], ["editMessageText", "editMessageCaption"]),
        (CARD, [NO_TEXT, NOT_THERE], ["editMessageText", "editMessageCaption"]),
        (replace(CARD, photo="F"), [], ["editMessageMedia"]),
        (replace(CARD, photo="F", text="x" * 2000), [], ["editMessageText"]),
    ],
)
async def test_a_sent_message_is_corrected(
    message: Rendered, outcomes: list[Any], methods: list[str]
) -> None:
    made, calls = channel(*outcomes)
    await made.edit("7", "30", message)
    assert [call.method for call in calls] == methods
    assert {call.params["message_id"] for call in calls} == {30}
    assert [fault for call in calls for fault in faults(call)] == []


NO_CAPTION = BadRequest("There is no caption in the message to edit")
PHOTO = replace(CARD, rows=(), media=(Media("F", "photo"),))
BUTTONS = ((Key("Answer", "payload"),),)
TEXT, CAPTION = "editMessageText", "editMessageCaption"


@pytest.mark.parametrize(
    ("message", "outcomes", "methods"),
    [
        (PHOTO, [], [CAPTION]),
        (replace(PHOTO, rows=BUTTONS), [], [CAPTION]),
        (replace(PHOTO, media=PHOTO.media * 2), [], [CAPTION]),
        (replace(PHOTO, media=PHOTO.media * 2, rows=BUTTONS), [], [TEXT]),
        (replace(PHOTO, media=(Media("V", "video_note"),), rows=BUTTONS), [], [TEXT]),
        (PHOTO, [NO_CAPTION], [CAPTION, TEXT]),  # it was too long before
        (PHOTO, [NOT_THERE], [CAPTION]),
        (replace(PHOTO, text="x" * 2000), [], [TEXT]),
        (replace(PHOTO, text="x" * 2000), [NO_TEXT], [TEXT, "sendMessage"]),
    ],
)
async def test_the_text_that_goes_with_files_is_corrected_and_they_stay(
    message: Rendered, outcomes: list[Any], methods: list[str]
) -> None:
    made, calls = channel(*outcomes)
    await made.edit("7", "30", message)
    assert [call.method for call in calls] == methods
    assert [fault for call in calls for fault in faults(call)] == []
    last = calls[-1].params
    assert last.get("message_id") == 30 or last["reply_parameters"]["message_id"] == 30
    assert not {"photo", "media", "video_note"} & set(last)


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (True, None),
        (BadRequest("Message to delete not found"), None),
        (BadRequest("Message can't be deleted for everyone"), TooOld),
        (BadRequest("Message can't be deleted"), TooOld),
        (BadRequest("chat not found"), Unreachable),
        (Flood(timedelta(seconds=5)), RetryLater),
    ],
)
async def test_a_sent_message_is_deleted(outcome: Any, kind: type[SendError] | None) -> None:
    made, calls = channel(outcome)
    if kind is None:
        await made.delete("7", "30")
    else:
        with pytest.raises(kind):
            await made.delete("7", "30")
    (call,) = calls
    assert (call.method, call.params) == ("deleteMessage", {"chat_id": 7, "message_id": 30})
    assert faults(call) == []


async def test_a_message_too_old_to_be_corrected_is_told_from_a_wrong_one() -> None:
    made, _ = channel(BadRequest("Message can't be edited"), BadRequest("can't parse entities"))
    with pytest.raises(TooOld):
        await made.edit("7", "30", CARD)
    with pytest.raises(Rejected) as raised:
        await made.edit("7", "30", CARD)
    assert not isinstance(raised.value, TooOld)


async def test_a_wish_that_nothing_depends_on_only_leaves_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made, _ = channel(BadRequest("chat not found"), True)
    assert await made.tried(Call("setMyCommands", {})) is False
    assert await made.tried(Call("setMyCommands", {})) is True
    assert "setMyCommands failed" in caplog.text


@pytest.mark.parametrize(
    ("message", "methods"),
    [
        (CARD, ["sendDocument"]),
        (replace(CARD, protect=True), ["sendDocument"]),
        (replace(CARD, text=""), ["sendDocument"]),
        (replace(CARD, text="x" * 2000), ["sendMessage", "sendDocument"]),
        (replace(CARD, photo="F"), ["sendPhoto", "sendDocument"]),
        (LONG, ["sendMessage"] * 3 + ["sendDocument"]),
    ],
)
async def test_a_document_comes_last_and_has_the_buttons(
    message: Rendered, methods: list[str]
) -> None:
    made, calls = channel()
    await made.send("7", message, FILE)
    assert [call.method for call in calls] == methods
    assert ["reply_markup" in call.params for call in calls] == [False] * (len(calls) - 1) + [True]
    file = calls[-1].params.pop("document")
    assert isinstance(file, InputFile)
    calls[-1].params["document"] = "attach://file"
    assert [fault for call in calls for fault in faults(call)] == []
    assert calls[-1].params.get("protect_content", False) is message.protect


async def test_the_webhook_is_set_as_the_bot_api_wants_it() -> None:
    made, calls = channel(True)
    await set_webhook(made, "https://club.example/", "Sesame")
    assert faults(calls[0]) == []
    assert calls[0].params["url"] == "https://club.example/telegram/webhook"
