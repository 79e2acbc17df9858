"""Durable purchases per second with one and with 32 writers, beside the same rows by hand.

A purchase is: the order's key, its member, limits and level looked up, posting, lot, account,
purchase and line written, one COMMIT on the disk before the answer. *By hand*: the bare driver
inserts the same five rows, made beforehand, and reads the account it adds to; on SQLite also
with as many purchases in one COMMIT as wait at the moment, which is what the unit of work does.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import seeding
from bench.by_hand import Postgres, Sqlite
from domain.purchases import Line, Order
from services import purchases
from services.booking import Incoming
from services.ports.sales import Claim
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared
from tests.support.postgres import PostgresServer

WRITERS = (1, 32)
Earn = Callable[[int], Awaitable[object]]
_numbers = itertools.count(1)


@dataclass
class Measured:
    """The rounds of one way of writing."""

    name: str
    rates: dict[int, list[float]] = field(default_factory=lambda: {n: [] for n in WRITERS})

    def rate(self, writers: int) -> float:
        return statistics.median(self.rates[writers])


def run(members: int, seconds: float, rounds: int) -> None:
    """Measures both databases and prints the table."""
    console = Console(width=120)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        urls = {"SQLite": f"sqlite:///{folder / 'earn.db'}", "PostgreSQL": server.url("postgres")}
        found = asyncio.run(_measure(urls, members, seconds, rounds))
    console.print(_table(found, seconds, rounds))


async def _measure(
    urls: dict[str, str], members: int, seconds: float, rounds: int
) -> dict[str, list[Measured]]:
    found: dict[str, list[Measured]] = {}
    for name, url in urls.items():
        await asyncio.to_thread(seeding.prepare, url, members)
        units = _units(url)
        ways: dict[str, Earn] = {"memberbot": _ours(units, members)}
        hand: list[Sqlite | Postgres] = []
        if name == "SQLite":
            hand = [Sqlite(url, members, 1), Sqlite(url, members, 128)]
            ways["by hand, a COMMIT each"], ways["by hand, group commit"] = (h.earn for h in hand)
        else:
            hand = [await Postgres.connect(url, members, max(WRITERS))]
            ways["by hand"] = hand[0].earn
        figures = {way: Measured(way) for way in ways}
        for _ in range(rounds):
            for way, earn in ways.items():
                for writers in WRITERS:
                    figures[way].rates[writers].append(await _round(earn, writers, seconds))
        found[name] = list(figures.values())
        for one in hand:
            await one.close()
        await units.close()
    return found


def _units(url: str) -> Units:
    ids = Ids(lambda: int(time.time() * 1000))
    shared = Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: datetime.now(UTC))
    return open_units(url, shared, pool=max(WRITERS))


def _ours(units: Units, members: int) -> Earn:
    async def earn(number: int) -> object:
        now = datetime.now(UTC)
        bought = Order(
            "bench",
            f"R-{number}",
            now.replace(microsecond=0) - timedelta(minutes=1),
            "CNY",
            1000,
            (Line(1000),),
        )
        claim = Claim("number", seeding.make_number(number * 7919 % members))
        incoming = Incoming(bought, (claim,), "api")
        return await units.write(lambda work: purchases.book(work, incoming, now, tell=False))

    return earn


async def _round(earn: Earn, writers: int, seconds: float) -> float:
    """Purchases per second of so many writers, each waiting for its answer."""
    until = time.perf_counter() + seconds
    done = 0

    async def write() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await earn(next(_numbers))
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(writers)))
    return done / (time.perf_counter() - started)


def _table(found: dict[str, list[Measured]], seconds: float, rounds: int) -> Table:
    title = f"Durable purchases per second: medians of {rounds} rounds of {seconds:.0f} s"
    table = Table(title=title)
    for column in ("", "1 writer", "32 writers", "of by hand, 32 writers"):
        table.add_column(column, justify="right" if column else "left")
    for name, ways in found.items():
        best = max(way.rate(32) for way in ways[1:])
        for way in ways:
            share = f"{way.rate(32) / best:.0%}"
            table.add_row(f"{name}, {way.name}", *(f"{way.rate(n):,.0f}" for n in WRITERS), share)
    return table
