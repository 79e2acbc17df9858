"""`make fault`: members and staff talk about tickets while the bot is killed again and again.

Updates come doubled and swapped; what both sides said is held beside what arrived.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click
from aiohttp import web
from rich.console import Console
from rich.table import Table

from bench import desk_club, processes, seeding
from bench.desk_judge import Verdict, judge, kept
from bench.desk_talks import Talks, make_world
from bench.dying_desk import POINTS
from bench.processes import Server
from bench.replies import environment
from sandbox.web import add_routes

TOKEN = f"{seeding.ACCOUNT}:bench"
DOUBLED, SWAPPED = 0.1, 0.05
ACTIVE = 40
QUIET = 60.0
CALM = 5.0
FIRST_KILL = (5, 60)


@dataclass
class Run:
    """What a run was and came to."""

    name: str
    tickets: int
    kills: int = 0
    points: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    verdict: Verdict = field(default_factory=Verdict)


class Killer:
    """Keeps the bot running; each life ends by itself at a point, until enough have."""

    def __init__(self, run: Run, url: str, api: str, folder: Path, kills: int, seed: int) -> None:
        self._run = run
        self._settings = (url, api, folder)
        self._kills = kills
        self._chance = random.Random(seed)
        self._server: Server | None = None
        self._ending = False

    async def go(self, over: asyncio.Event) -> None:
        """Starts the bot, and anew after each death, until it is over."""
        while not over.is_set():
            point = POINTS[self._run.kills % len(POINTS)] if self._left else ""
            self._server = await asyncio.to_thread(self._start, point)
            while not over.is_set() and self._server.process.poll() is None:
                await asyncio.sleep(0.05)
            if self._server.process.poll() is not None:
                self._note(point, self._server.process.returncode)

    @property
    def _left(self) -> bool:
        return self._run.kills < self._kills

    def _note(self, point: str, code: int) -> None:
        if code != -signal.SIGKILL:
            raise RuntimeError(f"the bot ended with {code}")
        self._run.kills += 1
        self._run.points[point] += 1

    def _start(self, point: str) -> Server:
        url, api, folder = self._settings
        after = str(self._chance.randint(*FIRST_KILL))
        for _ in range(20):
            port = processes.free_port()
            settings = environment(url, api, folder, port) | {
                "MEMBERBOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "MEMBERBOT_RATE_PER_SECOND": "500",
            }
            command = [sys.executable, "-m", "bench.dying_desk", point, after]
            try:
                return processes.start(command, port, settings)
            except RuntimeError as error:
                # one that dies before it is ready has died all the same
                if not point or "Traceback" in str(error):
                    raise
                self._note(point, -signal.SIGKILL)
        raise RuntimeError("the bot never gets ready")

    def stop(self) -> None:
        """Ends the last life in peace."""
        if self._server is not None:
            self._server.stop()


async def run(
    run: Run,
    url: str,
    folder: Path,
    kills: int,
    *,
    turns: int = 2,
    seed: int = 1,
    calm: float = CALM,
) -> Talks:
    """One run on an empty database; its verdict is in the run. `calm`: so many seconds without
    anything sent are the end of it."""
    began = time.monotonic()
    opened = await asyncio.to_thread(desk_club.fill, url, run.tickets)
    world = make_world(TOKEN, opened)
    app = web.Application()
    add_routes(app, world)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    world.faults.add({"kind": "duplicate", "probability": DOUBLED})
    world.faults.add({"kind": "reorder", "probability": SWAPPED, "method": "message"})
    talks = Talks(world, opened, turns, seed)
    api = f"http://127.0.0.1:{runner.addresses[0][1]}/botapi"
    killer = Killer(run, url, api, folder, kills, seed)
    over = asyncio.Event()
    keeping = asyncio.create_task(killer.go(over))
    try:
        await _first(keeping, asyncio.create_task(talks.run(ACTIVE)))
        await _until_quiet(talks, calm)
    finally:
        over.set()
        await asyncio.gather(keeping, return_exceptions=True)
        await asyncio.to_thread(killer.stop)
        await runner.cleanup()
    run.verdict = judge(talks, await asyncio.to_thread(kept, url))
    run.seconds = time.monotonic() - began
    return talks


async def _first(keeping: asyncio.Task[None], talking: asyncio.Task[None]) -> None:
    """Until all is said; what ends the keeper before that is told."""
    await asyncio.wait({keeping, talking}, return_when=asyncio.FIRST_COMPLETED)
    if keeping.done():
        talking.cancel()
        keeping.result()
    await talking


async def _until_quiet(talks: Talks, calm: float) -> None:
    """Until nothing waits for the bot and it has sent nothing for some seconds."""
    queue, before, since = talks.world.queues[talks.bot.id], -1, time.monotonic()
    deadline = since + QUIET
    while time.monotonic() < deadline:
        now = talks.bot.next_message_id
        if now != before or queue.waiting():
            before, since = now, time.monotonic()
        elif time.monotonic() - since > calm:
            return
        await asyncio.sleep(0.2)


def table(runs: list[Run]) -> Table:
    """The runs beside each other."""
    made = Table(title="tickets talked about under kill -9")
    heads = (
        "tickets",
        "kills",
        "said",
        "files",
        "quotes",
        "edits",
        "sent again",
        "swapped",
        "overtaken",
    )
    for head in ("", *heads, "wrong", "minutes"):
        made.add_column(head, justify="right" if head else "left")
    for one in runs:
        v = one.verdict
        counts = (one.tickets, one.kills, v.said, v.files, v.quotes, v.edits)
        more = (v.again, v.unheard.total(), v.swapped, v.overtaken, v.wrong.total())
        cells = [f"{count:,}" for count in (*counts, *more)]
        made.add_row(one.name, *cells, f"{one.seconds / 60:.1f}")
    return made


@click.command()
@click.option("--tickets", default=10_000, show_default=True, help="Tickets of a run.")
@click.option("--kills", default=50, show_default=True, help="Kills in a run.")
@click.option("--turns", default=2, show_default=True, help="Turns of each side of a ticket.")
@click.option("--seed", default=1, show_default=True, help="Chooses words and moments.")
@click.option("--only", type=click.Choice(("SQLite", "PostgreSQL")), help="One of the databases.")
def main(tickets: int, kills: int, turns: int, seed: int, only: str | None) -> None:
    """Lets members and staff talk, kills the bot meanwhile, and counts what is not as wished."""
    from tests.support.postgres import PostgresServer

    console, runs = Console(width=150), list[Run]()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in (only,) if only else ("SQLite", "PostgreSQL"):
            folder = home / name
            folder.mkdir()
            url = f"sqlite:///{folder / 'club.db'}"
            if name == "PostgreSQL":
                server = PostgresServer(durable=True)
                stack.callback(server.stop)
                url = server.url("postgres")
            one = Run(name, tickets)
            asyncio.run(run(one, url, folder, kills, turns=turns, seed=seed))
            runs.append(one)
            for line in one.verdict.lines:
                console.print(f"{name}: {line}", markup=False)
    console.print(table(runs))
    total = Counter[str]()
    for one in runs:
        total.update(one.points)
    console.print("killed at: " + ", ".join(f"{point} {n}" for point, n in total.items()))
    sys.exit(1 if any(one.verdict.wrong for one in runs) else 0)


if __name__ == "__main__":
    main()
