"""The log: two forms, and a canary that may turn up in neither."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from app import logs
from app.settings import FixedSettings
from app.wiring import guarded_secrets

TOKEN = "123456:canary-AAF_token/with+odd=signs"
SECRETS = {
    "telegram_token": TOKEN,
    "telegram_secret": "canary_webhook_secret",
    "secret_key": "canary key of the club",
    "database_url": "postgresql://bot:canary%20password@localhost/club",
}


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the log writes, in each form, with logging as it was before restored afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    known = guarded_secrets(FixedSettings.model_validate(SECRETS))
    lines = logs.set_up(request.param, known, logging.DEBUG)
    lines.setStream(stream := io.StringIO())
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


def _fail(text: str) -> None:
    raise RuntimeError(text)


def test_no_secret_is_written_in_any_way(written: io.StringIO) -> None:
    log = logging.getLogger("bot.anything")
    half = TOKEN.partition(":")[2]
    log.info("calling https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("escaped %s", "canary-AAF_token%2Fwith%2Bodd%3Dsigns")
    log.warning(half)
    log.error("header %r", {"X-Telegram-Bot-Api-Secret-Token": "canary_webhook_secret"})
    log.error("Authorization: Bearer canaryBearer12345")
    log.error("key mb_0123456789_canary0123456789")
    log.info("db %s", SECRETS["database_url"])
    try:
        try:
            _fail(f"url {TOKEN}")
        except RuntimeError as error:
            raise ValueError("canary key of the club") from error
    except ValueError:
        log.exception("it failed")
    text = written.getvalue()
    assert "canary" not in text
    assert text.count("***") >= 8
    assert "getMe" in text
    assert "ValueError" in text


def test_any_token_is_hidden_even_one_that_nobody_told_of(written: io.StringIO) -> None:
    logging.getLogger("x").info("bot987654321:AAF0canary0canary0canary0canary0ca")
    assert "canary" not in written.getvalue()


def test_each_line_of_the_json_form_is_a_record(written: io.StringIO) -> None:
    log = logging.Logger("app.test")
    # Straight to our handler: pytest's own would put the surrogate into a report it cannot send.
    log.addHandler(next(h for h in logging.getLogger().handlers if isinstance(h, logs.Lines)))
    log.warning("two\nlines and a lone surrogate \ud800")
    try:
        _fail("broken")
    except RuntimeError:
        log.exception("it failed")
    if '"level"' not in written.getvalue():
        assert "WARNING" in written.getvalue()
        return
    first, second = map(json.loads, written.getvalue().splitlines())
    assert (first["level"], first["name"]) == ("warning", "app.test")
    assert first["text"].startswith("two\nlines")
    assert "RuntimeError: broken" in second["trace"]


@pytest.mark.parametrize("name", ["httpx", "httpcore.http11", "telegram.Bot"])
def test_libraries_that_speak_of_urls_are_quiet(written: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("GET https://example.com/?phone=1")
    assert written.getvalue() == ""


async def test_requests_are_logged_without_what_their_path_and_query_hold(
    written: io.StringIO,
) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/api/v1/members", handler)
    app.router.add_get("/health/live", handler)
    inner = web.Application()
    inner.router.add_get("/{id:[^/]+}/points", handler)
    app.add_subapp("/api/v1/members/", inner)
    server = TestServer(app)
    await server.start_server(
        access_log_class=logs.Access, access_log=logging.getLogger("aiohttp.access")
    )
    async with TestClient(server) as client:
        await client.get("/api/v1/members?phone=13800138000")
        await client.get("/health/live")
        await client.get("/api/v1/members/phone:+8613800138000/points")
        await client.get("/nowhere%0A12:00:00 ERROR 13800138000")
    text = written.getvalue()
    assert "GET /api/v1/members 200" in text
    assert "GET /api/v1/members/{id}/points 200" in text
    assert "GET (no such path) 404" in text
    assert "13800138000" not in text
    assert "/health/live" not in text
