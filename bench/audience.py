"""Counting an audience with five conditions among very many members and lines of purchases.

*Narrow*: two levels of four and two cities of ten; *wide*: three levels of four and five cities of
ten; both with purchases in 90 days, a category bought in 180 days, and a consent. A count is what
the card shows: how many are meant, how many of them can be reached, and how many members there
are. The aim is below 1 s on PostgreSQL and 2 s on SQLite among a million members with ten million
lines. Each question is asked several times; the first time is beside the median.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import seeding
from bench.seeding import vacuumed
from domain.audience_expressions import Both, Condition, Expression, Op
from services import audiences
from storage.engines import is_postgres
from storage.ids import Ids
from storage.types import to_millis
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

NOW: Final = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
ROUNDS: Final = 5
LINES: Final = 3
"""Of each purchase."""
_TODAY: Final = NOW.date().toordinal()

_LEVEL = "CASE WHEN n % 100 < 55 THEN 'member' WHEN n % 100 < 80 THEN 'silver' "
_LEVEL += "WHEN n % 100 < 95 THEN 'gold' ELSE 'diamond' END"
_MEMBERS = f"""
INSERT INTO members (id, number, state, level, phone_verified, birth_lunar, city, name, joined_at)
SELECT n, 'M' || n, 'active', {_LEVEL}, {{no}}, {{no}}, 'city' || (n * 7919 / 100 % 10),
  'Member ' || n, {to_millis(NOW) - 500 * 86_400_000}
FROM numbers
"""
_CONSENTS = """
INSERT INTO consents (id, member_id, purpose, given, channel, changed_at)
SELECT n, n, 'promotions', CASE WHEN n * 31 / 7 % 10 < 7 THEN {yes} ELSE {no} END, 'bench', 1
FROM numbers
"""
_ADDRESSES = """
INSERT INTO addresses (id, channel, account, "user", member_id, first_seen)
SELECT n, 'bench', '42', 'u' || n, n, 1 FROM numbers WHERE n % 10 < 8
"""
_DAY = f"{_TODAY} - (n * 40503 / 65536) * 48271 % 730"
_PURCHASES = f"""
INSERT INTO purchases (id, source, order_id, content_hash, state, member_id, occurred_at, day,
  currency, minor, refunded_minor, channel, received_at, level, birthday_month, rule_version,
  points, returned_points, taken_points, lapsed_points, growth, returned_growth, off_minor,
  basis_minor, limits)
SELECT n, 'bench', 'o' || n, '', 'booked',
  1 + (n * 2654435761 % 4294967296) * {{members}} / 4294967296, 1,
  {_DAY},
  'CNY', 5000, 0, '', 1, '', {{no}}, 1, 5, 0, 0, 0, 0, 0, 0, 5000, ''
FROM numbers
"""
_LINES = f"""
INSERT INTO purchase_lines (purchase_id, line, minor, quantity, category, sku, name, day)
SELECT n, line, 1000, 1, 'category' || ((n * 69621 + line * 7) % 20), 'sku', 'thing', {_DAY}
FROM numbers CROSS JOIN (SELECT 1 AS line UNION ALL SELECT 2 UNION ALL SELECT 3) AS l
"""
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers "
    "WHERE n < {last}) ",
    "postgresql": "WITH numbers AS (SELECT n FROM generate_series({first}::bigint, {last}) AS n) ",
}
_CHUNK: Final = 500_000


def run(members: int) -> None:
    """Fills both databases and counts."""
    console = Console(width=120)
    purchases = members * 10 // LINES // 1
    title = f"An audience of five conditions, {members:,} members, {purchases * LINES:,} lines, s"
    table = Table(title=title)
    table.add_column("")
    for column in ("narrow", "wide"):
        for what in ("first", column, "meant", "reachable"):
            table.add_column(what, justify="right")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        urls = {
            "SQLite": f"sqlite:///{folder / 'audience.db'}",
            "PostgreSQL": server.url("postgres"),
        }
        for name, url in urls.items():
            console.print(f"writing {members:,} members into {name} …")
            seeding.prepare(url, 0)
            table.add_row(name, *asyncio.run(_measured(url, members, purchases)))
    console.print(table)


async def _measured(url: str, members: int, purchases: int) -> list[str]:
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: NOW))
    await _fill(units, url, members, purchases)
    cells: list[str] = []
    for asked in (_asked(("silver", "gold"), 2), _asked(("member", "silver", "gold"), 5)):
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            found = await units.read_long(partial(_counted, asked=asked))
            took.append(time.perf_counter() - began)
        cells += [f"{took[0]:.2f}", f"{statistics.median(took):.2f}"]
        cells += [f"{found.members:,}", f"{found.reachable:,}"]
    await units.close()
    return cells


def _asked(levels: tuple[str, ...], cities: int) -> Expression:
    return Both(
        (
            Condition("level", Op.IS, levels),
            Condition("city", Op.IS, tuple(f"city{n}" for n in range(cities))),
            Condition("purchases", Op.AT_LEAST, (1,), 90),
            Condition("category", Op.IS, ("category3", "category4"), 180),
            Condition("consent", Op.IS, ("promotions",)),
        )
    )


def _counted(work: Work, asked: Expression) -> audiences.Counted:
    return audiences.count(work, asked, NOW)


async def _fill(units: Units, url: str, members: int, purchases: int) -> None:
    for statement, rows in (
        (_MEMBERS, members),
        (_CONSENTS, members),
        (_ADDRESSES, members),
        (_PURCHASES, purchases),
        (_LINES, purchases),
    ):
        for first in range(1, rows + 1, _CHUNK):
            last = min(first + _CHUNK - 1, rows)
            await units.write(partial(_write, of=statement, within=(first, last), members=members))
    await units.write(lambda work: work.db.execute(text("ANALYZE")))
    if is_postgres(url):
        await vacuumed(url)


def _write(work: Work, of: str, within: tuple[int, int], members: int) -> None:
    kind = work.db.dialect.name
    yes, no = ("1", "0") if kind == "sqlite" else ("true", "false")
    numbers = _NUMBERS[kind].format(first=within[0], last=within[1])
    select = of.format(yes=yes, no=no, members=members)
    # SQLite wants the CTE before INSERT, PostgreSQL takes it there too.
    work.db.exec_driver_sql(numbers + select)
