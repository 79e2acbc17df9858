"""Talks to a served world as a bot and as a person, over plain HTTP."""

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

Json = dict[str, Any]

TOKEN = "1000001:a-token-that-nobody-may-see"
ANN, BOB = 11, 12


@dataclass
class ClubClock:
    """The club's time, set by hand."""

    now: datetime


@dataclass
class Answer:
    """Status and JSON body."""

    status: int
    body: Any

    @property
    def result(self) -> Any:
        assert self.body["ok"], self.body
        return self.body["result"]

    @property
    def refusal(self) -> str:
        assert not self.body["ok"], self.body
        assert self.status == self.body["error_code"]
        return str(self.body["description"])


@dataclass
class Session:
    """The bot's side and the control of the stand-in."""

    http: aiohttp.ClientSession
    server: TestServer
    token: str

    def url(self, path: str = "") -> str:
        return str(self.server.make_url("/")) + path

    async def call(self, method: str, **params: Any) -> Answer:
        path = f"/botapi/bot{self.token}/{method}"
        async with self.http.post(path, json=params) as response:
            return Answer(response.status, await response.json())

    async def upload(self, method: str, files: dict[str, tuple[str, bytes]], **given: str) -> Any:
        # names as a browser sends them, not percent-encoded
        form = aiohttp.FormData(given, quote_fields=False)
        for field, (name, content) in files.items():
            form.add_field(field, BytesIO(content), filename=name)
        async with self.http.post(f"/botapi/bot{self.token}/{method}", data=form) as response:
            return Answer(response.status, await response.json())

    async def get(self, path: str) -> Any:
        async with self.http.get(path) as response:
            return await response.json()

    async def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        async with self.http.post(path, json=body) as response:
            answer = await response.json()
            assert response.status == status, answer
            return answer

    async def fault(self, **fault: Any) -> None:
        await self.post("/sandbox/faults", fault)

    async def log(self, method: str = "") -> list[Json]:
        return list((await self.get(f"/sandbox/log?method={method}"))["calls"])

    async def drain(self) -> list[Json]:
        """All waiting updates, confirmed."""
        updates: list[Json] = (await self.call("getUpdates")).result
        if updates:
            await self.call("getUpdates", offset=updates[-1]["update_id"] + 1)
        return updates


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    """Waits until the check holds, for ten seconds at most."""
    for _ in range(1000):
        if await check():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within ten seconds")


@dataclass
class Phone:
    """One person's phone."""

    session: Session
    person: int

    async def post(self, rest: str, body: Any = None, status: int = 201) -> Any:
        return await self.session.post(f"/sandbox/persons/{self.person}/{rest}", body, status)

    async def write(self, text: str, **more: Any) -> Json:
        return dict(await self.post("messages", {"text": text, **more}))

    async def tap(self, message_id: int, data: str, **more: Any) -> str:
        given = {"message_id": message_id, "data": data, **more}
        return str((await self.post("taps", given))["query"])

    async def chat(self) -> Json:
        return dict(await self.session.get(f"/sandbox/persons/{self.person}/chat"))

    async def last(self) -> Json:
        return dict((await self.chat())["messages"][-1])


def in_group(group: int, topic: int = 0, what: str = "messages") -> str:
    """The rest of a person's path for what they do in a group."""
    return f"{what}?chat={group}" + (f"&topic={topic}" if topic else "")


def png(width: int = 8, height: int = 8) -> bytes:
    """A small valid picture."""
    rows = b"".join(b"\0" + b"\x20\x80\x50" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum


def buttons(*rows: list[str]) -> Json:
    """An inline keyboard whose buttons send their own text in lower case."""
    return {
        "inline_keyboard": [[{"text": t, "callback_data": t.lower()} for t in r] for r in rows]
    }
