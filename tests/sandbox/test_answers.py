"""What the stand-in answers and sends has the shape that the Bot API describes."""

from typing import Any

import pytest

from sandbox.facts import METHODS
from tests.sandbox.specification import misfits
from tests.sandbox.support import ANN, Phone, Session, buttons, png

_SCOPE = {"type": "chat", "chat_id": ANN}
_COMMANDS = [{"command": "points", "description": "Your points"}]

CALLS: dict[str, dict[str, Any]] = {
    "getMe": {},
    "getUpdates": {"limit": 5, "allowed_updates": ["message"]},
    "setWebhook": {"url": "", "secret_token": "abc", "max_connections": 5},
    "deleteWebhook": {"drop_pending_updates": True},
    "getWebhookInfo": {},
    "sendMessage": {
        "chat_id": ANN,
        "text": "<b>Hi</b> <a href='https://example.com/'>there</a>",
        "parse_mode": "HTML",
        "reply_markup": buttons(["A", "B"]),
        "reply_parameters": {"message_id": 1},
        "protect_content": True,
    },
    "editMessageText": {"chat_id": ANN, "message_id": 2, "text": "new"},
    "editMessageReplyMarkup": {"chat_id": ANN, "message_id": 2, "reply_markup": buttons(["C"])},
    "copyMessage": {"chat_id": ANN, "from_chat_id": ANN, "message_id": 1},
    "deleteMessage": {"chat_id": ANN, "message_id": 2},
    "setMyCommands": {"commands": _COMMANDS, "scope": _SCOPE, "language_code": "en"},
    "getMyCommands": {"scope": _SCOPE, "language_code": "en"},
    "deleteMyCommands": {"scope": _SCOPE, "language_code": "en"},
    "getChat": {"chat_id": ANN},
    "sendChatAction": {"chat_id": ANN, "action": "typing"},
}
ELSEWHERE = {"sendPhoto", "sendDocument", "editMessageCaption", "getFile", "answerCallbackQuery"}
IN_MEDIA = {f"send{kind}" for kind in "Video Animation Voice Audio VideoNote Sticker".split()}
IN_GROUPS = {f"{verb}ForumTopic" for verb in "create edit close reopen delete".split()}
IN_GROUPS |= {"getChatMember", "leaveChat"}


def test_every_served_method_is_tried() -> None:
    tried = CALLS.keys() | ELSEWHERE | IN_MEDIA | IN_GROUPS | {"sendMediaGroup"}
    assert tried == METHODS.keys()


@pytest.mark.parametrize("name", CALLS)
async def test_results_have_the_described_shape(
    name: str, session: Session, started: Phone
) -> None:
    await session.call("sendMessage", chat_id=ANN, text="old", reply_markup=buttons(["A"]))
    await session.call("setMyCommands", **CALLS["setMyCommands"])
    await started.write("one more")
    answer = await session.call(name, **CALLS[name])
    assert misfits(answer.result, METHODS[name].returns) == []


async def test_results_with_files_have_the_described_shape(
    session: Session, started: Phone
) -> None:
    for name, field in (("sendPhoto", "photo"), ("sendDocument", "document")):
        sent = await session.upload(name, {field: ("a.png", png())}, chat_id=str(ANN), caption="c")
        assert misfits(sent.result, "Message") == []
    file_id = sent.result["document"]["file_id"]
    assert misfits((await session.call("getFile", file_id=file_id)).result, "File") == []


async def test_updates_have_the_described_shape(session: Session, ann: Phone) -> None:
    first = await ann.write("/points and https://example.com/ 🍏 @somebody")
    sent = await session.call("sendMessage", chat_id=ANN, text="tap", reply_markup=buttons(["A"]))
    await ann.tap(sent.result["message_id"], "a")
    await ann.tap(999, "gone", force=True)
    await ann.post("messages", {"contact": "own"})
    await ann.post(f"messages/{first['message_id']}", {"text": "changed"}, 200)
    await ann.post("block", status=200)
    await ann.post("unblock", status=200)
    updates = await session.drain()
    kinds = [next(kind for kind in update if kind != "update_id") for update in updates]
    assert kinds == [
        "message",
        "callback_query",
        "callback_query",
        "message",
        "edited_message",
        "my_chat_member",
        "my_chat_member",
    ]
    assert [wrong for update in updates for wrong in misfits(update, "Update")] == []


async def test_the_text_under_a_photo_can_be_changed_and_taken_away(
    session: Session, started: Phone
) -> None:
    sent = await session.upload(
        "sendPhoto", {"photo": ("a.png", png())}, chat_id=str(ANN), caption="<b>one</b>"
    )
    target = {"chat_id": ANN, "message_id": sent.result["message_id"]}
    new = await session.call(
        "editMessageCaption", **target, caption="<b>two</b>", parse_mode="HTML"
    )
    assert misfits(new.result, METHODS["editMessageCaption"].returns) == []
    assert (new.result["caption"], new.result["photo"]) == ("two", sent.result["photo"])
    again = await session.call(
        "editMessageCaption", **target, caption="<b>two</b>", parse_mode="HTML"
    )
    assert "message is not modified" in again.refusal
    assert "caption" not in (await session.call("editMessageCaption", **target)).result
    text = await session.call("sendMessage", chat_id=ANN, text="one")
    bare = {"chat_id": ANN, "message_id": text.result["message_id"]}
    refused = await session.call("editMessageCaption", **bare, caption="x")
    assert "no caption in the message" in refused.refusal
