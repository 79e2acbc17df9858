"""How long a member's catalogue takes: 2,000 benefits among ever more members."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import nightly, seeding
from bench.by_hand import _filled
from domain.consent import Purpose
from domain.dates import to_ms
from services import benefit_files, catalogue, recommending
from services.ports.club import Actor
from storage import migrations
from storage.bulk import Bulk
from storage.ids import Ids
from storage.tables import benefits as tables
from storage.tables import catalogue as shelves
from storage.tables import purchases
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

BENEFITS = 2_000
SAMPLE = 2_000
"""Members whose catalogue is read, one after the other."""
SHOPPERS = 400
"""Of these so many agreed to a personal choice and have 100 purchases of ten lines each."""
KEPT = 5
"""Favourites of every member, and benefits that every member has had once."""
NOW = nightly.MIDNIGHT - timedelta(hours=12)


def run(members: int) -> None:
    """Fills both databases, reads catalogues and prints the table."""
    console = Console(width=120)
    title = f"A page of {BENEFITS:,} benefits for one of {members:,} members, milliseconds"
    table = Table(title=title)
    for column in ("", "p50", "p99", "longest", "with purchases: p50", "p99 ", "first read"):
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        urls = {"SQLite": f"sqlite:///{folder / 'c.db'}", "PostgreSQL": server.url("postgres")}
        for name, url in urls.items():
            console.print(f"{members:,} members on {name} …")
            migrations.upgrade(url)
            table.add_row(name, *asyncio.run(_measure(url, members)))
    console.print(table)


async def _measure(url: str, members: int) -> list[str]:
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: NOW))
    await nightly._fill(units, members, max(1, members // 10))
    benefits = await units.write(_offer)
    chance = random.Random(1)
    sample = chance.sample(range(1, members + 1), min(SAMPLE, members))
    shoppers = sample[:: max(1, len(sample) // SHOPPERS)]
    await _live(units, members, benefits, shoppers)
    first = await _times(units, sample[:1])
    others = [one for one in sample if one not in set(shoppers)]
    plain, personal = await _times(units, others), await _times(units, shoppers)
    await units.close()
    figures = (_at(plain, 0.5), _at(plain, 0.99), max(plain))
    more = (_at(personal, 0.5), _at(personal, 0.99), first[0])
    return [f"{one:.1f}" for one in (*figures, *more)]


def _at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


async def _times(units: Units, members: list[int]) -> list[float]:
    """Milliseconds of a page for each of them: mostly the first one."""
    found = []
    for place, member_id in enumerate(members):
        page = 0 if place % 4 else place % 40
        look = _look(member_id, page)
        started = time.perf_counter()
        shelf = await units.read(look)
        found.append((time.perf_counter() - started) * 1000)
        assert shelf.found > BENEFITS / 2
    return found


def _look(member_id: int, page: int) -> Callable[[Work], catalogue.Shelf]:
    return lambda work: catalogue.shelf(work, member_id, NOW, page=page)


# -- filling ----------------------------------------------------------------------------


def _offer(work: Work) -> list[int]:
    """Benefits of all prices and stocks; each is about three goods."""
    file = "benefits:\n" + "".join(_entry(n) for n in range(BENEFITS))
    benefit_files.import_benefits(work, file, Actor("bench"), NOW)
    found = work.db.execute(text("SELECT id, key FROM benefits")).all()
    by_key = {key: of for of, key in found}
    ids = [int(by_key[f"b{n}"]) for n in range(BENEFITS)]
    return ids


def _entry(n: int) -> str:
    stock = "" if n % 3 else f", stock: {n % 5 * 40}"
    limit = ", per_member: 1, per: month" if n % 4 == 0 else ""
    goods = ", ".join(f"SKU{n * 3 + k}" for k in range(3))
    price = f"price: {10 + n * 37 % 400}"
    name = f"name: {{zh: 小礼{n}, en: Treat {n}}}, goods: [{goods}]"
    return f"  - {{key: b{n}, {name}, {price}{stock}{limit}}}\n"


async def _live(units: Units, members: int, ids: list[int], shoppers: list[int]) -> None:
    """Favourites, uses and purchases; then the night counts what is in demand."""
    for first in range(1, members + 1, nightly.CHUNK):
        numbers = (first, min(first + nightly.CHUNK - 1, members))
        for of in ids[:KEPT]:
            given = {"member_id": "i", "benefit_id": str(of), "period": "''", "used": "1"}
            marked = {"member_id": "i", "benefit_id": str(of + 0), "at": str(to_ms(NOW))}
            await units.write(
                lambda work, a=given, b=marked, c=numbers: (  # type: ignore[misc]
                    nightly._insert(work, tables.BenefitUse, a, c),
                    nightly._insert(work, shelves.Favourite, b, c),
                )
            )
    for number, member_id in enumerate(shoppers):
        await units.write(lambda work, n=number, m=member_id: _shops(work, n, m))  # type: ignore[misc]
    after: int | None = 0
    while after is not None:
        after = await units.write(lambda work, a=after: recommending.count(work, NOW, a, 50))  # type: ignore[misc]
    await units.write(nightly._analyze)


def _shops(work: Work, number: int, member_id: int) -> None:
    chance, at = random.Random(number), to_ms(datetime(2027, 5, 1, tzinfo=UTC))
    work.members.set_consent(member_id, Purpose.PERSONALISED, True, "bench", NOW)
    orders, lines = [], []
    for order in range(100):
        of = (number * 100 + order + 1) * 16
        values = {"id": of, "source": "bench", "order_id": str(of), "member_id": member_id}
        values |= {"state": "booked", "day": 740_000 + order, "occurred_at": at}
        orders.append(_filled(purchases.Purchase, values))
        for line in range(1, 11):
            item = {"purchase_id": of, "line": line, "sku": f"SKU{chance.randrange(9_000)}"}
            lines.append(_filled(purchases.PurchaseLine, item))
    Bulk(purchases.Purchase).run(work.db, orders)
    Bulk(purchases.PurchaseLine).run(work.db, lines)
