"""How long a page of `/queue` takes among very many closed tickets, on both databases."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import seeding
from bench.by_hand import _filled
from services import ticket_lists
from services.ticket_lists import TABS
from storage.bulk import Bulk
from storage.ids import Ids
from storage.tables import tickets
from storage.types import to_millis
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
MEMBERS, STAFF, OPEN = 1000, 20, 5000
CHUNK = 20_000
ROUNDS = 30
_STATES = ("open", "assigned", "waiting")
_insert = Bulk(tickets.Ticket)


def run(closed: int) -> None:
    """Fills both databases and reads each tab of the queue."""
    console = Console(width=120)
    table = Table(title=f"/queue with {closed:,} closed and {OPEN:,} open tickets, ms a page")
    for column in ("", *TABS):
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        for name, url in {
            "SQLite": f"sqlite:///{folder / 'queue.db'}",
            "PostgreSQL": server.url("postgres"),
        }.items():
            console.print(f"writing {closed:,} tickets into {name} …")
            seeding.prepare(url, MEMBERS, rewards=False)
            times = asyncio.run(_measured(url, closed))
            table.add_row(name, *(f"{times[tab]:.1f}" for tab in TABS))
    console.print(table)


async def _measured(url: str, closed: int) -> dict[str, float]:
    ids = Ids(lambda: int(time.time() * 1000))
    units = open_units(url, Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: NOW))
    for chunk in _chunks(closed):
        await units.write(lambda work, rows=chunk: _insert.run(work.db, rows))
    await units.write(lambda work: work.db.execute(text("ANALYZE")))
    times = {tab: await _median(units, tab) for tab in TABS}
    await units.close()
    return times


def _chunks(closed: int) -> Iterator[list[tuple[Any, ...]]]:
    for start in range(0, closed + OPEN, CHUNK):
        numbers = range(start, min(start + CHUNK, closed + OPEN))
        yield [_ticket(n, running=n >= closed) for n in numbers]


def _ticket(n: int, *, running: bool) -> tuple[Any, ...]:
    """One ticket; the closed ones lie up to four years back."""
    opened = NOW - (timedelta(minutes=n % 4000) if running else timedelta(minutes=60 + 2 * n))
    state = _STATES[n % 3] if running else "closed"
    due = to_millis(opened + timedelta(days=3))
    values: dict[str, Any] = {"id": n + 1, "number": n + 1, "key": f"bench:{n}"}
    values |= {"kind": "complaint", "category": "service", "member_id": n % MEMBERS + 1}
    values |= {"state": state, "opened_at": to_millis(opened), "first_due_at": due}
    values |= {"staff_id": None if state == "open" else n % STAFF + 1, "priority": n % 3}
    values |= {"due_at": due if running and state != "waiting" else None, "resolve_by": None}
    values |= {"resolve_by": due if running and state != "waiting" else None}
    values |= {"done_at": None if running else to_millis(opened + timedelta(minutes=30))}
    values |= {"subject_kind": "", "alarm": "", "cause_key": ""}
    return _filled(tickets.Ticket, values)


async def _median(units: Units, tab: str) -> float:
    """Milliseconds of the first pages of a tab, for one operator after the other."""
    found = []
    for turn in range(ROUNDS):
        began = time.perf_counter()
        await units.read(partial(_page, tab=tab, page=turn % 3, staff=turn % STAFF + 1))
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def _page(work: Work, tab: str, page: int, staff: int) -> list[dict[str, Any]]:
    listed = ticket_lists.listed(work, tab, page, staff, NOW)
    return [ticket_lists.line(work, one, NOW) for one in listed.tickets]
