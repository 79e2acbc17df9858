"""Whether `/points` and `/history` stay as fast when the ledger is a hundred times as long."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import long_ledger
from bench.audit import EACH
from services import history, ledger
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

SMALL = 50_000
READS, ROUNDS = 2000, 5
_READS: dict[str, Callable[[Work, int], object]] = {
    "/points": lambda work, member: ledger.balance(work, member, work.shared.clock()),
    "/history": lambda work, member: history.page(work, member),
}


def run(postings: int) -> None:
    """Reads random members' points and history from a short and from a long ledger."""
    console = Console(width=120)
    table = Table(title=f"Reads at {SMALL:,} and at {postings:,} postings, one after the other")
    for column in ("", "short, ms", "long, ms", "long / short"):
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in ("SQLite", "PostgreSQL"):
            found = []
            for size in (SMALL, postings):
                console.print(f"writing {size:,} postings into {name} …")
                found.append(_measured(name, folder, size))
            short, long = found
            for what in _READS:
                figures = (f"{short[what]:.3f}", f"{long[what]:.3f}")
                table.add_row(f"{name}, {what}", *figures, f"{long[what] / short[what]:.2f}")
    console.print(table)


def _measured(name: str, folder: Path, postings: int) -> dict[str, float]:
    """Milliseconds of each read over a ledger of that length, in a database of its own."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder / f'{postings}.db'}"
        if name != "SQLite":
            server = PostgresServer(durable=True)
            stack.callback(server.stop)
            url = server.url("postgres")
        long_ledger.fill(url, postings // EACH, EACH)
        return asyncio.run(_times(url, postings // EACH))


async def _times(url: str, members: int) -> dict[str, float]:
    ids = Ids(lambda: int(time.time() * 1000))
    vault = Vault(long_ledger.SECRET_KEY.encode())
    units = open_units(url, Shared(vault, ids, lambda: datetime.now(UTC)))
    times = {what: await _median(units, read, members) for what, read in _READS.items()}
    await units.close()
    return times


async def _median(units: Units, read: Callable[[Work, int], object], members: int) -> float:
    """The median over rounds of a read's mean time, after one round to warm up."""
    chosen = random.Random(7)
    rounds = []
    for _ in range(ROUNDS + 1):
        some = [chosen.randrange(members) + 1 for _ in range(READS)]
        started = time.perf_counter()
        for member in some:
            await units.read(lambda work, member=member: read(work, member))
        rounds.append((time.perf_counter() - started) / READS * 1000)
    return statistics.median(rounds[1:])
