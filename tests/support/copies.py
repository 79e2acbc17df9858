"""Starts `memberbot` as a process of its own without loading it anew each time: a copy of one
process that has it loaded. What it reads, writes, is told and ends with is all its own."""

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from tests.support.loaded import PROGRAM
from tests.support.source import ROOT


class Copy:
    """A started process, in the words of asyncio.subprocess.Process."""

    def __init__(self, pid: int, stdin: int, written: "list[_Pipe]", told: "_Pipe") -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._stdin, self._written, self._told = stdin, written, told
        self._end = asyncio.create_task(self._ends())

    @property
    def stdout(self) -> asyncio.StreamReader:
        return self._written[0].reader

    async def _ends(self) -> None:
        self.returncode = int(await self._told.reader.readline())

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Its exit code once it has ended; -9 if it was killed. What nobody has read is gone."""
        await asyncio.shield(self._end)
        self._close_input()
        for pipe in (*self._written, self._told):
            pipe.transport.close()
        await asyncio.sleep(0)  # in which they are closed
        assert self.returncode is not None
        return self.returncode

    async def communicate(self, said: bytes = b"") -> tuple[bytes, bytes]:
        """Says something (short), closes its input and waits for its end; what it wrote."""
        if said:
            os.write(self._stdin, said)
        self._close_input()
        out, *err = await asyncio.gather(*(one.reader.read() for one in self._written))
        await self.wait()
        return out, b"".join(err)

    def _close_input(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1


class _Pipe:
    """The end of a pipe from which we read."""

    def __init__(self, reader: asyncio.StreamReader, transport: asyncio.ReadTransport) -> None:
        self.reader, self.transport = reader, transport


async def start(
    arguments: Sequence[str],
    cwd: Path,
    settings: Mapping[str, str],
    *,
    together: bool,
    program: str = PROGRAM,
) -> Copy:
    """Starts `memberbot …`, or another module as a program. `together`: errors come with the rest
    of what it writes."""
    stdin, said = os.pipe()
    out, stdout = os.pipe()
    err, stderr = (-1, os.dup(stdout)) if together else os.pipe()
    told, tell = os.pipe()
    wanted = {
        "program": program,
        "arguments": arguments,
        "folder": str(cwd),
        "settings": dict(settings),
    }
    theirs = [stdin, stdout, stderr, tell]
    try:
        socket.send_fds(_asked(), [json.dumps(wanted).encode()], theirs)
    finally:
        for number in theirs:
            os.close(number)
    written = [await _reading(number) for number in (out, err) if number >= 0]
    news = await _reading(told)
    return Copy(int(await news.reader.readline()), said, written, news)


async def _reading(number: int) -> _Pipe:
    reader = asyncio.StreamReader(limit=2**24)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(number, "rb", 0)
    )
    return _Pipe(reader, transport)


@cache
def _asked() -> socket.socket:
    """The socket of the process that has the program loaded; it ends when nobody asks more."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    bare = {name: value for name, value in os.environ.items() if "MEMBERBOT" not in name}
    command = [sys.executable, "-m", "tests.support.loaded"]
    with theirs:
        loaded = subprocess.Popen(command, cwd=ROOT, env=bare, stdin=theirs.fileno())
    atexit.register(_stop, ours, loaded)
    return ours


def _stop(ours: socket.socket, loaded: "subprocess.Popen[bytes]") -> None:
    ours.close()
    loaded.wait(10)
