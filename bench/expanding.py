"""Writing the recipients of a broadcast, beside the bare INSERT … SELECT of the same rows, and
what a purchase takes meanwhile.

*Bare*: one statement that writes the same rows, columns and indexes from members and addresses,
without asking who agreed; then the same with that question. *Slices*: as the worker writes them,
each slice a transaction of its own, longer while nobody else writes. A purchase is the one of
`bench/earn.py`, one after another; its 99th percentile is taken when nothing else happens and
while the slices are written.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy import delete, func, insert, select, text

from bench import seeding
from domain.campaigns import Audience
from domain.purchases import Line, Order
from scheduler.slices import Slices
from services import campaign_steps, programme_file, purchases
from services.booking import Incoming
from services.ports.campaigns import Campaign
from services.ports.sales import Claim
from storage import migrations
from storage.ids import Ids
from storage.tables import campaigns, chat, ledger, people, post
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

ROUNDS = 3
BUYING_SECONDS = 8.0
CAMPAIGN = 1
CHUNK = 20_000
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_BARE = """
INSERT INTO deliveries (id, channel, account, chat, "user", address_id, member_id, locale, act,
  target, state, reason, due_at, campaign_id, purpose, lane, surely, rule, wording_id, paid,
  message, tries, repeated, made_at)
SELECT {first} + m.id, a.channel, a.account, a."user", a."user", a.id, m.id, 'en', 'send', '',
  'pending', '', 1, 1, 'promotions', 2, {no}, '', 1, {no}, '{message}', 0, {no}, 1
FROM members m JOIN addresses a ON a.member_id = m.id {where} ORDER BY m.id
"""
_AGREED = """
JOIN consents c ON c.member_id = m.id AND c.purpose = 'promotions' AND c.given
WHERE m.state = 'active' AND a.blocked_at IS NULL AND NOT EXISTS (SELECT 1 FROM consents l
  WHERE l.member_id = c.member_id AND l.purpose = c.purpose AND l.id > c.id)
"""


@dataclass
class Measured:
    """Seconds of the three ways, and milliseconds of a purchase."""

    bare: list[float] = field(default_factory=list)
    asking: list[float] = field(default_factory=list)
    slices: list[float] = field(default_factory=list)
    longest: float = 0.0
    idle: float = 0.0
    beside: float = 0.0
    bought: int = 0


def run(members: int) -> None:
    """Measures both databases and prints the table."""
    found = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        urls = {"SQLite": f"sqlite:///{folder / 'x.db'}", "PostgreSQL": server.url("postgres")}
        for name, url in urls.items():
            migrations.upgrade(url)
            asyncio.run(_seed(url, members))
            found[name] = asyncio.run(_measure(url, members))
            asyncio.run(_cleared(url))
            memory = _memory(url)
            print(f"{name}: memory of a process that writes them all {memory:.0f} MB")
    Console(width=130).print(_table(found, members))


def _units(url: str) -> Units:
    ids = Ids(lambda: int(time.time() * 1000))
    shared = Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: datetime.now(UTC))
    return open_units(url, shared)


async def _seed(url: str, members: int) -> None:
    units = _units(url)
    programme = programme_file.read(programme_file.example())
    now = datetime.now(UTC)
    await units.write(lambda work: work.programmes.publish(programme, now, None))
    level = programme.first_level.key
    for first in range(0, members, CHUNK):
        numbers = range(first, min(first + CHUNK, members))
        await units.write(lambda work, numbers=numbers: _chunk(work, numbers, level, now))
    if url.startswith("postgres"):
        await units.write(lambda work: work.db.exec_driver_sql("ANALYZE"))
    await units.close()


def _chunk(work: Work, numbers: range, level: str, now: datetime) -> None:
    zones = (None, None, None, None, "America/New_York", "Europe/Berlin", None, None)
    people_rows = [
        {**seeding.member(n, level, now), "birth_lunar": False, "zone": zones[n % 8]}
        for n in numbers
    ]
    agreed = {"purpose": "promotions", "given": True, "channel": "bench", "changed_at": now}
    who = {"channel": "telegram", "account": seeding.ACCOUNT, "first_seen": now}
    sums = {"unit": "points", "wallet": 0, "held": 0, "debt": 0, "lifetime": 0, "seq": 0}
    tables: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
        (people.Member, people_rows),
        (
            chat.Address,
            [{**who, "id": n + 1, "member_id": n + 1, "user": str(10**8 + n)} for n in numbers],
        ),
        (people.Consent, [{**agreed, "id": n + 1, "member_id": n + 1} for n in numbers]),
        (ledger.Account, [{**sums, "member_id": n + 1, "head": "0" * 64} for n in numbers]),
    )
    for table, rows in tables:
        work.db.execute(insert(table.__table__), rows)


async def _measure(url: str, members: int) -> Measured:
    units, found = _units(url), Measured()
    for _ in range(ROUNDS):
        for where, times in (("", found.bare), (_AGREED, found.asking)):
            times.append(await _timed(units, _bare(url, where), members))
        took, longest = await _slices(units, members)
        found.slices.append(took)
        found.longest = max(found.longest, longest)
    await _emptied(units)
    found.idle, _ = await _buying(units, members, asyncio.sleep(BUYING_SECONDS))
    found.beside, found.bought = await _buying(units, members, _expanding(units))
    await units.close()
    return found


def _bare(url: str, where: str) -> Callable[[Work], object]:
    message = orjson.dumps(campaign_steps.message(_campaign())).decode()
    no = "false" if url.startswith("postgres") else "0"
    # A colon before a word would be taken for a parameter.
    statement = _BARE.format(first=10**12, no=no, message=message.replace(":", "\\:"), where=where)
    return lambda work: work.db.execute(text(statement))


async def _timed(units: Units, use: Callable[[Work], object], members: int) -> float:
    await _emptied(units)
    started = time.perf_counter()
    await units.write(use)
    took = time.perf_counter() - started
    await _counted(units, members)
    return took


async def _slices(units: Units, members: int) -> tuple[float, float]:
    await _emptied(units)
    started, longest = time.perf_counter(), 0.0
    async for took in _each_slice(units):
        longest = max(longest, took)
    took = time.perf_counter() - started
    await _counted(units, members)
    return took, longest


async def _each_slice(units: Units) -> Any:
    more, slices = True, Slices(units, time.monotonic)
    while more:
        before, most = time.perf_counter(), slices.next()
        more = await units.write(lambda work, most=most: _slice(work, most))
        yield time.perf_counter() - before


def _slice(work: Work, most: int) -> bool:
    now = work.shared.clock()
    return campaign_steps.fill(work, work.campaigns.get(CAMPAIGN), now, most)


async def _expanding(units: Units) -> None:
    async for _ in _each_slice(units):
        pass


async def _cleared(url: str) -> None:
    units = _units(url)
    await _emptied(units)
    await units.close()


async def _emptied(units: Units) -> None:
    def empty(work: Work) -> None:
        work.db.execute(delete(_rows))
        work.db.execute(delete(campaigns.Campaign.__table__))  # type: ignore[attr-defined]
        work.campaigns.add(_campaign())

    await units.write(empty)
    if not hasattr(units, "_writes"):
        return
    engine: Any = units._writes
    async with engine.connect() as db:
        await (await db.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql(
            "VACUUM deliveries"
        )


async def _counted(units: Units, members: int) -> None:
    count = await units.read(lambda work: work.db.execute(select(func.count(_rows.c.id))).scalar())
    assert count == members, (count, members)


def _campaign() -> Campaign:
    now = datetime.now(UTC)
    return Campaign(
        id=CAMPAIGN,
        kind="broadcast",
        state="running",
        purpose="promotions",
        content={},
        author_id=0,
        address_id=0,
        made_at=now,
        started_at=now,
        audience=Audience().dump(),
        wording_id=1,
    )


async def _buying(units: Units, members: int, meanwhile: Awaitable[object]) -> tuple[float, int]:
    """The 99th percentile of purchases, one after another, in milliseconds, while something else
    is done; and how many there were."""
    task = asyncio.ensure_future(meanwhile)
    times: list[float] = []
    for number in _numbers():
        started = time.perf_counter()
        await units.write(lambda work, number=number: _buy(work, number, members))
        times.append((time.perf_counter() - started) * 1000)
        if task.done():
            break
    await task
    return statistics.quantiles(times, n=100)[98], len(times)


_bought = 0


def _numbers() -> Iterator[int]:
    global _bought
    while True:
        _bought += 1
        yield _bought


def _buy(work: Work, number: int, members: int) -> object:
    now = datetime.now(UTC)
    at = now.replace(microsecond=0) - timedelta(minutes=1)
    order = Order("bench", f"R-{number}", at, "CNY", 1000, (Line(1000),))
    claim = Claim("number", seeding.make_number(number * 7919 % members))
    return purchases.book(work, Incoming(order, (claim,), "api"), now, tell=False)


def _memory(url: str) -> float:
    """The peak of a process of its own that writes all recipients, in MB."""
    code = f"from bench.expanding import alone; alone({url!r})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def alone(url: str) -> None:
    """Writes all recipients and prints the peak of memory."""

    async def go() -> None:
        units = _units(url)
        await _expanding(units)
        await units.close()

    asyncio.run(go())
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024)


def _table(found: dict[str, Measured], members: int) -> Table:
    table = Table(title=f"Recipients of a broadcast to {members:,} members, medians of {ROUNDS}")
    heads = (
        *("", "bare", "bare, asking consent", "in slices", "slices : asking", "longest slice"),
        *("p99 idle", "p99 beside", "times idle"),
    )
    for head in heads:
        table.add_column(head, justify="right" if head else "left")
    for name, one in found.items():
        bare, asking, slices = map(statistics.median, (one.bare, one.asking, one.slices))
        table.add_row(
            name,
            f"{bare:.2f} s",
            f"{asking:.2f} s",
            f"{slices:.2f} s",
            f"{slices / asking:.2f}",
            f"{one.longest * 1000:.0f} ms",
            f"{one.idle:.1f} ms",
            f"{one.beside:.1f} ms",
            f"{one.beside / one.idle:.1f}",
        )
    return table
