"""Part of `make fault`: tampered, replayed, expired and foreign taps over the webhook, with the
rows of every table compared before and after."""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.proof import tampered
from tests.support.databases import KINDS, MIGRATED, Databases
from tests.support.postgres import PostgresServer
from tests.whole import cast as casting
from tests.whole.stack import running

ROUND = 1_000
"""Taps between two looks at everything; each round has a club of its own."""


async def storm(url: str, folder: Path, count: int, seed: int) -> tampered.Result:
    """One round on a migrated database."""
    async with running(url, folder) as stack:
        world = await tampered.begin(await casting.make(stack), seed)
        return await tampered.run(world, count)


@click.command()
@click.option("--count", default=10_000, show_default=True, help="Taps on each database.")
@click.option("--seed", default=1, show_default=True, help="Draws what is done to buttons.")
def main(count: int, seed: int) -> None:
    """Sends taps that no button made and prints how many had an effect."""
    table = Table(title="tampered, replayed, expired and foreign taps")
    for column in ("", "sent", "kinds", "not answered with 200", "effects"):
        table.add_column(column, justify="right" if column else "left")
    good = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer()
        stack.callback(server.stop)
        databases = Databases(folder, lambda: server)
        stack.callback(databases.close)
        for kind in KINDS:
            sent: Counter[str] = Counter()
            failed: list[str] = []
            effects: list[str] = []
            for number in itertools.count():
                if sent.total() >= count:
                    break
                url = databases.make(kind, MIGRATED)
                done = asyncio.run(storm(url, folder, ROUND, seed + number))
                databases.remove(url)
                sent += done.sent
                failed, effects = failed + done.failed, effects + done.effects
                print(f"{kind}: {sent.total():,} taps", file=sys.stderr, flush=True)
            cells = (f"{sent.total():,}", len(sent), len(failed), len(effects))
            table.add_row(kind, *map(str, cells))
            for one in failed[:5] + effects[:5]:
                print(one, file=sys.stderr)
            good &= not failed and not effects
    Console(width=110).print(table)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
