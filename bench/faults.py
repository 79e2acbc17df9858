"""`make fault`: the process is killed while updates come in; nothing may be lost or done twice.

Updates are posted as Telegram does: one person's in order, each again and again until the answer
is 200, and many of them twice. What each person does, and what must be left, is in bench.chain.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import aiohttp
import click
from rich.console import Console
from rich.table import Table

from bench import chain, processes, seeding, updates
from bench.chain import Chains, Outcome
from bench.processes import Server
from bench.replies import serve

AGAIN_SECONDS = 0.25
SENDERS = 24
TWICE = 0.3
Begin = Callable[[], Server]


class Storm:
    """Posts updates to a server that dies and comes back."""

    def __init__(self, begin: Begin, chains: list[list[bytes]], kills: int, seed: int) -> None:
        self._begin = begin
        self._random = random.Random(seed)
        self._chains = chains
        self._kills = kills
        self._done = 0
        self._server = begin()
        self.posts = 0

    async def run(self) -> None:
        """Posts all updates and kills the server now and then."""
        todo = iter(self._chains)
        total = sum(map(len, self._chains))
        timeout = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            asyncio.TaskGroup() as senders,
        ):
            for _ in range(SENDERS):
                senders.create_task(self._send(session, todo))
            for kill in range(self._kills):
                await self._until(total * (kill + 1) // (self._kills + 1))
                await self._kill()
        self._server.stop()

    async def _send(self, session: aiohttp.ClientSession, todo: Iterator[list[bytes]]) -> None:
        for bodies in todo:
            for place, body in enumerate(bodies):
                await self._deliver(session, body)
                self._done += 1
                if self._random.random() < TWICE:
                    await self._deliver(session, self._random.choice(bodies[: place + 1]))

    async def _deliver(self, session: aiohttp.ClientSession, body: bytes) -> None:
        while not await self._post(session, body):
            await asyncio.sleep(AGAIN_SECONDS)

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> bool:
        self.posts += 1
        url = f"http://127.0.0.1:{self._server.port}/telegram/webhook"
        secret = {"X-Telegram-Bot-Api-Secret-Token": updates.SECRET}
        try:
            async with session.post(url, data=body, headers=secret) as answer:
                await answer.read()
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _until(self, done: int) -> None:
        while self._done < done:
            await asyncio.sleep(0.001)
        await asyncio.sleep(self._random.random() * 0.02)

    async def _kill(self) -> None:
        os.kill(self._server.process.pid, signal.SIGKILL)
        await asyncio.to_thread(self._server.process.wait)
        self._server = await asyncio.to_thread(self._begin)


async def storm(
    outcome: Outcome, url: str, folder: Path, seed: int, begin: Begin | None = None
) -> Outcome:
    """One run on an empty database; `begin` starts another server than `memberbot serve`."""
    benefit = await asyncio.to_thread(chain.prepare, url, outcome.persons)
    chains = [Chains(benefit).of(number) for number in range(outcome.persons)]
    api = processes.free_port()
    stand_in = processes.start([sys.executable, "-m", "bench.peers.api", str(api)], api, {})
    try:
        begin = begin or serve(url, f"http://127.0.0.1:{api}", folder)
        run = await asyncio.to_thread(Storm, begin, chains, outcome.kills, seed)
        await run.run()
    finally:
        stand_in.stop()
    outcome.posts = run.posts
    await chain.look(outcome, url)
    outcome.audit = await asyncio.to_thread(_audit, url)
    return outcome


def _audit(url: str) -> str:
    """Whether `memberbot audit` finds the ledger whole."""
    settings = {"MEMBERBOT_DATABASE_URL": url, "MEMBERBOT_SECRET_KEY": seeding.SECRET_KEY}
    command = [sys.executable, "-m", "app.cli", "audit"]
    environment = {**os.environ, **settings}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return "whole" if done.returncode == 0 else f"broken: {done.stdout[-300:]}{done.stderr[-300:]}"


@click.command()
@click.option("--count", default=2000, show_default=True, help="Updates in a run, at least.")
@click.option("--kills", default=20, show_default=True, help="Kills in a run.")
@click.option("--seed", default=1, show_default=True, help="Chooses the repeats and the moments.")
def main(count: int, kills: int, seed: int) -> None:
    """Kills the bot while updates come in, on both databases, and prints what was left."""
    from tests.support.postgres import PostgresServer

    table = Table(title=f"kill -9 while updates come in (seed {seed})")
    columns = ("", "updates", "kills", "posts", "lost", "done twice", "dead letters", "audit")
    for column in columns:
        table.add_column(column, justify="right" if column else "left")
    good = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        databases = {"SQLite": f"sqlite:///{folder}/f.db", "PostgreSQL": server.url("postgres")}
        for name, url in databases.items():
            outcome = Outcome(name, -(-count // chain.STEPS), kills)
            asyncio.run(storm(outcome, url, folder, seed))
            good &= outcome.good
            cells = (outcome.updates, outcome.kills, outcome.posts, outcome.lost)
            table.add_row(name, *map(str, (*cells, outcome.twice, outcome.letters)), outcome.audit)
    Console(width=110).print(table)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
