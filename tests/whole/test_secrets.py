"""Canaries through a run of faults: no token, secret or key in logs, metrics or error pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.telegram.webhook import HEADER, PATH
from sandbox import people
from sandbox.world import World
from tests.app import processes
from tests.app.processes import Server, free_port, serving
from tests.support.databases import MIGRATED
from tests.whole.stack import KEY, SECRET, TOKEN
from tests.whole.standin import PERSON, platform, settings

pytestmark = [pytest.mark.fault, pytest.mark.slow]
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "429", "retry_after": 1, "count": 2},
    {"kind": "500", "count": 2},
    {"kind": "400", "count": 1, "description": f"bad {TOKEN}"},
    {"kind": "403", "count": 1},
    {"kind": "hang", "count": 1},
)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_no_secret_gets_out_whatever_the_platform_does(
    mode: str, sqlite_url: str, tmp_path: Path
) -> None:
    port = free_port()
    async with platform() as (world, url), aiohttp.ClientSession() as http:
        given = settings(sqlite_url, url + "botapi", mode, port)
        key = await _api_key(tmp_path, given)
        command = ["serve", "--with-work", "--port", str(port)]
        async with serving(command, port, tmp_path, **given) as server:
            for fault in FAULTS:
                async with http.post(url + "sandbox/faults", json=fault) as answer:
                    assert answer.status < 300, await answer.text()
                _says(world, f"/feedback {fault['kind']}")
                _says(world, "/help")
                await asyncio.sleep(0.3)
            pages = await _pages(http, server, key)
            code, out = await server.end()
    assert code == 0, out
    assert "Telegram" in out or "Bot API" in out, "the log tells nothing of the faults"
    _is_clean(pages + out, key)


async def test_no_secret_gets_out_when_nothing_can_be_reached(
    fresh_database: Callable[..., str], tmp_path: Path
) -> None:
    database, port = fresh_database("sqlite", MIGRATED), free_port()
    given = settings(database, f"http://127.0.0.1:{free_port()}", "webhook", port)
    key = await _api_key(tmp_path, given)
    async with (
        serving(["serve", "--port", str(port)], port, tmp_path, **given) as server,
        aiohttp.ClientSession() as http,
    ):
        pages = await _pages(http, server, key)
        code, out = await server.end()
    assert code == 0, out
    assert "does not answer yet" in out
    _is_clean(pages + out, key)


async def test_the_check_would_see_a_secret() -> None:
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET, KEY, "mb_key"):
        with pytest.raises(AssertionError):
            _is_clean(f'{{"message": "POST /bot{secret}/getMe"}}', "mb_key")


def _says(world: World, text: str) -> None:
    people.write(world, world.bot_by_name(), world.persons[PERSON], text)


async def _api_key(folder: Path, given: dict[str, str]) -> str:
    """A real key, as `memberbot api-key add` shows it once."""
    made = await processes.run(
        "api-key", "add", "canary", "--scope", "purchases:write", cwd=folder, **given
    )
    assert made.code == 0, made.err
    return next(word for word in made.out.split() if word.startswith("mb_"))


async def _pages(http: aiohttp.ClientSession, server: Server, key: str) -> str:
    """What the server tells: metrics, health, and the pages of things that go wrong."""
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/metrics", {}),
        ("GET", "/health/ready", {}),
        ("GET", f"/bot{TOKEN}/getMe", {"allow_redirects": False}),
        ("POST", PATH, {"data": b"{}", "headers": {HEADER: SECRET + "x"}}),
        ("POST", PATH, {"data": b"{", "headers": {HEADER: SECRET}}),
        ("POST", PATH, {"data": _chunks(), "headers": {HEADER: SECRET}}),
        ("POST", "/api/v1/purchases", {"data": b"{", "headers": _bearer(key)}),
        ("POST", "/api/v1/purchases", {"data": b"{}", "headers": _bearer(key + "x")}),
        ("GET", "/api/v1/members/1", {"headers": _bearer(key)}),
    ]
    told = []
    for method, path, more in asked:
        async with http.request(method, server.url + path, **more) as answer:
            told.append(f"{answer.status} {dict(answer.headers)} {await answer.text()}")
    return "\n".join(told)


async def _chunks() -> AsyncIterator[bytes]:
    """Two megabytes, which is too much."""
    for _ in range(20):
        yield b"x" * 100_000


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Idempotency-Key": "canary-1"}


def _is_clean(text: str, key: str) -> None:
    secrets = (TOKEN, TOKEN.partition(":")[2], SECRET, KEY, key)
    found = [secret[:6] for secret in secrets if secret in text]
    assert not found, f"{found} in {text[:3000]}"
