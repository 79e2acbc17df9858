"""Running `memberbot` as a process of its own, as a user does."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.support import copies
from tests.support.copies import Copy
from tests.support.source import ROOT

PROGRAM = ("-m", "app.cli")
Process = asyncio.subprocess.Process | Copy


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without its own settings of memberbot, plus those given."""
    bare = {name: value for name, value in os.environ.items() if "MEMBERBOT" not in name}
    return {**bare, "PYTHONPATH": str(ROOT), **settings}


@dataclass
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str


async def run(*arguments: str, cwd: Path, said: str = "", **settings: str) -> Finished:
    """Runs `memberbot` to its end."""
    process = await copies.start(arguments, cwd, environment(**settings), together=False)
    out, err = await asyncio.wait_for(process.communicate(said.encode()), 60)
    return Finished(process.returncode or 0, out.decode(), err.decode())


@dataclass
class Server:
    """A running server: where it is, and the process behind it."""

    url: str
    process: Process

    async def end(self) -> tuple[int, str]:
        """Asks it to stop; its exit code and what it wrote."""
        self.process.send_signal(signal.SIGINT)
        out, _ = await asyncio.wait_for(self.process.communicate(), 20)
        return self.process.returncode or 0, out.decode()


async def start(
    *arguments: str, cwd: Path, program: Sequence[str] = (), **settings: str
) -> Process:
    """Starts `memberbot …`; what it writes comes together on its stdout.

    With a `program` (PROGRAM is the one that users start) Python begins with that.
    """
    if not program:
        return await copies.start(arguments, cwd, environment(**settings), together=True)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        *arguments,
        cwd=cwd,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@asynccontextmanager
async def serving(
    arguments: Sequence[str],
    port: int,
    cwd: Path,
    program: Sequence[str] = (),
    **settings: str,
) -> AsyncIterator[Server]:
    """`memberbot …` that listens on a port, once it is ready."""
    process = await start(*arguments, cwd=cwd, program=program, **settings)
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        await _ready(server)
        yield server
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ready(server: Server, seconds: float = 60) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(seconds):
        while True:
            if server.process.returncode is not None:
                out, _ = await server.process.communicate()
                raise AssertionError(f"it ended at once: {out.decode()}")
            try:
                async with session.get(f"{server.url}/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
