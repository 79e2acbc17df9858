"""Replies per second over the webhook, this bot beside its peers in the same run."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import processes, seeding, updates
from bench.load import Load, Result
from bench.processes import ROOT, Server
from tests.support.postgres import PostgresServer

OURS = "/telegram/webhook"
PEERS = "/webhook"
CONNECTIONS = 50
WRITES_START = 10**9  # update ids that no reading round uses


@dataclass
class Measured:
    """The rounds of one competitor."""

    name: str
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def add(self, result: Result, cpu_seconds: float, memory: float) -> None:
        self.rates.append(result.answers / result.seconds)
        self.cpu.append(cpu_seconds / result.answers * 1000)
        self.p50.append(result.percentile(0.5))
        self.p99.append(result.percentile(0.99))
        self.memory.append(memory)


@dataclass
class Competitor:
    """Somebody who answers: how it is started and what is posted to it, over all rounds."""

    name: str
    start: Callable[[], Server]
    requests: Iterator[bytes]


def run(members: int, seconds: float, rounds: int) -> None:
    """Measures and prints the tables."""
    console = Console(width=120)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        databases = {
            "SQLite": f"sqlite:///{folder / 'bench.db'}",
            "PostgreSQL": server.url("postgres"),
        }
        for name, url in databases.items():
            console.print(f"filling {name} with {members:,} members …")
            seeding.prepare(url, members, rewards=False)
        api = _start([sys.executable, "-m", "bench.peers.api"], [])
        stack.callback(api.stop)
        competitors = _competitors(databases, f"http://127.0.0.1:{api.port}", folder, members)
        figures = _rounds(console, competitors, seconds, rounds)
        console.print(_table("Replies over the webhook", figures, rounds, seconds))
        console.print(_steady(competitors))


def _competitors(
    databases: dict[str, str], api: str, folder: Path, members: int
) -> list[Competitor]:
    python, other = sys.executable, str(ROOT / ".venv" / "bench" / "bin" / "python")

    def reads(path: str) -> Iterator[bytes]:
        return updates.reading(path, members)

    peers = [
        Competitor("bare aiohttp", _peer(python, "bare", []), reads(PEERS)),
        Competitor("aiogram, constant text", _peer(other, "aiogram_", [api]), reads(PEERS)),
        Competitor("PTB, constant text", _peer(python, "ptb", [api]), reads(PEERS)),
    ]
    for name, url in databases.items():
        begin = serve(url, api, folder)
        peers.append(Competitor(f"memberbot {name}, reads", begin, reads(OURS)))
        writes = updates.writing(OURS, members, WRITES_START)
        peers.append(Competitor(f"memberbot {name}, writes", begin, writes))
    return peers


def _peer(python: str, module: str, arguments: list[str]) -> Callable[[], Server]:
    return lambda: _start([python, "-m", f"bench.peers.{module}"], arguments)


def _start(command: list[str], arguments: list[str]) -> Server:
    port = processes.free_port()
    return processes.start([*command, str(port), *arguments], port, {})


def environment(url: str, api: str, folder: Path, port: int) -> dict[str, str]:
    """The settings of `memberbot serve` in webhook mode."""
    return {
        "MEMBERBOT_DATABASE_URL": url,
        "MEMBERBOT_DATA": str(folder),
        "MEMBERBOT_PORT": str(port),
        "MEMBERBOT_TELEGRAM_TOKEN": "42:bench",
        "MEMBERBOT_TELEGRAM_API_URL": api,
        "MEMBERBOT_TELEGRAM_MODE": "webhook",
        "MEMBERBOT_TELEGRAM_SECRET": updates.SECRET,
        "MEMBERBOT_SECRET_KEY": seeding.SECRET_KEY,
    }


def serve(url: str, api: str, folder: Path) -> Callable[[], Server]:
    """Starts `memberbot serve` in webhook mode on that database."""

    def begin() -> Server:
        port = processes.free_port()
        command = [sys.executable, "-m", "app.cli", "serve"]
        return processes.start(command, port, environment(url, api, folder, port))

    return begin


def _rounds(
    console: Console, competitors: list[Competitor], seconds: float, rounds: int
) -> list[Measured]:
    figures = {competitor.name: Measured(competitor.name) for competitor in competitors}
    for number in range(rounds):
        for competitor in competitors:
            console.print(f"round {number + 1}: {competitor.name}")
            _round(competitor, figures[competitor.name], seconds)
    return list(figures.values())


def _round(competitor: Competitor, into: Measured, seconds: float) -> None:
    server = competitor.start()
    try:
        asyncio.run(Load(server.port, competitor.requests).run(1.0, CONNECTIONS))
        load = Load(server.port, competitor.requests)
        before = server.cpu()
        result = asyncio.run(load.run(seconds, CONNECTIONS))
        if result.bad:
            raise RuntimeError(f"{competitor.name}: {result.bad} answers were not 200")
        into.add(result, server.cpu() - before, server.memory())
    finally:
        server.stop()


def _steady(competitors: list[Competitor]) -> Table:
    """Answer times at 200 updates a second, and what a fresh `serve` needs."""
    table = Table(title="At a steady 200 updates/s for 10 s")
    for column in ("", "p50 ms", "p99 ms", "start to ready s", "memory at rest MB"):
        table.add_column(column, justify="right" if column else "left")
    for competitor in competitors:
        if not competitor.name.endswith("reads"):
            continue
        server = competitor.start()
        try:
            rest = server.memory()
            load = Load(server.port, competitor.requests)
            result = asyncio.run(load.run_at(200, 10, CONNECTIONS))
        finally:
            server.stop()
        p50, p99 = result.percentile(0.5), result.percentile(0.99)
        cells = (f"{p50:.2f}", f"{p99:.2f}", f"{server.ready_seconds:.2f}", f"{rest:.0f}")
        table.add_row(competitor.name, *cells)
    return table


def _table(title: str, figures: list[Measured], rounds: int, seconds: float) -> Table:
    table = Table(title=f"{title}: medians of {rounds} rounds of {seconds:.0f} s, 50 connections")
    for column in ("", "updates/s", "CPU ms/update", "p50 ms", "p99 ms", "memory MB"):
        table.add_column(column, justify="right" if column else "left")
    for each in figures:
        middle = statistics.median
        cells = (f"{middle(each.rates):,.0f}", f"{middle(each.cpu):.3f}")
        times = (f"{middle(each.p50):.1f}", f"{middle(each.p99):.1f}")
        table.add_row(each.name, *cells, *times, f"{middle(each.memory):.0f}")
    return table
