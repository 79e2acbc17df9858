"""python-telegram-bot's own Bot used against the stand-in: the contract it must keep."""

from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TimedOut

from tests.sandbox.support import ANN, Phone, Session, png

MENU = InlineKeyboardMarkup([[InlineKeyboardButton("Join", callback_data="join")]])


def _bot(session: Session, token: str) -> Bot:
    root = session.url("botapi")
    return Bot(token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot")


@pytest.fixture
async def bot(session: Session) -> AsyncIterator[Bot]:
    async with _bot(session, session.token) as bot:
        yield bot


async def test_a_conversation(bot: Bot, ann: Phone) -> None:
    await ann.write("/start src_7")
    (update,) = await bot.get_updates(timeout=1)
    assert update.message is not None
    assert update.message.text == "/start src_7"
    assert update.effective_user is not None
    assert update.effective_user.language_code == "en"
    sent = await bot.send_message(ANN, "<b>Hi</b> Ann", parse_mode="HTML", reply_markup=MENU)
    assert sent.text_html == "<b>Hi</b> Ann"
    await ann.tap(sent.message_id, "join")
    (tap,) = await bot.get_updates(offset=update.update_id + 1)
    assert tap.callback_query is not None
    assert tap.callback_query.data == "join"
    assert await tap.callback_query.answer("Welcome!")
    edited = await bot.edit_message_text("Joined", ANN, sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    assert (await ann.last())["text"] == "Joined"
    assert await bot.delete_message(ANN, sent.message_id)


async def test_photos_and_documents(bot: Bot, started: Phone) -> None:
    sent = await bot.send_photo(ANN, BytesIO(png(9, 7)), caption="QR", protect_content=True)
    assert (sent.photo[-1].width, sent.has_protected_content) == (9, True)
    file = await bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == png(9, 7)
    document = await bot.send_document(ANN, BytesIO(b"{}"), filename="my data.json")
    assert document.document is not None
    assert document.document.file_name == "my data.json"
    assert (await started.last())["document"]["name"] == "my data.json"


async def test_commands_and_chat(bot: Bot, started: Phone) -> None:
    scope = BotCommandScopeChat(ANN)
    commands = [BotCommand("till", "Till")]
    assert await bot.set_my_commands(commands, scope=scope, language_code="en")
    assert list(await bot.get_my_commands(scope=scope, language_code="en")) == commands
    assert (await bot.get_chat(ANN)).first_name == "Ann"
    assert (await bot.get_me()).username == "grocer_bot"


async def test_reply_keyboards(bot: Bot, started: Phone) -> None:
    share = KeyboardButton("Share", request_contact=True)
    await bot.send_message(ANN, "Phone?", reply_markup=ReplyKeyboardMarkup([[share]]))
    await started.post("messages", {"contact": "own"})
    updates = await bot.get_updates()
    assert updates[-1].message is not None
    contact = updates[-1].message.contact
    assert contact is not None
    assert contact.user_id == ANN


async def test_webhook_information(bot: Bot) -> None:
    # port 9 of this machine: nobody listens
    await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="s", max_connections=3)
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections) == ("http://127.0.0.1:9/hook", 3)
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_refusals_have_the_librarys_types(
    bot: Bot, session: Session, started: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(ANN, "<b>x", parse_mode="HTML")
    with pytest.raises(BadRequest, match="not found"):
        await bot.send_message(999, "x")
    await session.fault(kind="429", retry_after=7, count=1)
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(ANN, "x")
    assert wait.value.retry_after == timedelta(seconds=7)
    await started.post("block", status=200)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ANN, "x")


async def test_a_wrong_token(session: Session) -> None:
    with pytest.raises(InvalidToken):
        async with _bot(session, "1:wrong"):
            raise AssertionError("getMe was accepted")


async def test_a_hanging_call_times_out_although_it_was_carried_out(
    bot: Bot, session: Session, started: Phone
) -> None:
    await session.fault(kind="hang", method="sendMessage", count=1)
    with pytest.raises(TimedOut):
        await bot.send_message(ANN, "lost answer", read_timeout=0.2)
    assert (await started.last())["text"] == "lost answer"
