"""Reply keyboards, contacts, the command menu, pictures and documents."""

from typing import Any

import aiohttp

from tests.sandbox.support import ANN, Phone, Session, buttons, png

KEY = {"keyboard": [[{"text": "Share", "request_contact": True}, "Plain"]]}


async def test_reply_keyboards_come_stay_and_go(session: Session, started: Phone) -> None:
    await session.call("sendMessage", chat_id=ANN, text="x", reply_markup=KEY)
    shown = (await started.chat())["reply_keyboard"]
    assert shown["rows"][0][0]["request_contact"] is True
    assert shown["rows"][0][1]["text"] == "Plain"
    await session.call("sendMessage", chat_id=ANN, text="y", reply_markup=buttons(["A"]))
    assert (await started.chat())["reply_keyboard"] == shown
    gone = {"remove_keyboard": True}
    await session.call("sendMessage", chat_id=ANN, text="z", reply_markup=gone)
    assert (await started.chat())["reply_keyboard"] is None


async def test_a_one_time_keyboard_folds_away_when_used(session: Session, started: Phone) -> None:
    markup = {**KEY, "one_time_keyboard": True}
    await session.call("sendMessage", chat_id=ANN, text="x", reply_markup=markup)
    await started.write("something else")
    assert (await started.chat())["reply_keyboard"]["used"] is False
    await started.write("Plain")
    assert (await started.chat())["reply_keyboard"]["used"] is True


async def test_a_forced_reply_quotes_the_question(session: Session, started: Phone) -> None:
    markup = {"force_reply": True, "input_field_placeholder": "Name"}
    sent = await session.call("sendMessage", chat_id=ANN, text="Name?", reply_markup=markup)
    asked = sent.result["message_id"]
    assert (await started.chat())["force_reply"]["message_id"] == asked
    await started.write("Ann", reply_to=asked)
    assert (await started.chat())["force_reply"] is None
    (update,) = await session.drain()
    assert update["message"]["reply_to_message"]["message_id"] == asked


async def test_contacts_carry_the_owners_id(session: Session, started: Phone) -> None:
    await started.post("messages", {"contact": "own"})
    other = {"phone_number": "+15550199", "first_name": "Otto", "user_id": 99}
    await started.post("messages", {"contact": other})
    own, foreign = [update["message"]["contact"] for update in await session.drain()]
    assert (own["user_id"], own["phone_number"]) == (ANN, "+15550100")
    assert foreign == other


async def test_a_person_without_a_number_cannot_share_one(session: Session, bob: Phone) -> None:
    await bob.post("messages", {"contact": "own"}, 409)
    assert await session.drain() == []


async def test_the_menu_follows_scope_and_language(
    session: Session, started: Phone, bob: Phone
) -> None:
    await bob.write("/start")
    lists: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        ("default", {}, {}),
        ("default in zh", {}, {"language_code": "zh"}),
        ("private", {"scope": {"type": "all_private_chats"}}, {}),
        ("own in en", {"scope": {"type": "chat", "chat_id": ANN}}, {"language_code": "en"}),
    ]
    seen = []
    for text, scope, language in lists:
        commands = [{"command": "help", "description": text}]
        await session.call("setMyCommands", commands=commands, **scope, **language)
        phones = [await started.chat(), await bob.chat()]
        seen.append([phone["commands"][0]["description"] for phone in phones])
    assert seen == [
        ["default", "default"],
        ["default", "default in zh"],
        ["private", "private"],
        ["own in en", "private"],
    ]
    await session.call(
        "deleteMyCommands", scope={"type": "chat", "chat_id": ANN}, language_code="en"
    )
    assert (await started.chat())["commands"][0]["description"] == "private"


async def test_files_come_back_unchanged_by_both_ways(session: Session, started: Phone) -> None:
    content = png(30, 20)
    sent = await session.upload("sendPhoto", {"photo": ("a.png", content)}, chat_id=str(ANN))
    size = sent.result["photo"][-1]
    assert (size["width"], size["height"]) == (30, 20)
    path = (await session.call("getFile", file_id=size["file_id"])).result["file_path"]
    async with session.http.get(f"/botapi/file/bot{session.token}/{path}") as response:
        assert await response.read() == content
    shown = (await started.last())["photo"]["url"]
    async with session.http.get(shown) as response:
        assert await response.read() == content
        assert response.content_type == "image/png"
    again = await session.call(
        "sendPhoto", chat_id=ANN, photo=size["file_id"], caption="<b>x</b>", parse_mode="HTML"
    )
    assert again.result["caption"] == "x"


async def test_a_persons_photo_reaches_the_bot(session: Session, started: Phone) -> None:
    form = aiohttp.FormData({"caption": "my dog"})
    form.add_field("photo", png(5, 6), filename="dog.png")
    path = f"/sandbox/persons/{ANN}/messages"
    async with session.http.post(path, data=form) as response:
        assert response.status == 201
    (update,) = await session.drain()
    assert update["message"]["photo"][0]["height"] == 6
    assert update["message"]["caption"] == "my dog"


async def test_a_broken_picture_is_no_photo(session: Session, started: Phone) -> None:
    files = {"photo": ("a.png", b"not a picture")}
    answer = await session.upload("sendPhoto", files, chat_id=str(ANN))
    assert "IMAGE_PROCESS_FAILED" in answer.refusal


async def test_a_large_document_passes_the_default_body_limit(
    session: Session, started: Phone
) -> None:
    files = {"document": ("big.csv", b"x" * 3_000_000)}
    answer = await session.upload("sendDocument", files, chat_id=str(ANN))
    assert answer.result["document"]["file_size"] == 3_000_000
    assert answer.result["document"]["mime_type"] == "text/csv"


async def test_protected_messages_cannot_be_copied(session: Session, started: Phone) -> None:
    sent = await session.call("sendMessage", chat_id=ANN, text="x", protect_content=True)
    given = {"chat_id": ANN, "from_chat_id": ANN, "message_id": sent.result["message_id"]}
    assert "can't be copied" in (await session.call("copyMessage", **given)).refusal


async def test_a_copied_photo_keeps_or_changes_its_caption(
    session: Session, started: Phone
) -> None:
    files = {"photo": ("a.png", png())}
    sent = await session.upload("sendPhoto", files, chat_id=str(ANN), caption="old")
    given = {"chat_id": ANN, "from_chat_id": ANN, "message_id": sent.result["message_id"]}
    await session.call("copyMessage", **given)
    assert (await started.last())["text"] == "old"
    await session.call("copyMessage", **given, caption="new")
    assert (await started.last())["text"] == "new"
