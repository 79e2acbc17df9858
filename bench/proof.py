"""Part of `make fault`: the ledger in any order beside its model, and the grocer's year replayed.

Both databases at once, one process each. A failing example is printed with what to do to see it
again; it belongs into tests/proof/test_found.py.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

STEPS = 60
SHARES = {"SQLite": 80, "PostgreSQL": 20}
"""Per cent of the operations: on PostgreSQL a step takes six times as long, by its round trips."""
ROUND = 200
"""Examples in a round: between rounds the database is thrown away and progress is told."""


@dataclass(frozen=True)
class Task:
    """What one process does on one database."""

    name: str
    url: str
    operations: int
    households: int | None
    seed: int


@dataclass
class Result:
    """What came of it. `wrong` is empty when all held."""

    name: str
    operations: int = 0
    months: int = 0
    orders: int = 0
    refunds: int = 0
    seconds: float = 0
    wrong: str = ""


def work(task: Task) -> Result:
    """Runs the machine, then the replay; stops at what is wrong."""
    began, result = time.monotonic(), Result(task.name)
    try:
        _machine(task, result)
        asyncio.run(_replay(task, result))
    except AssertionError as error:
        notes = "\n".join(getattr(error, "__notes__", ()))
        result.wrong = f"{error}\n{notes}"
    result.seconds = time.monotonic() - began
    return result


def _machine(task: Task, result: Result) -> None:
    from storage import migrations
    from tests.proof import running

    migrations.upgrade(task.url)
    while result.operations < task.operations:
        result.operations += asyncio.run(running.run(task.url, ROUND, STEPS, chance=True))
        print(f"{task.name}: {result.operations:,} operations", file=sys.stderr, flush=True)


async def _replay(task: Task, result: Result) -> None:
    from tests.membership.support import broken
    from tests.proof.replay import Replay, rules
    from tests.support.club import Clock, Club

    clock = Clock()
    club = await Club(task.url, rules(), clock).open()
    replay = Replay(club, clock, task.households, task.seed)

    async def month_end(day: date) -> None:
        wrong: list[Any] = await broken(club)
        posted, wallets, debts = await replay.posted()
        assert not wrong, f"{day}: {wrong}"
        assert posted == replay.expected(day), f"{day}: {posted} is not {replay.expected(day)}"
        assert wallets - debts == posted.given - posted.reversed - posted.expired, day
        result.months += 1
        print(f"{task.name}: the replay has passed {day:%B %Y}", file=sys.stderr, flush=True)

    try:
        await replay.run(month_end)
    finally:
        await club.close()
    result.orders, result.refunds = replay.orders, replay.refunds


@click.command()
@click.option("--operations", default=200_000, show_default=True, help="On both together.")
@click.option("--households", default=0, help="Households of the replay; 0 for all of them.")
@click.option("--seed", default=1, show_default=True, help="Draws the replay's returns.")
def main(operations: int, households: int, seed: int) -> None:
    """Does anything to the ledger in any order, then replays a year of purchases."""
    from tests.support.postgres import PostgresServer

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer()
        stack.callback(server.stop)
        urls = {"SQLite": f"sqlite:///{folder}/p.db", "PostgreSQL": server.url("postgres")}
        tasks = [
            Task(name, url, operations * SHARES[name] // 100, households or None, seed)
            for name, url in urls.items()
        ]
        pool = stack.enter_context(multiprocessing.get_context("spawn").Pool(len(tasks)))
        results = pool.map(work, tasks, chunksize=1)
    Console(width=110).print(_table(results))
    for result in results:
        if result.wrong:
            print(f"\n{result.name}: {result.wrong}", file=sys.stderr)
    sys.exit(1 if any(result.wrong for result in results) else 0)


def _table(results: list[Result]) -> Table:
    table = Table(title="the ledger in any order beside its model, and a year replayed")
    for column in ("", "operations", "months", "orders", "returns", "seconds", "found wrong"):
        table.add_column(column, justify="right" if column else "left")
    for one in results:
        counts = (one.operations, one.months, one.orders, one.refunds)
        wrong = one.wrong.splitlines()[0][:40] if one.wrong else "nothing"
        table.add_row(one.name, *[f"{n:,}" for n in counts], f"{one.seconds:.0f}", wrong)
    return table


if __name__ == "__main__":
    main()
