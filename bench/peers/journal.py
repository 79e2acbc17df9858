"""A stand-in for the Bot API that writes every call into a file before it answers.

One line a call: club time of its arrival in ms, real time in ms, method, chat, its answer,
and whether the message is out (1) or not (0). Faults are drawn by chance or scripted.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
import zlib
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

PERSON = {"id": 42, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
REFUSALS = {
    "403": (403, "Forbidden: bot was blocked by the user"),
    "400": (400, "Bad Request: chat not found"),
    "500": (500, "Internal Server Error"),
    "500 out": (500, "Internal Server Error"),
}
OUT = ("200", "500 out", "hang", "slow")


def moved(chat: str) -> str:
    """Where a group has gone that became a supergroup."""
    return f"-100{chat.removeprefix('-')}"


class Stub:
    """The calls of one bot.

    `latency`, `slow`, `hang` in seconds, `retry_after` of faults by chance in seconds, `offset_ms`
    from real to club time. `persons`: shares of chats that are always refused (403, 400) or have
    moved (migrate); `calls`: shares of calls that go wrong (429, 500, hang, slow); `script`:
    faults of the next calls, one each: a kind, "429:RETRY_AFTER". Until such a wait is over every
    call is refused `again` with what is left of it, as Telegram does. `clock`: club time in ms.
    """

    def __init__(self, journal: Path, latency: float = 0.0) -> None:
        self._file = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._random = random.Random(1)
        self._last = 0
        self.latency = latency
        self.slow = 2.0
        self.hang = 3600.0
        self.offset_ms = 0
        self.retry_after = 1
        self.persons: dict[str, float] = {}
        self.calls: dict[str, float] = {}
        self.script: deque[str] = deque()
        self._silent_until = 0
        self.clock: Callable[[], int] = lambda: _now() + self.offset_ms

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/health/ready", _ready)
        app.router.add_post("/control", self._control)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        return app

    def set(self, **given: Any) -> None:
        """Changes what is asked for by name; a script is put behind what waits of it."""
        for name, value in given.items():
            if name == "script":
                self.script.extend(value)
            elif name in (
                "latency",
                "slow",
                "hang",
                "offset_ms",
                "retry_after",
                "persons",
                "calls",
            ):
                setattr(self, name, value)
            else:
                raise ValueError(name)

    async def _control(self, request: web.Request) -> web.Response:
        self.set(**orjson.loads(await request.read()))
        return web.Response(text="ok")

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].casefold()
        chat = await _chat(request)
        if not chat:
            return _answer({"ok": True, "result": PERSON if method == "getme" else True})
        kind = self._kind(chat)
        out = int(kind in OUT)
        line = f"{self.clock()}\t{_now()}\t{method}\t{chat}\t{kind}\t{out}\n"
        os.write(self._file, line.encode())
        if wait := self._wait(kind):
            await asyncio.sleep(wait)
        return self._said(kind, chat)

    def _kind(self, chat: str) -> str:
        if (left := self._silent_until - self.clock()) > 0:
            return f"again:{-(-left // 1000)}"
        if self.script:
            return self._scripted(self.script.popleft())
        if self.persons and (kind := self.of_person(chat)):
            return kind
        return self._of_call() if self.calls else "200"

    def _scripted(self, kind: str) -> str:
        if kind.startswith("429"):
            self._silent_until = self.clock() + int(kind.partition(":")[2]) * 1000
        return kind

    def of_person(self, chat: str) -> str:
        """What this chat always answers, "" for nothing special; the same in every process."""
        if chat.startswith("-"):
            return ""
        return _drawn(self.persons, zlib.crc32(chat.encode()) / 2**32)

    def _of_call(self) -> str:
        kind = _drawn(self.calls, self._random.random())
        if kind == "500":
            return self._random.choice(("500", "500 out"))
        return f"429:{self.retry_after}" if kind == "429" else kind or "200"

    def _wait(self, kind: str) -> float:
        if kind == "hang":
            return self.hang
        return self.slow if kind == "slow" else self.latency

    def _said(self, kind: str, chat: str) -> web.Response:
        if kind.startswith(("429", "again")):
            after = int(kind.partition(":")[2])
            text = f"Too Many Requests: retry after {after}"
            return _answer(_refusal(429, text, {"retry_after": after}), 429)
        if kind == "migrate":
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            return _answer(_refusal(400, text, {"migrate_to_chat_id": int(moved(chat))}), 400)
        if kind in REFUSALS:
            status, text = REFUSALS[kind]
            return _answer(_refusal(status, text), status)
        self._last += 1
        who = {"id": int(chat), "type": "private", "first_name": "Mei"}
        message = {"message_id": self._last, "date": 1_747_706_400, "chat": who, "text": "ok"}
        return _answer({"ok": True, "result": message})


def _now() -> int:
    return time.time_ns() // 1_000_000


def _drawn(shares: dict[str, float], at: float) -> str:
    for kind, share in shares.items():
        if at < share:
            return kind
        at -= share
    return ""


async def _chat(request: web.Request) -> str:
    body = await request.read()
    if request.content_type == "application/json":
        return str(orjson.loads(body or b"{}").get("chat_id", ""))
    return str((await request.post()).get("chat_id", ""))


def _refusal(status: int, text: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"ok": False, "error_code": status, "description": text}
    return {**said, "parameters": more} if more else said


def _answer(said: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(said), status=status, content_type="application/json")


async def _ready(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main(port: str, journal: str, latency: str = "0") -> None:
    stub = Stub(Path(journal), float(latency))
    web.run_app(
        stub.app(),
        host="127.0.0.1",
        port=int(port),
        access_log=None,
        print=None,
        shutdown_timeout=0,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
