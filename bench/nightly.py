"""How long a night takes: 100,000 lots that are due, among ever more members."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table as Printed
from sqlalchemy import Boolean, Integer, Table

from bench import seeding
from domain.dates import start_of_day, to_ms
from scheduler.due import crossed, reach, run
from services import programme_file
from storage import migrations
from storage.ids import Ids
from storage.tables import ledger, people
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

T = TypeVar("T")
DAY = date(2027, 6, 1)
ZONE = "Asia/Shanghai"
MIDNIGHT = start_of_day(DAY, ZONE)
CHUNK = 50_000
SERIES = {
    "sqlite": "(WITH RECURSIVE s(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM s WHERE i < {1})"
    " SELECT i FROM s)",
    "postgresql": "generate_series({0}, {1}) AS s(i)",
}


@dataclass
class Timed:
    """Units that note how long each writing unit of a job took, commit included, in seconds."""

    units: Units
    job: str = ""
    took: list[tuple[float, str]] = field(default_factory=list)

    async def read(self, use: Callable[[Work], T]) -> T:
        return await self.units.read(use)

    async def read_long(self, use: Callable[[Work], T]) -> T:
        return await self.units.read_long(use)

    async def write(self, use: Callable[[Work], T]) -> T:
        started = time.perf_counter()
        done = await self.units.write(use)
        self.took.append((time.perf_counter() - started, self.job))
        return done


@dataclass(frozen=True, slots=True)
class Night:
    """Seconds of the whole night, of expiry, of the longest unit (and whose it was) and of all
    units but one in a hundred."""

    whole: float
    expiry: float
    units: int
    longest: tuple[float, str]
    percentile: float


def night(members: tuple[int, ...], due: int) -> None:
    """Runs one night for each number of members on both databases and prints the figures.

    Every member has an account and a lot that lasts; `due` of them have one that ended at
    midnight. Accounts and lots stand for themselves: the postings that made them are left out.
    """
    console = Console(width=120)
    table = Printed(title=f"One night with {due:,} lots that are due")
    for name in ("", "members", "night s", "expiry s", "units", "99% ms", "longest ms"):
        table.add_column(name, justify="right" if name else "left")
    for many in members:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = PostgresServer(durable=True)
            stack.callback(server.stop)
            for name, url in {
                "SQLite": f"sqlite:///{folder / 'night.db'}",
                "PostgreSQL": server.url("postgres"),
            }.items():
                console.print(f"a night of {many:,} members on {name} …")
                migrations.upgrade(url)
                table.add_row(name, f"{many:,}", *_figures(asyncio.run(_night(url, many, due))))
    console.print(table)


def _figures(one: Night) -> tuple[str, ...]:
    times = (f"{one.whole:.1f}", f"{one.expiry:.1f}", f"{one.units:,}")
    return (
        *times,
        f"{one.percentile * 1000:.0f}",
        f"{one.longest[0] * 1000:.0f} ({one.longest[1]})",
    )


async def _night(url: str, members: int, due: int) -> Night:
    ids = Ids(lambda: int(time.time() * 1000))
    at = MIDNIGHT + timedelta(minutes=6)
    shared = Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: at)
    units = open_units(url, shared)
    await _fill(units, members, due)
    await reach(units, MIDNIGHT - timedelta(minutes=1))
    timed, seconds = Timed(units), dict[str, float]()
    for job, occurrence in await crossed(units, at):
        started, timed.job = time.perf_counter(), job.name
        await run(timed, job, occurrence, at)
        seconds[job.name] = time.perf_counter() - started
    left = await units.read(lambda work: work.expiries.any_due(at))
    await units.close()
    if left:
        raise RuntimeError("something that was due is left")
    took = sorted(timed.took)
    ninety_nine = took[int(len(took) * 0.99)][0]
    return Night(sum(seconds.values()), seconds["expire"], len(took), took[-1], ninety_nine)


async def _fill(units: Units, members: int, due: int) -> None:
    programme = programme_file.read(programme_file.example())
    await units.write(lambda work: work.programmes.publish(programme, MIDNIGHT, None))
    every = members // due
    for first in range(1, members + 1, CHUNK):
        last = min(first + CHUNK - 1, members)
        await units.write(lambda work, a=first, b=last: _chunk(work, a, b, every))  # type: ignore[misc]
    await units.write(_analyze)


def _analyze(work: Work) -> None:
    """What autovacuum does in the background elsewhere."""
    if work.db.dialect.name == "postgresql":
        work.db.exec_driver_sql("ANALYZE")


def _chunk(work: Work, first: int, last: int, every: int) -> None:
    joined = to_ms(datetime(2026, 6, 1, tzinfo=UTC))
    member = {"id": "i", "number": "'n' || i", "state": "'active'", "level": "'member'"}
    member |= {"joined_at": f"{joined}", "locale": "'en'", "charter_version": "1"}
    _insert(work, people.Member, member, (first, last))
    due = f"(CASE WHEN i % {every} = 0 THEN 1 ELSE 0 END)"
    account = {"member_id": "i", "unit": "'points'", "wallet": f"100 + 50 * {due}", "seq": "1"}
    account |= {"lifetime": f"100 + 50 * {due}", "head": f"'{'0' * 64}'"}
    _insert(work, ledger.Account, account, (first, last))
    lot = {
        "member_id": "i",
        "unit": "'points'",
        "made_at": f"{joined}",
        "active_from": f"{joined}",
    }
    lot |= {"source_type": "'bench'", "rule_version": "1", "posting_id": "0"}
    for number, amount, ends in ((0, 100, MIDNIGHT + timedelta(days=200)), (1, 50, MIDNIGHT)):
        expires = {"expires_at": f"{to_ms(ends)}", "first_expires_at": f"{to_ms(ends)}"}
        one = {"id": f"i * 2 + {number}", "amount": f"{amount}", "left": f"{amount}"}
        _insert(work, ledger.Lot, lot | expires | one, (first, last), every if number else 1)


def _insert(
    work: Work, model: Any, given: dict[str, str], numbers: tuple[int, int], every: int = 1
) -> None:
    """One row for every `every`-th of the numbers: `i` in what is given, zeros elsewhere."""
    table: Table = model.__table__
    needed = {c.name: _zero(c) for c in table.columns if not c.nullable}
    values = {**needed, **given}
    series = SERIES[work.db.dialect.name].format(*numbers)
    names = ", ".join(f'"{name}"' for name in values)
    work.db.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values.values())}"
        f" FROM {series} WHERE i % {every} = 0"
    )


def _zero(column: Any) -> str:
    kind = getattr(column.type, "impl_instance", column.type)
    if isinstance(kind, Boolean):
        return "false"
    return "0" if isinstance(kind, Integer) else "''"
