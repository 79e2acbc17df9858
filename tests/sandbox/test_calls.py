"""Calls that the Bot API takes, and those that it refuses."""

from typing import Any

import pytest

from tests.sandbox.conftest import later
from tests.sandbox.support import ANN, BOB, ClubClock, Phone, Session, buttons


async def test_an_unknown_token_is_unauthorized(session: Session) -> None:
    session.token = "42:nobody"
    answer = await session.call("getMe")
    assert (answer.status, answer.refusal) == (401, "Unauthorized")


async def test_an_unknown_method_is_named(session: Session) -> None:
    answer = await session.call("sendDice", chat_id=ANN)
    assert answer.status == 404
    assert "sendDice" in answer.refusal


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": ANN}, "message text is empty"),
        ("sendMessage", {"chat_id": ANN, "text": "   "}, "message text is empty"),
        ("sendMessage", {"chat_id": ANN, "text": "x" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": ANN, "text": "🍏" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": 999, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": BOB, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@ann_lee", "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "x", "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": [1], "text": "x"}, '"chat_id" must be Integer or String'),
        ("sendMessage", {"chat_id": ANN, "text": "x", "colour": 1}, 'unknown parameter "colour"'),
        ("sendMessage", {"chat_id": ANN, "text": "x", "parse_mode": "Markdown"}, "parse_mode"),
        ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": "{"}, "not a valid JSON"),
        (
            "sendMessage",
            {"chat_id": ANN, "text": "x", "reply_parameters": {"message_id": 77}},
            "message to be replied not found",
        ),
        ("editMessageText", {"chat_id": ANN, "text": "x"}, "message identifier is not specified"),
        (
            "editMessageText",
            {"chat_id": ANN, "message_id": 77, "text": "x"},
            "message to edit not found",
        ),
        (
            "editMessageText",
            {"chat_id": ANN, "message_id": 1, "text": "x"},
            "message can't be edited",
        ),
        ("deleteMessage", {"chat_id": ANN, "message_id": 77}, "message to delete not found"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
        ("getFile", {"file_id": "nothing"}, "wrong file_id"),
        ("sendPhoto", {"chat_id": ANN, "photo": "nothing"}, "wrong file identifier"),
        ("sendPhoto", {"chat_id": ANN, "photo": "https://example.com/a.png"}, "HTTP URL content"),
        ("copyMessage", {"chat_id": ANN, "from_chat_id": ANN, "message_id": 9}, "copy not found"),
        ("sendChatAction", {"chat_id": ANN, "action": "dancing"}, "wrong parameter action"),
        ("setWebhook", {"url": "nonsense"}, "bad webhook"),
        ("setWebhook", {"url": "https://a.example/", "secret_token": "ä"}, "unallowed characters"),
        ("setMyCommands", {"commands": [{"command": "Bad!", "description": "x"}]}, "INVALID"),
        ("setMyCommands", {"commands": [{"command": "a"}]}, 'Can\'t find field "description"'),
        ("setMyCommands", {"commands": [], "scope": {"type": "moon"}}, "Unsupported type"),
        ("getMyCommands", {"language_code": "english"}, "invalid language code"),
        ("getUpdates", {"limit": 101}, '"limit"'),
        ("getUpdates", {"timeout": "soon"}, '"timeout" must be Integer'),
    ],
)
async def test_wrong_calls_are_refused_and_change_nothing(
    session: Session, started: Phone, method: str, params: dict[str, Any], words: str
) -> None:
    before = await started.chat()
    answer = await session.call(method, **params)
    assert answer.status == 400
    assert answer.refusal.startswith("Bad Request: ")
    assert words in answer.refusal
    assert await started.chat() == before


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ({"inline_keyboard": [[{"text": "a"}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}, "non-empty"),
        ({"inline_keyboard": [[{"text": "a", "url": "javascript:alert(1)"}]]}, "is invalid"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "x", "hue": 1}]]}, '"hue"'),
        ({"inline_keyboard": [{"text": "a"}]}, "is not a Array"),
        ({"inline_keyboard": [[{"callback_data": "x"}]]}, 'Can\'t find field "text"'),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "x"}] * 101]}, "too many buttons"),
        ({"keyboard": []}, "at least one button"),
        ({"keyboard": [[{"text": ""}]]}, "non-empty"),
        ({"remove_keyboard": False}, "remove_keyboard"),
        ({"force_reply": True, "input_field_placeholder": "x" * 65}, "input_field_placeholder"),
        ({"nothing": 1}, "reply_markup"),
    ],
)
async def test_wrong_keyboards_are_refused(
    session: Session, started: Phone, markup: dict[str, Any], words: str
) -> None:
    answer = await session.call("sendMessage", chat_id=ANN, text="x", reply_markup=markup)
    assert (answer.status, words in answer.refusal) == (400, True), answer


async def test_parameters_may_come_as_query_form_or_json(session: Session, started: Phone) -> None:
    path = f"/botapi/bot{session.token}/sendMessage"
    given = {"chat_id": str(ANN), "text": "hi", "disable_notification": "true"}
    ways: list[tuple[str, dict[str, Any]]] = [
        ("GET", {"params": given}),
        ("POST", {"params": given}),
        ("POST", {"data": given}),
        ("POST", {"json": given}),
    ]
    for verb, options in ways:
        async with session.http.request(verb, path, **options) as response:
            assert response.status == 200
    texts = [message["text"] for message in (await started.chat())["messages"]]
    assert texts == ["/start", "hi", "hi", "hi", "hi"]


async def test_an_edit_that_changes_nothing_is_refused(session: Session, started: Phone) -> None:
    markup = buttons(["A"])
    sent = await session.call("sendMessage", chat_id=ANN, text="one", reply_markup=markup)
    target = {"chat_id": ANN, "message_id": sent.result["message_id"]}
    again = await session.call("editMessageText", **target, text="one", reply_markup=markup)
    assert "message is not modified" in again.refusal
    bare = await session.call("editMessageText", **target, text="one")
    assert "reply_markup" not in bare.result
    other = await session.call("editMessageReplyMarkup", **target)
    assert "message is not modified" in other.refusal


async def test_a_blocked_bot_is_forbidden_until_it_is_unblocked(
    session: Session, started: Phone
) -> None:
    await started.post("block", status=200)
    refused = await session.call("sendMessage", chat_id=ANN, text="x")
    assert refused.status == 403
    assert refused.refusal == "Forbidden: bot was blocked by the user"
    await started.post("messages", {"text": "hello?"}, 409)
    await started.post("unblock", status=200)
    assert (await session.call("sendMessage", chat_id=ANN, text="x")).status == 200


async def test_messages_can_be_deleted_for_two_days_of_club_time(
    session: Session, started: Phone, clock: ClubClock
) -> None:
    first = (await session.call("sendMessage", chat_id=ANN, text="1")).result["message_id"]
    later(clock, hours=47)
    second = (await session.call("sendMessage", chat_id=ANN, text="2")).result["message_id"]
    later(clock, hours=2)
    old = await session.call("deleteMessage", chat_id=ANN, message_id=first)
    assert "can't be deleted" in old.refusal
    assert (await session.call("deleteMessage", chat_id=ANN, message_id=second)).result is True
    texts = [message["text"] for message in (await started.chat())["messages"]]
    assert texts == ["/start", "1"]


async def test_messages_are_dated_by_the_clubs_clock(
    session: Session, started: Phone, clock: ClubClock
) -> None:
    later(clock, days=7)
    sent = await session.call("sendMessage", chat_id=ANN, text="1")
    assert sent.result["date"] == int(clock.now.timestamp())


async def test_a_tapped_button_is_answered_with_a_notice(session: Session, started: Phone) -> None:
    sent = await session.call("sendMessage", chat_id=ANN, text="x", reply_markup=buttons(["A"]))
    query = await started.tap(sent.result["message_id"], "a")
    (update,) = await session.drain()
    assert update["callback_query"]["data"] == "a"
    assert update["callback_query"]["id"] == query
    given = {"callback_query_id": query, "text": "Done", "show_alert": True}
    assert (await session.call("answerCallbackQuery", **given)).result is True
    (answer,) = (await started.chat())["answers"]
    assert answer == {"query": query, "text": "Done", "show_alert": True, "url": ""}


async def test_a_tap_needs_the_button_unless_it_is_forced(
    session: Session, started: Phone
) -> None:
    sent = await session.call("sendMessage", chat_id=ANN, text="x", reply_markup=buttons(["A"]))
    target = {"message_id": sent.result["message_id"], "data": "other"}
    await started.post("taps", target, 409)
    assert await session.drain() == []
    await started.post("taps", {**target, "force": True})
    (update,) = await session.drain()
    assert update["callback_query"]["data"] == "other"


async def test_an_old_query_cannot_be_answered(
    session: Session, started: Phone, world: Any
) -> None:
    query = await started.tap(1, "a", force=True)
    world.real_time = lambda: world.queries[query].since + 901
    answer = await session.call("answerCallbackQuery", callback_query_id=query)
    assert "query is too old" in answer.refusal
