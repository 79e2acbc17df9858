"""`memberbot serve` as a process, on both databases, against the stand-in for the Bot API."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from app.settings import FixedSettings
from app.wiring import opened
from bot.messages import Address
from sandbox import people
from sandbox.web import create_app
from sandbox.world import World
from services.ports.post import Notice
from storage.work import Work
from tests.app import processes
from tests.app.processes import free_port, serving
from tests.support.databases import MIGRATED

TOKEN = "4242:the_token_of_the_tests"
KEY = "secret key of the club"
SECRET = "webhook-secret_of-the-tests"


class Platform:
    """The Bot API and one person with a phone."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url
        self.bot = world.bot_by_name()
        self.person = world.add_person(77, "Mei", language_code="en")

    def says(self, text: str) -> None:
        people.write(self.world, self.bot, self.person, text)
        self.world.store.commit()

    def heard(self) -> list[str]:
        """What the bot has said."""
        chat = self.world.chat(self.bot, self.person)
        return [str(m.body.get("text")) for m in chat.messages.values() if m.by_bot]

    async def hears(self) -> str:
        """The bot's first message."""
        async with asyncio.timeout(15):
            while not self.heard():  # noqa: ASYNC110 - the world tells nobody
                await asyncio.sleep(0.02)
        return self.heard()[0]


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    world = World([(TOKEN, "tests_bot", "Tests")])
    async with TestServer(create_app(world)) as server:
        yield Platform(world, str(server.make_url("/botapi")))


def _settings(url: str, **more: str) -> dict[str, str]:
    given = {"DATABASE_URL": url, "SECRET_KEY": KEY, **more}
    return {f"MEMBERBOT_{name}": value for name, value in given.items()}


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_it_answers_in_both_modes(
    mode: str, database_url: str, platform: Platform, tmp_path: Path
) -> None:
    port = free_port()
    settings = _settings(
        database_url,
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_API_URL=platform.url,
        TELEGRAM_MODE=mode,
        TELEGRAM_SECRET=SECRET,
        PUBLIC_URL=f"http://127.0.0.1:{port}",
    )
    async with serving(["serve", "--port", str(port)], port, tmp_path, **settings) as server:
        platform.says("/start")
        assert "welcome" in await platform.hears()
        assert platform.bot.commands
        code, out = await server.end()
    assert code == 0, out
    assert TOKEN.partition(":")[2] not in out
    assert f"ready on {server.url}" in out


async def test_health_and_metrics_tell_numbers_and_no_names(
    database_url: str, platform: Platform, tmp_path: Path
) -> None:
    port = free_port()
    settings = _settings(database_url, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=platform.url)
    command = ["serve", "--with-work", "--port", str(port)]
    async with (
        serving(command, port, tmp_path, **settings) as server,
        aiohttp.ClientSession(server.url) as session,
    ):
        platform.says("/start Mei-canary")
        await platform.hears()
        assert await _get(session, "/health/live") == {"live": True}
        ready = await _get(session, "/health/ready")
        assert ready["ready"] is True
        assert ready["level"] == ready["needed_level"]
        assert ready["delivery_lag_seconds"] == 0.0
        async with session.get("/metrics") as answer:
            text = await answer.text()
        assert 'memberbot_updates_total{channel="telegram",kind="text"} 1.0' in text
        assert 'memberbot_replies_total{channel="telegram"} 1.0' in text
        assert not [word for word in ("canary", "Mei", TOKEN, KEY, "77") if f'"{word}"' in text]
        for path in ("/", "/demo/clock", "/sandbox/persons", "/botapi/bot1:a/getMe"):
            async with session.get(path) as answer:
                assert answer.status == 404, path


async def _get(session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with session.get(path) as answer:
        return dict(await answer.json())


async def test_without_a_token_it_still_serves(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    command, as_users_do = ["serve", "--port", str(port)], processes.PROGRAM
    given = _settings(sqlite_url)
    async with serving(command, port, tmp_path, program=as_users_do, **given) as server:
        code, out = await server.end()
    assert code == 0, out
    assert "MEMBERBOT_TELEGRAM_TOKEN is not set" in out


async def test_a_refused_token_ends_it_with_one_line(
    sqlite_url: str, platform: Platform, tmp_path: Path
) -> None:
    settings = _settings(sqlite_url, TELEGRAM_TOKEN="99:wrong", TELEGRAM_API_URL=platform.url)
    ended = await processes.run("serve", "--port", "0", cwd=tmp_path, **settings)
    assert ended.code == 1
    assert "refuses the token of bot 99" in ended.err
    assert "wrong" not in ended.err
    assert "Traceback" not in ended.err


async def test_a_bot_api_that_is_away_does_not_end_it(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    away = f"http://127.0.0.1:{free_port()}"
    settings = _settings(sqlite_url, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=away)
    command = ["serve", "--port", str(port)]
    async with serving(command, port, tmp_path, **settings) as server:
        async with aiohttp.ClientSession(server.url) as session:
            assert (await _get(session, "/health/ready"))["platform"] == "not connected"
        code, out = await server.end()
    assert code == 0, out
    assert "does not answer yet" in out
    assert TOKEN.partition(":")[2] not in out


async def test_a_bot_api_that_comes_back_is_connected_to(sqlite_url: str, tmp_path: Path) -> None:
    port, api = free_port(), free_port()
    settings = _settings(
        sqlite_url, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=f"http://127.0.0.1:{api}/botapi"
    )
    async with serving(["serve", "--port", str(port)], port, tmp_path, **settings) as server:
        world = World([(TOKEN, "tests_bot", "Tests")])
        async with TestServer(create_app(world), port=api):
            platform = Platform(world, "")
            platform.says("/start")
            assert "welcome" in await platform.hears()
            code, out = await server.end()
    assert code == 0, out


async def test_a_token_refused_later_ends_it_too(sqlite_url: str, tmp_path: Path) -> None:
    port, api = free_port(), free_port()
    settings = _settings(
        sqlite_url, TELEGRAM_TOKEN="99:wrong", TELEGRAM_API_URL=f"http://127.0.0.1:{api}/botapi"
    )
    app, command = create_app(World([(TOKEN, "tests_bot", "Tests")])), ["serve"]
    command += ["--port", str(port)]
    async with (
        serving(command, port, tmp_path, **settings) as server,
        TestServer(app, port=api),
    ):
        out, _ = await asyncio.wait_for(server.process.communicate(), 20)
    assert server.process.returncode == 1
    assert "refuses the token of bot 99" in out.decode()
    assert "Traceback" not in out.decode()


async def test_a_taken_port_is_told_in_one_line(
    sqlite_url: str, platform: Platform, tmp_path: Path
) -> None:
    port = platform.url.rpartition(":")[2].partition("/")[0]
    ended = await processes.run("serve", "--port", port, cwd=tmp_path, **_settings(sqlite_url))
    assert ended.code == 1
    assert f"cannot listen on 127.0.0.1:{port}: address already in use" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.postgres
async def test_postgresql_has_to_be_migrated_first(
    fresh_database: Callable[..., str], tmp_path: Path
) -> None:
    settings = _settings(fresh_database("postgresql"))
    refused = await processes.run("serve", "--port", "0", cwd=tmp_path, **settings)
    assert refused.code == 1
    assert "run: memberbot migrate" in refused.err
    assert "Traceback" not in refused.err
    migrated = await processes.run("migrate", cwd=tmp_path, **settings)
    assert migrated.code == 0, migrated.err
    again = await processes.run("migrate", cwd=tmp_path, **settings)
    assert "was there already" in again.out
    port = free_port()
    async with serving(["serve", "--port", str(port)], port, tmp_path, **settings) as server:
        code, out = await server.end()
    assert code == 0, out


@pytest.mark.postgres
async def test_postgresql_needs_the_key_to_be_given(
    fresh_database: Callable[..., str], tmp_path: Path
) -> None:
    settings = _settings(fresh_database("postgresql", MIGRATED))
    del settings["MEMBERBOT_SECRET_KEY"]
    refused = await processes.run("serve", "--port", "0", cwd=tmp_path, **settings)
    assert refused.code == 1
    assert "MEMBERBOT_SECRET_KEY is missing" in refused.err


async def test_a_database_that_is_away_is_told_in_one_line(tmp_path: Path) -> None:
    settings = _settings(f"postgresql://nobody@127.0.0.1:{free_port()}/club")
    for command in (["serve", "--port", "0"], ["migrate"], ["work"]):
        refused = await processes.run(*command, cwd=tmp_path, **settings)
        assert refused.code == 1, command
        assert "the database cannot be used" in refused.err
        assert "Traceback" not in refused.err


async def test_a_migration_that_the_program_does_not_know_is_refused(
    sqlite_url: str, tmp_path: Path
) -> None:
    import sqlite3

    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    refused = await processes.run("serve", "--port", "0", cwd=tmp_path, **_settings(sqlite_url))
    assert refused.code == 1
    assert "newer" in refused.err
    assert "Traceback" not in refused.err


async def test_work_sends_what_others_have_written(
    database_url: str, platform: Platform, tmp_path: Path
) -> None:
    settings = _settings(database_url, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=platform.url)
    given = {name.removeprefix("MEMBERBOT_").lower(): value for name, value in settings.items()}
    platform.world.add_person(77, "Mei", started=True)
    async with opened(FixedSettings.model_validate({**given, "data": tmp_path})) as club:
        await club.units.write(lambda work: _notice(work, club.clock.now()))
    working = await processes.start("work", cwd=tmp_path, **settings)
    try:
        assert "/help" in await platform.hears()
    finally:
        working.send_signal(signal.SIGTERM)
        out, _ = await asyncio.wait_for(working.communicate(), 20)
    assert working.returncode == 0, out.decode()
    assert "memberbot is working" in out.decode()


def _notice(work: Work, now: datetime) -> None:
    address = work.conversations.lock(Address("telegram", "4242", "77", "77"), "en").person
    assert address.address_id is not None
    # An hour old: nobody takes it for an answer that its own process is about to send.
    work.deliveries.to_address(
        address.address_id, Notice("general.unknown"), now - timedelta(hours=1)
    )


async def test_what_cannot_be_a_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "junk.db").write_text("this is no database, whatever it may say" * 30)
    (tmp_path / "folder.db").mkdir()
    serve = ["serve", "--port", "0"]
    tried = [("junk.db", ["store", "list"]), ("junk.db", ["migrate"]), ("junk.db", serve)]
    for name, command in (*tried, ("folder.db", serve)):
        refused = await processes.run(
            *command, cwd=tmp_path, **_settings(f"sqlite:///{tmp_path / name}")
        )
        assert refused.code == 1, (name, command)
        assert refused.err.startswith("memberbot: the database cannot be used: ")
        assert refused.err.count("\n") == 1
    assert "no database" in (tmp_path / "junk.db").read_text()


async def test_a_host_that_is_none_is_told_in_one_line(sqlite_url: str, tmp_path: Path) -> None:
    settings = _settings(sqlite_url, HOST="256.1.1.1")
    refused = await processes.run("serve", "--port", "0", cwd=tmp_path, **settings)
    assert refused.code == 1
    assert "cannot listen on 256.1.1.1:0" in refused.err
    assert "unknown error" not in refused.err
