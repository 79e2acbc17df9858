"""Redemptions per second over the webhook, beside the same rows by the bare driver.

A redemption is a tap on "redeem": inbox row, member locked, limits and price looked up, one of the
stock, the use counted, points taken out of their lots, voucher with its sealed code, the answer
kept, one COMMIT on the disk before the answer. *By hand*: see bench.redeem_by_hand.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench import processes, redeem_by_hand, seeding, updates
from bench.load import Load
from bench.replies import CONNECTIONS, OURS, serve
from bot.actions import Action, Signer
from services import benefit_files
from services.ports.club import Actor
from storage.unit_of_work import Units
from storage.vault import Vault
from storage.work import Work
from tests.support.postgres import PostgresServer

PRICE = 10
DATE = 1_747_706_400
KINDS = {"100 benefits": 100, "one benefit": 1}
"""How many benefits the taps are spread over: of one, all redemptions wait for its row."""


@dataclass
class Measured:
    """The rounds of one way."""

    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def run(members: int, seconds: float, rounds: int) -> None:
    """Measures both databases and prints the table."""
    console = Console(width=120)
    found: dict[str, Measured] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        port = processes.free_port()
        stand_in = [sys.executable, "-m", "bench.peers.api", str(port)]
        stack.callback(processes.start(stand_in, port, {}).stop)
        urls = {"SQLite": f"sqlite:///{folder / 'r.db'}", "PostgreSQL": server.url("postgres")}
        for name, url in urls.items():
            console.print(f"filling {name} with {members:,} members …")
            seeding.prepare(url, members, rewards=False)
            ids = asyncio.run(offer(url, max(KINDS.values())))
            one = Bench(name, url, f"http://127.0.0.1:{port}", folder, members, ids)
            for number in range(rounds):
                console.print(f"{name}, round {number + 1}")
                one.round(seconds)
            found |= one.found
    console.print(_table(found, seconds, rounds))


class Bench:
    """One database: rounds of ours and by hand in turn."""

    def __init__(
        self, name: str, url: str, api: str, folder: Path, members: int, ids: list[int]
    ) -> None:
        self.found: dict[str, Measured] = {}
        self._name, self._url, self._members, self._ids = name, url, members, ids
        self._begin = serve(url, api, folder)
        self._signer = Signer(Vault(seeding.SECRET_KEY.encode()).action_key)
        self._taps = {kind: self._tapping(count) for kind, count in KINDS.items()}
        self._number = 0
        self._by_hand = 0

    def round(self, seconds: float) -> None:
        for kind, count in KINDS.items():
            self._ours(kind, seconds)
            ids = self._ids[:count]
            rate, self._by_hand = redeem_by_hand.run(
                self._url, self._members, ids, seconds, self._by_hand
            )
            self._of(f"by hand, {kind}").rates.append(rate)

    def _ours(self, kind: str, seconds: float) -> None:
        server = self._begin()
        try:
            asyncio.run(Load(server.port, self._taps[kind]).run(1.0, CONNECTIONS))
            before = server.cpu()
            result = asyncio.run(Load(server.port, self._taps[kind]).run(seconds, CONNECTIONS))
            if result.bad or result.empty:
                raise RuntimeError(f"{result.bad} answers were not 200, {result.empty} empty")
            into = self._of(f"memberbot, {kind}")
            into.rates.append(result.answers / result.seconds)
            into.cpu.append((server.cpu() - before) / result.answers * 1000)
            into.p50.append(result.percentile(0.5))
            into.p99.append(result.percentile(0.99))
        finally:
            server.stop()

    def _of(self, way: str) -> Measured:
        return self.found.setdefault(f"{self._name}, {way}", Measured())

    def _tapping(self, benefits: int) -> Iterator[bytes]:
        while True:
            self._number += 1
            user = updates.FIRST_USER + self._number * 7919 % self._members
            of = str(self._ids[self._number % benefits])
            action = Action("benefit.redeem", (of,), f"n{self._number}")
            body = tap(self._number, user, self._signer.pack(action, str(user)))
            yield updates.request(OURS, body)


def tap(update_id: int, user: int, data: str) -> bytes:
    """A tap on a button, as Telegram posts it."""
    chat = {"id": user, "type": "private", "first_name": "Mei"}
    query: dict[str, Any] = {
        "id": str(update_id),
        "from": {"id": user, "is_bot": False, "first_name": "Mei", "language_code": "en"},
        "chat_instance": "1",
        "message": {"message_id": 1, "date": DATE, "chat": chat, "text": "…"},
        "data": data,
    }
    return json.dumps({"update_id": update_id, "callback_query": query}).encode()


async def offer(url: str, count: int, stock: int = 10**8, price: int = PRICE) -> list[int]:
    """So many benefits of limited stock; their ids."""
    from bench.earn import _units

    units: Units = _units(url)
    entries = [
        f"{{key: b{n}, name: {{zh: 小礼{n}, en: Treat {n}}}, price: {price}, stock: {stock}}}"
        for n in range(count)
    ]
    file = f"benefits: [{', '.join(entries)}]"

    def add(work: Work) -> list[int]:
        now = work.shared.clock()
        benefit_files.import_benefits(work, file, Actor("bench"), now)
        found = work.db.execute(text("SELECT id FROM benefits ORDER BY id")).scalars()
        return [int(one) for one in found]

    ids = await units.write(add)
    await units.close()
    return ids


def _table(found: dict[str, Measured], seconds: float, rounds: int) -> Table:
    title = f"Durable redemptions per second, 50 at once: medians of {rounds} of {seconds:.0f} s"
    table = Table(title=title)
    for column in ("", "a second", "of by hand", "CPU ms", "p50 ms", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    middle = statistics.median
    for way, one in found.items():
        hand = found[way.replace("memberbot", "by hand")]
        share = f"{middle(one.rates) / middle(hand.rates):.0%}"
        rest = ("", "", "")
        if one.cpu:
            rest = (f"{middle(one.cpu):.2f}", f"{middle(one.p50):.1f}", f"{middle(one.p99):.1f}")
        table.add_row(way, f"{middle(one.rates):,.0f}", share, *rest)
    return table
