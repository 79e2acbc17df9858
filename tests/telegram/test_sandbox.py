"""The whole of this folder against the stand-in for the Bot API, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channel import Rejected, RetryLater, Unreachable
from bot.messages import Document, Inbound, Key, Kind, Rendered
from bot.telegram.menu import Entry, Operator, set_menus
from bot.telegram.polling import Pace, Poller
from bot.telegram.startup import Connection, TokenRefused, connect
from bot.telegram.translate import ALLOWED
from bot.telegram.webhook import PATH, Webhook
from sandbox import people
from sandbox.files import Upload
from sandbox.model import Bot, Person
from sandbox.web import create_app
from sandbox.world import World
from services.pictures import qr_png
from tests.telegram.doubles import App, Core
from tests.telegram.updates import ACCOUNT, TOKEN

SECRET = "Sesame_open-1"
ROWS = ((Key("积分", payload="1points~~~s"),), (Key("Site", url="https://example.org/"),))
CARD = Rendered("card.shown", "zh", "<b>128</b> 积分 &lt;3", rows=ROWS)
TOKENS = [(TOKEN, "club_bot", "Club")]


class Street:
    """The stand-in with one bot and one person who has written to it."""

    def __init__(self) -> None:
        self.world = World(TOKENS, webhook_pace=0.001)
        self.person: Person = self.world.add_person(
            10_001, "小明", language_code="zh-hans", phone="+8613800138000", started=True
        )
        self.root = ""

    @property
    def bot(self) -> Bot:
        return self.world.bots[TOKEN]

    def write(self, text: str) -> None:
        people.write(self.world, self.bot, self.person, text)

    def shown(self) -> list[Any]:
        """The bot's messages in the person's chat, oldest first."""
        chat = self.world.chat(self.bot, self.person)
        return [message for message in chat.messages.values() if message.by_bot]

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(1_000):
            if holds():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it did not come to that")


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    made = Street()
    server = TestServer(create_app(made.world))
    await server.start_server()
    made.root = str(server.make_url("/botapi"))
    try:
        yield made
    finally:
        await server.close()


@asynccontextmanager
async def connected(street: Street, **more: Any) -> AsyncIterator[Connection]:
    connection = await connect(TOKEN, api_url=street.root, **more)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def hooked(street: Street, core: Core) -> AsyncIterator[Connection]:
    """The webhook served, and told to the stand-in."""
    app, hooks = App(), list[Webhook]()

    async def handle(request: web.Request) -> web.Response:
        return await hooks[0].handle(request)

    site = web.Application()
    site.router.add_post(PATH, handle)
    async with TestServer(site) as server:
        told = {"webhook": True, "public_url": str(server.make_url("")), "secret": SECRET}
        async with connected(street, **told) as connection:
            channel = connection.channel
            hooks.append(Webhook(core, SECRET, channel=channel, bury=app.bury, answers=app))
            yield connection
            await hooks[0].close()


async def test_the_start_asks_who_the_bot_is(street: Street) -> None:
    async with connected(street) as connection:
        assert (connection.username, connection.name) == ("club_bot", "Club")
        assert connection.channel.account == ACCOUNT


async def test_the_webhook_is_told_with_its_secret(street: Street) -> None:
    async with connected(street, webhook=True, public_url="https://club.example/", secret=SECRET):
        hook = street.bot.webhook
    assert hook is not None
    assert (hook.url, hook.secret) == (f"https://club.example{PATH}", SECRET)
    assert street.bot.allowed_updates == list(ALLOWED)


async def test_without_a_public_url_there_is_a_warning(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(street, webhook=True, secret=SECRET):
        assert street.bot.webhook is None
    assert "no public URL" in caplog.text


async def test_polling_takes_the_webhook_away_and_keeps_what_waits(street: Street) -> None:
    async with connected(street, webhook=True, public_url="http://127.0.0.1:9", secret=SECRET):
        street.write("积分")
    async with connected(street):
        assert street.bot.webhook is None
        assert len(street.world.queues[street.bot.id].waiting()) == 1


async def test_a_conversation_over_the_webhook(street: Street) -> None:
    async def answer(inbound: Inbound) -> Rendered:
        if inbound.kind is Kind.TAP:
            return replace(CARD, edit=True, text="<b>129</b>", toast="好")
        return CARD

    core = Core(answer)
    async with hooked(street, core):
        street.write("积分")
        await street.until(lambda: len(street.shown()) == 1)
        card = street.shown()[0]
        query = people.tap(street.world, street.bot, street.person, card.message_id, "1points~~~s")
        await street.until(lambda: street.shown()[0].body["text"] == "129")
        await street.until(lambda: bool(query.answer))
    assert query.answer is not None
    assert query.answer["text"] == "好"
    assert card.body["text"] == "129"
    assert [inbound.kind for inbound in core.seen] == [Kind.TEXT, Kind.TAP]
    assert core.seen[0].locale == "zh-hans"
    assert core.seen[1].payload == "1points~~~s"


async def test_a_long_answer_over_the_webhook_comes_in_order(street: Street) -> None:
    lines = [f"第 {number} 行" for number in range(1_200)]
    async with hooked(street, Core(replace(CARD, text="\n".join(lines)))):
        street.write("x")
        await street.until(lambda: len(street.shown()) == 3)
    said = "\n".join(message.body["text"] for message in street.shown())
    assert said.split("\n") == lines
    assert [bool(message.markup) for message in street.shown()] == [False, False, True]


async def test_a_conversation_over_polling(street: Street) -> None:
    async def answer(inbound: Inbound) -> Rendered:
        if inbound.kind is Kind.CONTACT:
            assert inbound.contact is not None
            return Rendered("phone.kept", "zh", f"{inbound.contact.phone} {inbound.contact.own}")
        return replace(CARD, ask_contact="分享手机号", rows=())

    core, app = Core(answer), App()
    async with connected(street) as connection:
        poller = Poller(
            core,
            channel=connection.channel,
            bury=app.bury,
            answers=app,
            lease=app,
            pace=Pace(wait=5, first=0.01),
        )
        running = asyncio.create_task(poller.run())
        street.write("join")
        await street.until(lambda: len(street.shown()) == 1)
        chat = street.world.chat(street.bot, street.person)
        assert chat.keyboard is not None
        people.share_contact(street.world, street.bot, street.person, None)
        await street.until(lambda: len(street.shown()) == 2)
        people.block(street.world, street.bot, street.person)
        await street.until(lambda: core.seen[-1].kind is Kind.BLOCKED)
        poller.stop()
        await asyncio.wait_for(running, 5)
    assert street.shown()[1].body["text"] == "+8613800138000 True"
    assert chat.keyboard is None
    assert street.world.queues[street.bot.id].waiting() == []


async def test_documents_travel_with_text_and_buttons(street: Street) -> None:
    document = Document("mydata.json", b'{"name": "\xe5\xb0\x8f\xe6\x98\x8e"}')
    async with connected(street) as connection:
        channel = connection.channel
        await channel.send("10001", CARD, document)
        await channel.send("10001", replace(CARD, text="line\n" * 400), document)
        reference = street.shown()[0].body["document"]["file_id"]
        assert await channel.download(reference) == document.content
    first, text, second = street.shown()
    assert first.body["caption"] == "128 积分 <3"
    assert first.body["document"]["file_name"] == "mydata.json"
    assert [bool(message.markup) for message in (first, text, second)] == [True, False, True]


async def test_a_picture_that_we_made_is_shown_as_a_photo(street: Street) -> None:
    picture = Document("voucher.png", qr_png("https://t.me/our_bot?start=v_7K4M9QXT2HWDRB5E"))
    async with connected(street) as connection:
        await connection.channel.send("10001", CARD, picture)
        sizes = street.shown()[0].body["photo"]
        assert await connection.channel.download(sizes[-1]["file_id"]) == picture.content
    (message,) = street.shown()
    assert message.body["caption"] == "128 积分 <3"
    assert message.markup


async def test_a_photo_that_somebody_sent_can_be_fetched_and_shown(street: Street) -> None:
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
    upload = Upload("p.png", "image/png", pixel)
    people.send_files(street.world, street.bot, street.person, [("photo", upload)])
    async with connected(street) as connection:
        (update,) = await connection.channel.client.raw_updates(0, 0, ())
        reference = update["message"]["photo"][-1]["file_id"]
        assert await connection.channel.download(reference) == pixel
        await connection.channel.send("10001", replace(CARD, photo=reference))
        with pytest.raises(Rejected):
            await connection.channel.download("nothing")
    assert street.shown()[0].body["caption"] == "128 积分 <3"


async def test_sending_returns_the_id_and_edits_are_repeatable(street: Street) -> None:
    async with connected(street) as connection:
        sent = await connection.channel.send("10001", CARD)
        changed = replace(CARD, text="129")
        await connection.channel.edit("10001", sent, changed)
        await connection.channel.edit("10001", sent, changed)
        with pytest.raises(Unreachable):
            await connection.channel.send("555", CARD)
        (message,) = street.shown()
        assert (str(message.message_id), message.body["text"]) == (sent, "129")
        for _ in range(2):
            await connection.channel.delete("10001", sent)
        await connection.channel.edit("10001", sent, changed)  # who deleted it needs no other
    assert street.shown() == []


async def test_a_flood_wait_of_the_stand_in_is_understood(street: Street) -> None:
    async with connected(street) as connection:
        street.world.faults.add({"kind": "429", "count": 1, "retry_after": 3})
        with pytest.raises(RetryLater) as raised:
            await connection.channel.send("10001", CARD)
    assert (raised.value.after, raised.value.flood) == (timedelta(seconds=3), True)


async def test_a_start_that_fails_tells_why(street: Street) -> None:
    street.world.faults.add({"kind": "429", "count": 1, "retry_after": 3})
    with pytest.raises(RetryLater):
        await connect(TOKEN, api_url=street.root)
    with pytest.raises(TokenRefused):
        await connect("1:unknown", api_url=street.root)


async def test_menus_differ_by_language_and_role(street: Street) -> None:
    entries = [
        Entry("points", {"zh": "我的积分", "en": "My points"}),
        Entry("till", {"zh": "收银", "en": "Till"}, frozenset({"till"})),
    ]
    async with connected(street) as connection:
        gone = Operator("555", "till", "en")
        operators = [gone, Operator("10001", "till", "zh")]
        await set_menus(connection.channel, entries, ["zh", "en"], operators)
        client = connection.channel.client
        english = await client.get_my_commands(language_code="en")
        usual = await client.get_my_commands(language_code="de")
        till = await client.get_my_commands({"type": "chat", "chat_id": 10001})
    assert [command.description for command in english] == ["My points"]
    assert [command.description for command in till] == ["我的积分", "收银"]
    assert usual == () or [command.description for command in usual] == ["我的积分"]
