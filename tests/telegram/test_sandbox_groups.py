"""Groups, topics, albums, voices and edits against the stand-in for the Bot API, over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.channel import Moved, Rejected, Unreachable
from bot.messages import Inbound, Kind, Media, Rendered
from bot.telegram.channel import TelegramChannel
from bot.telegram.translate import ALLOWED, translate
from sandbox import groups, people
from sandbox.files import Upload
from sandbox.model import Group, Place
from tests.sandbox.support import png
from tests.telegram.test_sandbox import Street, connected, street  # noqa: F401
from tests.telegram.updates import ACCOUNT

SAID = Rendered("desk.said", "en", "It was <b>cold</b>.")


class Desk:
    """A staff group with topics, in which the person of the street is the owner."""

    def __init__(self, where: Street, channel: TelegramChannel) -> None:
        self.street, self.channel = where, channel
        rights = list(groups.RIGHTS)
        wanted = Group(
            where.bot.id,
            groups.free_id(where.world, "supergroup"),
            0,
            started=True,
            title="Desk",
            forum=True,
            members=[where.person.id],
            rights=rights,
        )
        self.group = groups.add_group(where.world, where.bot, wanted)
        self.chat = str(self.group.id)

    async def heard(self) -> list[Inbound]:
        """What has come since the last time."""
        updates = await self.channel.client.raw_updates(0, 0, ALLOWED)
        if updates:
            await self.channel.client.raw_updates(updates[-1]["update_id"] + 1, 0, ALLOWED)
        return [translate(update, ACCOUNT) for update in updates]

    def place(self, topic: str) -> Place:
        return Place(self.group.id, int(topic or 0))


@pytest.fixture
async def desk(street: Street) -> AsyncIterator[Desk]:  # noqa: F811
    async with connected(street) as connection:
        yield Desk(street, connection.channel)


async def test_being_added_to_a_group_is_heard(desk: Desk) -> None:
    (standing,) = await desk.heard()
    assert (standing.kind, standing.text) == (Kind.GROUP, "administrator")
    assert (standing.title, standing.forum, standing.address.chat) == ("Desk", True, desk.chat)


async def test_a_topic_is_made_written_to_and_closed(desk: Desk) -> None:
    topic = await desk.channel.topic(desk.chat, "topic", name="#482913 Mei")
    await desk.channel.send(desk.chat, replace(SAID, topic=topic))
    await desk.heard()
    people.write(
        desk.street.world, desk.street.bot, desk.street.person, "hello", place=desk.place(topic)
    )
    (said,) = await desk.heard()
    assert (said.kind, said.text, said.topic, said.reply_to) == (Kind.TEXT, "hello", topic, "")
    for act, name in (("topic_rename", "#482913 done"), ("topic_close", ""), ("topic_close", "")):
        assert await desk.channel.topic(desk.chat, act, topic=topic, name=name) == topic
    assert desk.group.topics[int(topic)].closed


async def test_an_album_goes_on_with_its_quote(desk: Desk) -> None:
    first = await desk.channel.send(desk.chat, SAID)
    upload = [("photo", Upload("a.png", "image/png", png())) for _ in range(3)]
    people.send_files(
        desk.street.world, desk.street.bot, desk.street.person, upload, caption="look"
    )
    pieces = [one for one in await desk.heard() if one.kind is Kind.PHOTO]
    assert len({one.album for one in pieces}) == 1
    assert [one.text for one in pieces] == ["look", "", ""]
    media = tuple(one.media[0] for one in pieces)
    last = await desk.channel.send(desk.chat, replace(SAID, media=media, quote=first))
    ids = [int(last) - 2, int(last) - 1, int(last)]
    album = [desk.group.messages[one] for one in ids]
    assert all(one.body["photo"] for one in album)
    assert album[0].body["caption"] == "It was cold."


@pytest.mark.parametrize("many", [1, 3])
async def test_the_words_under_files_are_changed_and_the_files_stay(desk: Desk, many: int) -> None:
    upload = [("photo", Upload("a.png", "image/png", png())) for _ in range(many)]
    people.send_files(desk.street.world, desk.street.bot, desk.street.person, upload)
    media = tuple(one.media[0] for one in await desk.heard() if one.kind is Kind.PHOTO)
    last = await desk.channel.send(desk.chat, replace(SAID, media=media))
    first = str(int(last) - many + 1)
    await desk.channel.edit(desk.chat, first, replace(SAID, text="It was warm.", media=media))
    shown = desk.group.messages[int(first)].body
    assert (bool(shown["photo"]), shown["caption"]) == (True, "It was warm.")
    assert max(desk.group.messages) == int(last)


async def test_a_voice_is_told_by_its_length_and_sent_on(desk: Desk) -> None:
    upload = [("voice", Upload("v.ogg", "audio/ogg", b"OggS" + bytes(40)))]
    people.send_files(desk.street.world, desk.street.bot, desk.street.person, upload, duration=12)
    (voice,) = [one for one in await desk.heard() if one.kind is Kind.FILE]
    (media,) = voice.media
    assert (media.kind, media.seconds, media.size) == ("voice", 12, 44)
    sent = await desk.channel.send("10001", replace(SAID, media=(media,)))
    chat = desk.street.world.chat(desk.street.bot, desk.street.person)
    assert "voice" in chat.messages[int(sent)].body


async def test_a_file_is_uploaded_where_the_platform_has_not_got_it(desk: Desk) -> None:
    ours = Media("of another bot", "photo", name="a.png", content=png())
    for media in ((ours,), (ours, ours)):
        sent = await desk.channel.send("10001", replace(SAID, media=media))
        chat = desk.street.world.chat(desk.street.bot, desk.street.person)
        assert "photo" in chat.messages[int(sent)].body


async def test_an_edit_is_heard(desk: Desk) -> None:
    written = people.write(desk.street.world, desk.street.bot, desk.street.person, "It was could")
    await desk.heard()
    people.edit(
        desk.street.world, desk.street.bot, desk.street.person, written.message_id, "It was cold"
    )
    (edited,) = await desk.heard()
    assert (edited.kind, edited.text) == (Kind.EDITED, "It was cold")
    assert edited.message == str(written.message_id)


async def test_a_reply_to_us_is_heard_and_what_people_say_to_each_other_is_not(
    desk: Desk,
) -> None:
    card = await desk.channel.send(desk.chat, SAID)
    await desk.heard()
    world, bot, person = desk.street.world, desk.street.bot, desk.street.person
    people.write(world, bot, person, "lunch?", place=desk.place(""))
    people.write(world, bot, person, "on it", int(card), place=desk.place(""))
    heard = [one for one in await desk.heard() if one.kind is not Kind.OTHER]
    assert [(one.text, one.reply_to) for one in heard] == [("on it", card)]


async def test_what_a_group_lacks_is_found_out(desk: Desk) -> None:
    async def why(act: str = "topic", topic: str = "") -> str:
        with pytest.raises((Rejected, Unreachable)) as raised:
            await desk.channel.topic(desk.chat, act, topic=topic, name="x")
        return raised.value.why

    world, bot = desk.street.world, desk.street.bot
    assert await why("topic_rename", "999") == "topic_gone"
    desk.group.rights = []
    assert await why() == "no_rights"
    groups.make_forum(world, bot, desk.group, False)
    assert await why() == "no_topics"
    groups.change_standing(world, bot, desk.group, "kicked", [])
    assert await why() == "gone"


async def test_a_group_that_moved_says_where_to(desk: Desk) -> None:
    world, bot = desk.street.world, desk.street.bot
    small = Group(
        bot.id,
        groups.free_id(world, "group"),
        0,
        started=True,
        title="Small",
        kind="group",
        members=[desk.street.person.id],
    )
    made = groups.add_group(world, bot, small)
    fresh = groups.upgrade(world, bot, made)
    with pytest.raises(Moved) as raised:
        await desk.channel.send(str(made.id), SAID)
    assert raised.value.chat == str(fresh.id)
