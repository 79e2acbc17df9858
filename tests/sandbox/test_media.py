"""Voice, video, stickers and albums, sent by persons and sent on by the bot."""

from typing import Any

import aiohttp
import pytest

from sandbox.world import World
from tests.sandbox.specification import misfits
from tests.sandbox.support import ANN, Phone, Session, png

KINDS = "photo document video voice audio animation video_note sticker".split()
METHODS = {kind: "send" + kind.title().replace("_", "") for kind in KINDS}


async def attach(phone: Phone, *kinds: str, status: int = 201, **fields: str) -> Any:
    form = aiohttp.FormData(fields, quote_fields=False)
    for number, kind in enumerate(kinds):
        content = png(8 + number) if kind in ("photo", "sticker") else b"sound" + bytes([number])
        form.add_field(kind, content, filename=f"{kind}{number}.bin")
    path = f"/sandbox/persons/{phone.person}/messages"
    async with phone.session.http.post(path, data=form) as response:
        assert response.status == status, await response.text()
        return await response.json()


def file_of(message: dict[str, Any], kind: str) -> dict[str, Any]:
    found = message[kind]
    return dict(found[-1] if kind == "photo" else found)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_of_any_kind_comes_and_is_sent_on_by_its_number(
    session: Session, ann: Phone, kind: str
) -> None:
    await attach(ann, kind, duration="7")
    (update,) = await session.drain()
    assert misfits(update, "Update") == []
    file = file_of(update["message"], kind)
    assert file.get("duration", 7) == 7
    given = {kind: file["file_id"], "chat_id": ANN}
    sent = await session.call(METHODS[kind], **given)
    assert misfits(sent.result, "Message") == []
    assert file_of(sent.result, kind) == file
    wrong = "video" if kind != "video" else "voice"
    refused = await session.call(METHODS[wrong], chat_id=ANN, **{wrong: file["file_id"]})
    assert "can't use file of type" in refused.refusal


async def test_an_album_comes_in_pieces_and_goes_out_as_one(session: Session, ann: Phone) -> None:
    await attach(ann, "photo", "video", "photo", caption="three")
    messages = [update["message"] for update in await session.drain()]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["three", None, None]
    media = [
        {"type": kind, "media": file_of(message, kind)["file_id"], "caption": kind}
        for message, kind in zip(messages, ("photo", "video", "photo"), strict=True)
    ]
    sent = (await session.call("sendMediaGroup", chat_id=ANN, media=media)).result
    assert misfits(sent, "Array of Message") == []
    numbers = [message["message_id"] for message in sent]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message["caption"] for message in sent] == ["photo", "video", "photo"]


async def test_albums_that_telegram_would_not_take_are_refused(
    session: Session, ann: Phone
) -> None:
    await attach(ann, "photo")
    await attach(ann, "document")
    photo, document = (u["message"] for u in await session.drain())
    one = {"type": "photo", "media": file_of(photo, "photo")["file_id"]}
    other = {"type": "document", "media": file_of(document, "document")["file_id"]}
    for media, why in (
        ([one], "must include 2-10 items"),
        ([one] * 11, "must include 2-10 items"),
        ([one, other], "can't mix"),
        ([one, one | {"type": "video"}], "can't use file of type Photo as Video"),
        ([one, one | {"media": "nothing"}], "wrong file identifier"),
        ([one, one | {"media": "attach://a"}], "no uploads"),
        ([one, {"type": "poll", "media": "x"}], "can't parse InputMedia"),
    ):
        refused = await session.call("sendMediaGroup", chat_id=ANN, media=media)
        assert why in refused.refusal
    assert len((await ann.chat())["messages"]) == 2


async def test_what_stands_under_a_file_can_be_changed(session: Session, ann: Phone) -> None:
    sent = await attach(ann, "voice", caption="first")
    await ann.post(f"messages/{sent['message_id']}", {"text": "second"}, 200)
    _, edited = await session.drain()
    assert edited["edited_message"]["caption"] == "second"
    assert "voice" in edited["edited_message"]
    shown = await ann.last()
    assert (shown["file"]["kind"], shown["text"]) == ("voice", "second")


async def test_a_phone_sends_no_album_of_eleven(session: Session, ann: Phone) -> None:
    assert (await attach(ann, *["photo"] * 11, status=400))["key"] == "album"
    assert await session.drain() == []


async def test_groups_topics_and_albums_survive_a_restart(tmp_path: Any) -> None:
    from sandbox import groups, people
    from sandbox.files import Upload
    from sandbox.model import Group, Place

    def opened() -> World:
        return World([("1:a", "a_bot", "A")], store=tmp_path / "world.db")

    world = opened()
    bot, ann = world.bot_by_name(), world.add_person(ANN, "Ann")
    group = Group(bot.id, -100, 0, started=True, title="Desk", forum=True, members=[ANN])
    groups.add_group(world, bot, group)
    topic = groups.begin_topic(world, bot, group, "№ 7")
    place = Place(group.id, topic.id)
    files = [("photo", Upload("a.png", "", png())), ("voice", Upload("b.oga", "", b"x"))]
    people.send_files(world, bot, ann, files, place=place)
    before = vars(group) | {}
    world.close()
    again = opened()
    assert vars(again.group(again.bot_by_name(), -100)) == before
    again.close()
