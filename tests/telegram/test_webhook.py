"""The webhook answers after the commit, keeps strangers out and falls over nothing."""

import asyncio
import gzip
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given

from bot.channel import Rejected, RetryLater, Unknown, Unreachable
from bot.messages import Kind, Rendered
from bot.state import StoreUnavailable
from bot.telegram.webhook import HEADER, LIMIT, PATH, BadSecret, Webhook
from tests.telegram.doubles import App, Core, Wire
from tests.telegram.updates import hostile, message, standing, tap

SECRET = "Sesame_open-1"
NOTE = Rendered("note.shown", "en", "<b>128</b> points", toast="Done")
LONG = replace(NOTE, text="line\n" * 2000)
Client = TestClient[web.Request, web.Application]


@asynccontextmanager
async def serving(
    core: Core, wire: Wire | None = None, app: App | None = None
) -> AsyncIterator[Client]:
    app = app or App()
    hook = Webhook(core, SECRET, channel=wire or Wire(), bury=app.bury, answers=app)
    site = web.Application(client_max_size=50 * LIMIT)
    site.router.add_post(PATH, hook.handle)
    async with TestClient(TestServer(site)) as client:
        try:
            yield client
        finally:
            await hook.close()


async def post(client: Client, body: Any, secret: str | None = SECRET, **more: str) -> Any:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = more if secret is None else {HEADER: secret, **more}
    async with client.post(PATH, data=io.BytesIO(data), headers=headers) as response:
        text = await response.read()
    return response.status, json.loads(text) if response.status == 200 and text else text


@pytest.mark.parametrize("secret", ["", "a b", "ü", "x" * 257, "a:b"])
def test_it_does_not_start_without_a_good_secret(secret: str) -> None:
    app = App()
    with pytest.raises(BadSecret) as raised:
        Webhook(Core(), secret, channel=Wire(), bury=app.bury, answers=app)
    assert raised.value.problem == ("malformed" if secret else "missing")
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize(
    "given",
    [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.lower(), SECRET.upper(), SECRET[1:]],
)
async def test_no_forged_post_is_taken(given: str | None) -> None:
    core, app = Core(NOTE), App()
    async with serving(core, app=app) as client:
        status, _ = await post(client, message(text="x"), given)
        assert status == 403
        status, _ = await post(client, b"garbage", given)
        assert status == 403
    assert (core.seen, app.buried) == ([], [])


async def test_the_reply_rides_in_the_response() -> None:
    core, wire = Core(NOTE), Wire()
    async with serving(core, wire) as client:
        status, answer = await post(client, message(text="points"))
    assert status == 200
    assert (answer["method"], answer["chat_id"]) == ("sendMessage", 77)
    assert (answer["text"], answer["parse_mode"]) == ("<b>128</b> points", "HTML")
    assert (wire.calls, core.seen[0].text) == ([], "points")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", "x"])
async def test_the_content_type_does_not_matter(kind: str) -> None:
    async with serving(Core(NOTE)) as client:
        status, answer = await post(client, message(text="x"), **{"Content-Type": kind})
    assert (status, answer["method"]) == (200, "sendMessage")


async def test_earlier_pieces_are_calls_before_the_response() -> None:
    wire = Wire()
    async with serving(Core(LONG), wire) as client:
        _, answer = await post(client, message(text="x"))
    sent = [*wire.texts(), answer["text"]]
    assert len(wire.calls) == 2
    assert "\n".join(sent).split() == ["line"] * 2000


@pytest.mark.parametrize(
    ("fails", "kept"),
    [
        ([RetryLater(timedelta(seconds=9), flood=True)], [(timedelta(seconds=9), False)]),
        ([Unknown()], [(None, True)]),
        ([None, RetryLater(timedelta(seconds=9))], [(timedelta(seconds=9), True)]),
        ([None, Rejected()], []),
        ([Unreachable()], []),
        ([Rejected()], []),
    ],
)
async def test_what_cannot_be_sent_before_is_kept_whole(fails: Any, kept: Any) -> None:
    app = App()
    async with serving(Core(LONG), Wire(fails), app) as client:
        status, answer = await post(client, message(text="x"))
    assert (status, answer) == (200, b"")
    assert app.kept == [(LONG.text, *more) for more in kept]


async def test_in_a_wait_not_even_the_response_says_anything() -> None:
    app, wire = App(), Wire()
    app.silent = timedelta(seconds=9)
    async with serving(Core(NOTE), wire, app) as client:
        assert await post(client, message(text="x")) == (200, b"")
    assert (wire.calls, app.kept) == ([], [(NOTE.text, app.silent, False)])


async def test_a_tap_gets_its_answer_beside_the_reply() -> None:
    wire = Wire()
    async with serving(Core(replace(NOTE, edit=True)), wire) as client:
        _, answer = await post(client, tap())
        await asyncio.sleep(0.01)
    assert (answer["method"], answer["message_id"]) == ("editMessageText", 31)
    (call,) = wire.calls
    assert call.params == {"id": "881", "text": "Done"}


async def test_a_tap_without_a_reply_gets_its_answer_too() -> None:
    wire = Wire()
    async with serving(Core(None), wire) as client:
        assert await post(client, tap()) == (200, b"")
        await asyncio.sleep(0.01)
    assert [call.params["id"] for call in wire.calls] == ["881"]


async def test_blocking_reaches_the_core() -> None:
    core = Core(None)
    async with serving(core) as client:
        assert await post(client, standing("kicked")) == (200, b"")
    assert core.seen[0].kind is Kind.BLOCKED


@pytest.mark.parametrize(
    "update",
    [{"update_id": 1}, {"update_id": 1, "edited_channel_post": {}}, {"update_id": 3, "poll": 1}],
)
async def test_what_is_not_for_us_is_taken_and_left(update: Any) -> None:
    core, app = Core(NOTE), App()
    async with serving(core, app=app) as client:
        assert await post(client, update) == (200, b"")
    assert (core.seen, app.buried) == ([], [])


@pytest.mark.parametrize(
    ("body", "update_id", "why"),
    [
        (b"", "", "bad update: json"),
        (b"{", "", "bad update: json"),
        (b"\xff\0\xfe", "", "bad update: json"),
        (b"[" * 100_000, "", "bad update: json"),
        (b"[]", "", "bad update: update"),
        (b'{"update_id": 1, "message": 5}', "1", "bad update: message"),
        (b'{"update_id": 9223372036854775808}', "", "bad update: update_id"),
    ],
    ids=["empty", "cut", "bytes", "deep", "list", "type", "huge"],
)
async def test_what_cannot_be_read_is_a_dead_letter(
    body: bytes, update_id: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    core, app = Core(NOTE), App()
    async with serving(core, app=app) as client:
        assert await post(client, body) == (200, b"")
    assert [(found[0], found[2]) for found in app.buried] == [(update_id, why)]
    assert core.seen == []
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("body", [b"x" * (LIMIT + 1), b" " * 5 * LIMIT])
async def test_a_huge_body_is_refused_clearly(body: bytes) -> None:
    core = Core(NOTE)
    async with serving(core) as client:
        status, text = await post(client, body)
    assert (status, b"1 MB" in text) == (413, True)
    assert core.seen == []


async def test_a_huge_body_in_chunks_or_packed_is_refused() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    core = Core(NOTE)
    async with serving(core) as client:
        for data, more in (
            (chunks(), {}),
            (gzip.compress(b" " * 9 * LIMIT), {"Content-Encoding": "gzip"}),
        ):
            headers = {HEADER: SECRET, **more}
            async with client.post(PATH, data=data, headers=headers) as response:
                assert response.status == 413
    assert core.seen == []


async def test_a_body_of_a_megabyte_is_taken() -> None:
    core = Core(NOTE)
    update = message(text="x" * (LIMIT - 400))
    async with serving(core) as client:
        status, _ = await post(client, update)
    assert (status, len(core.seen)) == (200, 1)


async def test_only_a_store_that_cannot_commit_makes_telegram_come_again() -> None:
    core = Core(StoreUnavailable())
    async with serving(core) as client:
        assert (await post(client, message(text="x")))[0] == 503
        core.answer = NOTE
        assert (await post(client, message(text="x")))[0] == 200


@pytest.mark.parametrize("error", [StoreUnavailable(), RuntimeError("bug")])
async def test_a_dead_letter_that_cannot_be_written_comes_again(error: Exception) -> None:
    async with serving(Core(), app=App(fails=error)) as client:
        assert (await post(client, b"{"))[0] == 503


async def test_an_answer_that_cannot_be_kept_comes_again() -> None:
    app = App(fails=StoreUnavailable())
    async with serving(Core(LONG), Wire([RetryLater()]), app) as client:
        assert (await post(client, message(text="x")))[0] == 503


async def test_a_core_that_breaks_sticks_at_nothing(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    async with serving(Core(RuntimeError("bug")), app=app) as client:
        assert await post(client, message(text="x")) == (200, b"")
    assert [(found[0], found[2]) for found in app.buried] == [("5", "RuntimeError: bug")]
    assert "broke the core" in caplog.text


@given(update=hostile)
def test_no_update_gets_anything_but_200_or_503(update: Any) -> None:
    body = json.dumps(update).encode()
    logging.getLogger("bot.telegram.webhook").disabled = True

    async def go() -> None:
        for answer, wanted in ((NOTE, {200}), (LONG, {200}), (StoreUnavailable(), {200, 503})):
            app = App()
            core = Core(answer)
            async with serving(core, Wire(), app) as client:
                status, _ = await post(client, body)
            assert status in wanted
            assert (status == 503) == bool(core.seen and isinstance(answer, Exception))

    try:
        asyncio.run(go())
    finally:
        logging.getLogger("bot.telegram.webhook").disabled = False
