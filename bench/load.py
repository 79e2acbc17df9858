"""A small HTTP load: connections that post one update after the other and time the answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    """Answers, seconds, and how long each answer took (seconds); `bad` are not 200."""

    answers: int = 0
    seconds: float = 0.0
    bad: int = 0
    empty: int = 0
    times: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The answer time below which that share of answers lies, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class _Connection(asyncio.Protocol):
    """One keep-alive connection; `done` is called with each whole answer."""

    def __init__(self, done: object) -> None:
        self._done = done
        self._seen = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, found, body = self._seen.partition(b"\r\n\r\n")
        if not found:
            return
        length = _length(head)
        if len(body) >= length:
            self._seen = body[length:]
            self._done(self, head, length)  # type: ignore[operator]


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


class Load:
    """Posts updates to a port."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._port = port
        self._requests = requests
        self._result = Result()
        self._sent: dict[_Connection, float] = {}

    async def run(self, seconds: float, connections: int) -> Result:
        """As fast as the answers come, on so many connections."""
        until = time.perf_counter() + seconds
        finished = asyncio.Event()
        open_ = await self._open(connections, lambda conn: self._next(conn, until, finished))
        started = time.perf_counter()
        for connection in open_:
            self._post(connection)
        await asyncio.wait_for(finished.wait(), seconds + 30)
        self._result.seconds = time.perf_counter() - started
        self._close(open_)
        return self._result

    async def run_at(self, rate: float, seconds: float, connections: int) -> Result:
        """At a steady rate, whatever the answers do; needs idle connections at each tick."""
        idle: asyncio.Queue[_Connection] = asyncio.Queue()
        open_ = await self._open(connections, idle.put_nowait)
        for connection in open_:
            idle.put_nowait(connection)
        started = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = started + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            connection = await idle.get()
            self._post(connection)
            self._sent[connection] = due
        for _ in range(connections):
            await idle.get()
        self._result.seconds = time.perf_counter() - started
        self._close(open_)
        return self._result

    async def _open(self, connections: int, then: object) -> list[_Connection]:
        loop = asyncio.get_running_loop()

        def done(connection: _Connection, head: bytes, length: int) -> None:
            self._answered(connection, head, length)
            then(connection)  # type: ignore[operator]

        pairs = [
            await loop.create_connection(lambda: _Connection(done), "127.0.0.1", self._port)
            for _ in range(connections)
        ]
        return [protocol for _, protocol in pairs]

    def _post(self, connection: _Connection) -> None:
        assert connection.transport is not None
        self._sent[connection] = time.perf_counter()
        connection.transport.write(next(self._requests))

    def _answered(self, connection: _Connection, head: bytes, length: int) -> None:
        self._result.times.append(time.perf_counter() - self._sent.pop(connection))
        self._result.answers += 1
        self._result.bad += b" 200 " not in head.split(b"\r\n", 1)[0]
        self._result.empty += length < 3

    def _next(self, connection: _Connection, until: float, finished: asyncio.Event) -> None:
        if time.perf_counter() < until:
            self._post(connection)
        elif not self._sent:
            finished.set()

    def _close(self, connections: list[_Connection]) -> None:
        for connection in connections:
            assert connection.transport is not None
            connection.transport.close()
