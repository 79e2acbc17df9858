"""How long a night's insights take among very many members, beside the bare cut-point SQL."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import seeding
from bench.by_hand import _filled
from bench.seeding import vacuumed
from domain.members import make_number
from services import insight
from storage.bulk import Bulk
from storage.engines import is_postgres
from storage.ids import Ids
from storage.tables import people, purchases
from storage.types import to_millis
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

NOW: Final = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
DAY: Final = (NOW - timedelta(days=1)).date()
CHUNK: Final = 10_000
PURCHASES: Final = 4
"""Of each member on average; the aim's ten million lines are two or three of each purchase."""
_members = Bulk(people.Member)
_purchases = Bulk(purchases.Purchase)

# What everybody writes by hand: sums within a year, fifths by their cut points, and how many
# members are in each class; nothing is kept.
BARE: Final = """
WITH each AS (
  SELECT member_id, max(day) AS r, count(*) AS f, sum(basis_minor) AS m FROM purchases
  WHERE state = 'booked' AND basis_minor > 0 AND day > :since AND day <= :day
  GROUP BY member_id),
fifths AS (
  SELECT ntile(5) OVER (ORDER BY r) AS r, ntile(5) OVER (ORDER BY f) AS f,
         ntile(5) OVER (ORDER BY m) AS m FROM each)
SELECT r, f, m, count(*) FROM fifths GROUP BY r, f, m
"""


@dataclass
class Found:
    """Seconds: the bare SQL, the first night of all, the following one after a day's purchases,
    and the longest transaction of that."""

    bare: float = 0.0
    first: float = 0.0
    next: float = 0.0
    longest: list[float] = field(default_factory=list)


def run(members: int) -> None:
    """Fills both databases and computes two nights."""
    console = Console(width=120)
    table = Table(title=f"Insights of {members:,} members, {PURCHASES * members:,} purchases, s")
    for column in ("", "bare SQL", "a night", "of bare", "longest unit", "first night ever"):
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        urls = {
            "SQLite": f"sqlite:///{folder / 'insight.db'}",
            "PostgreSQL": server.url("postgres"),
        }
        for name, url in urls.items():
            console.print(f"writing {members:,} members into {name} …")
            seeding.prepare(url, 0)
            found = asyncio.run(_measured(url, members))
            table.add_row(
                name,
                f"{found.bare:.2f}",
                f"{found.next:.2f}",
                f"{found.next / found.bare:.2f}",
                f"{max(found.longest):.3f}",
                f"{found.first:.2f}",
            )
    console.print(table)


async def _measured(url: str, members: int) -> Found:
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: NOW))
    chance = random.Random(7)
    for rows in _people(members):
        await units.write(partial(_write, kind=_members, rows=rows))
    for rows in _orders(members, chance):
        await units.write(partial(_write, kind=_purchases, rows=rows))
    await units.write(lambda work: work.db.execute(text("ANALYZE")))
    if is_postgres(url):
        await vacuumed(url)
    found = Found()
    found.first, _ = await _night(units, 0)
    if is_postgres(url):
        await vacuumed(url)
    for rows in _today(members, chance):
        await units.write(partial(_write, kind=_purchases, rows=rows))
    found.bare = min([await _bare(units) for _ in range(3)])
    found.next, found.longest = await _night(units, 1)
    await units.close()
    return found


def _write(work: Work, kind: Bulk, rows: list[tuple[Any, ...]]) -> None:
    kind.run(work.db, rows)


async def _bare(units: Units) -> float:
    day = DAY.toordinal() + 1
    began = time.perf_counter()
    await units.read_long(
        lambda work: work.db.execute(text(BARE), {"day": day, "since": day - 365}).all()
    )
    return time.perf_counter() - began


async def _night(units: Units, later: int) -> tuple[float, list[float]]:
    """Seconds of a whole night, and of each of its transactions."""
    day, now = DAY + timedelta(days=later), NOW + timedelta(days=later)
    began, took, more = time.perf_counter(), [], True
    while more:
        looked = await units.read_long(partial(insight.look, day=day))
        started = time.perf_counter()
        more = await units.write(partial(insight.step, day=day, now=now, looked=looked))
        took.append(time.perf_counter() - started)
    return time.perf_counter() - began, took


# -- the club ---------------------------------------------------------------------------


def _people(members: int) -> Iterator[list[tuple[Any, ...]]]:
    joined = to_millis(NOW - timedelta(days=500))
    for start in range(0, members, CHUNK):
        yield [
            _filled(
                people.Member,
                {
                    "id": n + 1,
                    "number": make_number(n),
                    "state": "active",
                    "level": "member",
                    "joined_at": joined,
                    "phone_verified": False,
                },
            )
            for n in range(start, min(start + CHUNK, members))
        ]


def _orders(members: int, chance: random.Random) -> Iterator[list[tuple[Any, ...]]]:
    """Some buy often and much, most now and then."""
    for start in range(0, PURCHASES * members, CHUNK):
        stop = min(start + CHUNK, PURCHASES * members)
        yield [
            _order(n, int(members * chance.random() ** 2), chance.randrange(600), chance)
            for n in range(start, stop)
        ]


def _today(members: int, chance: random.Random) -> Iterator[list[tuple[Any, ...]]]:
    """One in a hundred buys on the day after."""
    first, count = PURCHASES * members, max(1, members // 100)
    yield [
        _order(first + n, int(members * chance.random() ** 2), -1, chance) for n in range(count)
    ]


def _order(n: int, member: int, ago: int, chance: random.Random) -> tuple[Any, ...]:
    at = to_millis(NOW - timedelta(days=ago + 1))
    minor = int(100 + 20_000 * chance.random() ** 3)
    values: dict[str, Any] = {"id": n + 1, "source": "bench", "order_id": str(n)}
    values |= {"content_hash": "", "state": "booked", "member_id": member + 1}
    values |= {"occurred_at": at, "received_at": at, "day": DAY.toordinal() - ago}
    values |= {"currency": "CNY", "minor": minor, "basis_minor": minor, "channel": "api"}
    values |= {"level": "member", "birthday_month": False, "rule_version": 1}
    return _filled(purchases.Purchase, values)
