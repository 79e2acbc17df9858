"""What survives a restart, a kill included."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from sandbox.web import create_app
from sandbox.world import World
from tests.sandbox.support import ANN, TOKEN, Phone, Session, buttons, png

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def served(store: Path) -> AsyncIterator[Session]:
    world = World([(TOKEN, "grocer_bot", "Grocer")], store=store)
    if ANN not in world.persons:
        world.add_person(ANN, "Ann", phone="+15550100")
    server = TestServer(create_app(world))
    await server.start_server()
    async with aiohttp.ClientSession(server.make_url("/")) as http:
        yield Session(http, server, TOKEN)
    await server.close()


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "world.db"
    async with served(store) as session:
        ann = Phone(session, ANN)
        await ann.write("/start")
        markup = buttons(["A"])
        sent = await session.call("sendMessage", chat_id=ANN, text="<b>", reply_markup=markup)
        files = {"photo": ("a.png", png())}
        await session.upload("sendPhoto", files, chat_id=str(ANN))
        keyboard = {"keyboard": [["One"]]}
        await session.call("sendMessage", chat_id=ANN, text="k", reply_markup=keyboard)
        await session.call("setMyCommands", commands=[{"command": "a", "description": "b"}])
        query = await ann.tap(sent.result["message_id"], "a")
        before = await ann.chat()
        log = await session.log()
        updates = (await session.call("getUpdates")).result
    async with served(store) as session:
        ann = Phone(session, ANN)
        assert await ann.chat() == before
        assert (await session.log())[: len(log)] == log
        assert (await session.call("getUpdates")).result == updates
        assert (await session.call("answerCallbackQuery", callback_query_id=query)).result
        async with session.http.get(before["messages"][2]["photo"]["url"]) as response:
            assert await response.read() == png()
        following = await ann.write("next")
        assert following["message_id"] == before["messages"][-1]["message_id"] + 1
        last = (await session.call("getUpdates")).result[-1]
        assert last["update_id"] == updates[-1]["update_id"] + 1


async def test_confirmed_updates_do_not_come_back(tmp_path: Path) -> None:
    store = tmp_path / "world.db"
    async with served(store) as session:
        await Phone(session, ANN).write("a")
        await session.drain()
    async with served(store) as session:
        assert await session.drain() == []


async def test_the_token_is_not_in_the_file(tmp_path: Path) -> None:
    store = tmp_path / "world.db"
    async with served(store) as session:
        await Phone(session, ANN).write("a")
        await session.call("sendMessage", chat_id=ANN, text="b")
    assert TOKEN.partition(":")[2].encode() not in store.read_bytes()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _ready(http: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                async with http.get("/sandbox/info"):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def process(port: int, store: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = ["--port", str(port), "--token", TOKEN, "--store", str(store)]
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            os.kill(running.pid, signal.SIGTERM)
        await running.wait()


@pytest.mark.fault
async def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    port, store = _free_port(), tmp_path / "world.db"
    written: list[str] = []
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        for turn in range(3):
            async with process(port, store) as running:
                await _ready(http)
                if turn == 0:
                    await _post(http, "/sandbox/persons", {"id": ANN, "first_name": "Ann"})
                for number in range(20):
                    text = f"{turn}/{number}"
                    await _post(http, f"/sandbox/persons/{ANN}/messages", {"text": text})
                    written.append(text)
                running.kill()
                await running.wait()
        async with process(port, store):
            await _ready(http)
            async with http.get(f"/botapi/bot{TOKEN}/getUpdates") as response:
                updates = (await response.json())["result"]
    assert [update["message"]["text"] for update in updates] == written
    ids = [update["update_id"] for update in updates]
    assert ids == list(range(ids[0], ids[0] + len(written)))


async def _post(http: aiohttp.ClientSession, path: str, body: dict[str, object]) -> None:
    async with http.post(path, json=body) as response:
        assert response.status == 201
