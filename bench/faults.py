"""`make fault`: the process is killed while updates come in; nothing may be lost or done twice.

Updates are posted as Telegram does: again and again until the answer is 200. Every one is a tap on
"join" by another person, so each must leave exactly one member with exactly one welcome.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import processes, seeding, updates
from bench.processes import Server
from bench.replies import serve
from bot.actions import Action, Signer
from storage.ids import Ids
from storage.unit_of_work import open_units
from storage.vault import Vault
from storage.work import Shared, Work

AGAIN_SECONDS = 0.05
SENDERS = 24


@dataclass
class Outcome:
    """What a run left: `members` and `welcomes` must both equal `updates`."""

    name: str
    updates: int
    kills: int
    posts: int = 0
    members: int = 0
    welcomes: int = 0
    twice: int = 0
    wrong_balances: int = 0
    audit: str = ""

    @property
    def lost(self) -> int:
        return self.updates - self.members

    @property
    def good(self) -> bool:
        exact = self.members == self.welcomes == self.updates
        return exact and not self.twice and not self.wrong_balances and self.audit == "whole"


class Storm:
    """Posts updates to a server that dies and comes back."""

    def __init__(self, begin: Callable[[], Server], count: int, kills: int, seed: int) -> None:
        self._begin = begin
        self._random = random.Random(seed)
        self._count = count
        self._kills = kills
        self._done = 0
        self._server = begin()
        self.posts = 0

    async def run(self) -> None:
        """Posts all updates, some of them twice, and kills the server now and then."""
        todo: asyncio.Queue[bytes] = asyncio.Queue()
        for body in self._bodies():
            todo.put_nowait(body)
        total = todo.qsize()
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            senders = [asyncio.create_task(self._send(session, todo)) for _ in range(SENDERS)]
            for kill in range(self._kills):
                await self._until(total * (kill + 1) // (self._kills + 1))
                await self._kill()
            await asyncio.gather(*senders)
        self._server.stop()

    def _bodies(self) -> list[bytes]:
        signer = Signer(Vault(seeding.SECRET_KEY.encode()).action_key)
        bodies = [_tap(signer, number) for number in range(self._count)]
        repeated = bodies + self._random.sample(bodies, self._count // 3)
        self._random.shuffle(repeated)
        return repeated

    async def _send(self, session: aiohttp.ClientSession, todo: asyncio.Queue[bytes]) -> None:
        while not todo.empty():
            body = todo.get_nowait()
            while not await self._post(session, body):
                await asyncio.sleep(AGAIN_SECONDS)
            self._done += 1

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


def _tap(signer: Signer, number: int) -> bytes:
    user = updates.FIRST_USER + number
    person = {"id": user, "is_bot": False, "first_name": f"P{number}", "language_code": "zh-hans"}
    chat = {"id": user, "type": "private", "first_name": f"P{number}"}
    tap = {
        "id": str(number),
        "from": person,
        "chat_instance": "1",
        "data": signer.pack(Action("join", nonce=f"n{number}"), str(user)),
        "message": {"message_id": 1, "date": 1_747_706_400, "chat": chat, "text": "…"},
    }
    return json.dumps({"update_id": 1000 + number, "callback_query": tap}).encode()


async def storm(name: str, url: str, folder: Path, count: int, kills: int, seed: int) -> Outcome:
    """One run on an empty, migrated database with a published programme."""
    api = processes.free_port()
    stand_in = processes.start([sys.executable, "-m", "bench.peers.api", str(api)], api, {})
    try:
        run = Storm(serve(url, f"http://127.0.0.1:{api}", folder), count, kills, seed)
        await run.run()
    finally:
        stand_in.stop()
    outcome = await _look(name, url, count, kills)
    outcome.posts = run.posts
    return outcome


async def _look(name: str, url: str, count: int, kills: int) -> Outcome:
    ids = Ids(lambda: 1)
    vault = Vault(seeding.SECRET_KEY.encode())
    units = open_units(url, Shared(vault, ids, lambda: datetime.now(UTC)))
    outcome = Outcome(name, count, kills)

    def read(work: Work) -> None:
        def one(query: str) -> int:
            return int(work.db.execute(text(query)).scalar_one())

        welcome = work.programmes.current().welcome_points
        outcome.members = one("SELECT count(*) FROM members")
        outcome.welcomes = one("SELECT count(*) FROM postings WHERE source_type = 'welcome'")
        outcome.twice = one(
            "SELECT count(*) FROM (SELECT member_id FROM addresses WHERE member_id IS NOT NULL"
            " GROUP BY member_id HAVING count(*) > 1) AS doubled"
        )
        outcome.wrong_balances = one(
            f"SELECT count(*) FROM accounts WHERE unit = 'points' AND wallet <> {welcome}"
        )

    await units.read_long(read)
    await units.close()
    outcome.audit = await asyncio.to_thread(_audit, url)
    return outcome


def _audit(url: str) -> str:
    import subprocess

    settings = {
        "MEMBERBOT_DATABASE_URL": url,
        "MEMBERBOT_SECRET_KEY": seeding.SECRET_KEY,
    }
    command = [sys.executable, "-m", "app.cli", "audit"]
    done = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    return "whole" if done.returncode == 0 else f"broken: {done.stdout[-300:]}{done.stderr[-300:]}"


@click.command()
@click.option("--count", default=2000, show_default=True, help="Updates in a run.")
@click.option("--kills", default=20, show_default=True, help="Kills in a run.")
@click.option("--seed", default=1, show_default=True, help="Repeats a run exactly as it was sent.")
def main(count: int, kills: int, seed: int) -> None:
    """Kills the bot while updates come in, on both databases, and prints what was left."""
    from tests.support.postgres import PostgresServer

    table = Table(title=f"kill -9 while updates come in (seed {seed})")
    for column in ("", "updates", "kills", "posts", "lost", "done twice", "audit"):
        table.add_column(column, justify="right" if column else "left")
    good = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        databases = {"SQLite": f"sqlite:///{folder}/f.db", "PostgreSQL": server.url("postgres")}
        for name, url in databases.items():
            seeding.prepare(url, 0)
            outcome = asyncio.run(storm(name, url, folder, count, kills, seed))
            good &= outcome.good
            doubled = outcome.twice + outcome.wrong_balances
            cells = (outcome.updates, outcome.kills, outcome.posts, outcome.lost, doubled)
            table.add_row(name, *map(str, cells), outcome.audit)
    Console(width=110).print(table)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
