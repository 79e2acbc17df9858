"""Part of `make fault`: eight processes care for the same members on the same day at once."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import tempfile
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from storage import migrations
from tests.proof import eight
from tests.proof.eight import EIGHT, Left

TOGETHER_SECONDS = 600.0
"""For all of them to be there, on a busy machine too."""


def greet(url: str, members: list[int], start: Any, guard: bool) -> None:
    """One of the eight: opens the club, waits for the others, greets everybody."""

    async def main() -> None:
        units = eight.open_one(url)
        await units.read(eight.rule)
        await asyncio.to_thread(start.wait, TOGETHER_SECONDS)
        await eight.greet_all(units, members)
        await units.close()

    with nullcontext() if guard else eight.guardless():
        asyncio.run(main())


async def _prepared(url: str, count: int) -> list[int]:
    units = eight.open_one(url)
    try:
        return await eight.prepare(units, count)
    finally:
        await units.close()


async def _left(url: str, members: list[int]) -> Left:
    units = eight.open_one(url)
    try:
        return await eight.count(units, members)
    finally:
        await units.close()


def race(url: str, count: int, *, guard: bool = True) -> Left:
    """One race on an empty database; raises RuntimeError if a process fails."""
    migrations.upgrade(url)
    members = asyncio.run(_prepared(url, count))
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(EIGHT)
    each = [spawn.Process(target=greet, args=(url, members, start, guard)) for _ in range(EIGHT)]
    for process in each:
        process.start()
    for process in each:
        process.join()
    if any(process.exitcode for process in each):
        raise RuntimeError([process.exitcode for process in each])
    return asyncio.run(_left(url, members))


@click.command()
@click.option("--count", default=500, show_default=True, help="Members who celebrate.")
def main(count: int) -> None:
    """Greets the same members from eight processes; with the guard off, too, to see that it is
    what holds."""
    from tests.support.postgres import PostgresServer

    table = Table(title=f"{count} birthdays, eight processes at once")
    for head in ("", "members", "messages", "gifts", "seconds"):
        table.add_column(head, justify="right" if head else "left")
    good = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for guard in (True, False):
            server = PostgresServer(durable=True)
            stack.callback(server.stop)
            databases = {
                "SQLite": f"sqlite:///{folder}/{guard}.db",
                "PostgreSQL": server.url("postgres"),
            }
            for name, url in databases.items():
                began = time.monotonic()
                left = race(url, count, guard=guard)
                counts = (f"{number:,}" for number in (left.members, left.messages, left.gifts))
                label = name if guard else f"{name}, guard off"
                table.add_row(label, *counts, f"{time.monotonic() - began:.1f}")
                good &= left.good is guard
    Console(width=110).print(table)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
