"""Redirects per second of counted links beside a bare answer of the same server, and what is
counted of them."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, select

from bench import processes, seeding
from bench.load import Load, Result
from bench.peers.leading import SECRET, TO
from domain.campaign_links import link_id, token
from services import campaign_clicks
from services.ports.campaigns import Campaign
from storage.ids import Ids
from storage.tables import campaigns, people, post
from storage.unit_of_work import open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

CAMPAIGN = 77
CONNECTIONS = 20
STEADY = 500.0
CHUNK = 1000
_ROWS = post.Delivery.__table__  # type: ignore[attr-defined]
_CLICKS = campaigns.CampaignClick.__table__  # type: ignore[attr-defined]


def run(members: int, seconds: float, rounds: int) -> None:
    """Measures and prints."""
    table = Table(title="Redirects of counted links beside a bare one")
    for head in (
        "database",
        "bare/s",
        "counted/s",
        "bare ÷ counted",
        "p50 ms",
        "p99 ms",
        "counted",
    ):
        table.add_column(head, justify="right")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        databases = {
            "SQLite": f"sqlite:///{folder / 'bench.db'}",
            "PostgreSQL": server.url("postgres"),
        }
        for name, url in databases.items():
            table.add_row(name, *_measured(url, members, seconds, rounds))
    Console(width=120).print(table)


def _measured(url: str, members: int, seconds: float, rounds: int) -> list[str]:
    seeding.prepare(url, members, rewards=False)
    rows = _campaign(url)
    port = processes.free_port()
    server = processes.start(
        [sys.executable, "-m", "bench.peers.leading", str(port), url], port, {}
    )
    key = Vault(SECRET).link_key
    paths = itertools.cycle([f"/r/{token(key, link_id(CAMPAIGN, TO), row)}" for row in rows])
    bare: list[float] = []
    counted: list[float] = []
    asked = 0
    try:
        for _ in range(rounds):
            bare.append(_rate(_load(port, itertools.repeat("/bare"), seconds)))
            found = _load(port, paths, seconds)
            counted.append(_rate(found))
            asked += found.answers
        steady = asyncio.run(Load(port, map(_request, paths)).run_at(STEADY, seconds, CONNECTIONS))
        asked += steady.answers
        time.sleep(3)
    finally:
        server.stop()
    rates = statistics.median(bare), statistics.median(counted)
    return [
        f"{rates[0]:,.0f}",
        f"{rates[1]:,.0f}",
        f"{rates[0] / rates[1]:.2f}",
        f"{steady.percentile(0.5):.1f}",
        f"{steady.percentile(0.99):.1f}",
        f"{_times(url):,} of {asked:,}",
    ]


def _load(port: int, paths: Iterator[str], seconds: float) -> Result:
    return asyncio.run(Load(port, map(_request, paths)).run(seconds, CONNECTIONS))


def _request(path: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: club.example\r\n"
    return f"{head}User-Agent: Mozilla/5.0 (Linux; Android 14) Mobile Safari\r\n\r\n".encode()


def _rate(result: Result) -> float:
    return result.answers / result.seconds


def _use(url: str, use: Callable[[Work], Any]) -> Any:
    """Runs a function in a write transaction of its own."""

    async def main() -> Any:
        ids = Ids(lambda: int(time.time() * 1000))
        units = open_units(url, Shared(Vault(SECRET), ids, lambda: datetime.now(UTC)))
        try:
            return await units.write(use)
        finally:
            await units.close()

    return asyncio.run(main())


def _campaign(url: str) -> list[int]:
    """Puts a campaign with a row for each member into the database; the rows' ids."""

    def write(work: Work) -> list[int]:
        now = datetime.now(UTC)
        made = Campaign(
            id=CAMPAIGN,
            kind="broadcast",
            state="finished",
            purpose="promotions",
            content={},
            author_id=0,
            address_id=0,
            made_at=now,
            finished_at=now,
        )
        work.campaigns.add(made)
        campaign_clicks.link(work, CAMPAIGN, TO)
        members = list(work.db.execute(select(people.Member.id)).scalars())
        rows = [_row(number, member) for number, member in enumerate(members, 1)]
        for first in range(0, len(rows), CHUNK):
            work.db.execute(insert(_ROWS), rows[first : first + CHUNK])
        return [row["id"] for row in rows]

    found: list[int] = _use(url, write)
    return found


def _row(number: int, member: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": number,
        "channel": "telegram",
        "account": "42",
        "chat": str(number),
        "member_id": member,
        "campaign_id": CAMPAIGN,
        "purpose": "promotions",
        "lane": 2,
        "surely": False,
        "locale": "en",
        "message": {},
        "state": "sent",
        "made_at": now,
        "due_at": now,
        "sent_at": now,
    }


def _times(url: str) -> int:
    counted = select(func.coalesce(func.sum(_CLICKS.c.times), 0))
    return int(_use(url, lambda work: work.db.execute(counted).scalar_one()))
