"""Messages per second through the whole path, beside clients that send and do nothing else.

Every sender talks to the same stand-in, which answers after 50 ms and writes down each call.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from bench import mailing, processes
from bench.processes import ROOT, Server
from tests.support.postgres import PostgresServer

LATENCY = 0.05
AT_ONCE = 100
"""Calls that a peer has open at a time; ours follow rate × latency."""
UNHURRIED = 2000.0
"""Messages per second that the stand-in's latency and the peers' open calls allow."""
STEADY = 30.0


@dataclass
class Measured:
    """The rounds of one sender."""

    name: str
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, said: dict[str, Any]) -> None:
        self.rates.append(said["messages"] / said["seconds"])
        self.cpu.append(said["cpu"] / said["messages"] * 1000)


class Bench:
    """The stand-in and the databases that the senders are given."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._postgres = PostgresServer(durable=True)
        stack.callback(self._postgres.stop)
        self._number = 0
        self.stub = self._stand_in()
        stack.callback(self.stub.stop)
        self.api = f"http://127.0.0.1:{self.stub.port}"

    def _stand_in(self) -> Server:
        port = processes.free_port()
        journal = str(self.folder / "journal")
        command = [sys.executable, "-m", "bench.peers.journal", str(port), journal, str(LATENCY)]
        return processes.start(command, port, {})

    def database(self, kind: str, count: int) -> str:
        """A fresh database with so many messages to send."""
        self._number += 1
        name = f"sending{self._number}"
        if kind == "SQLite":
            url = f"sqlite:///{self.folder / name}.db"
        else:
            asyncio.run(_create(self._postgres.url(), name))
            url = self._postgres.url(name)
        mailing.fill(url, count)
        return url

    def own(self, kind: str, count: int, rate: float) -> dict[str, Any]:
        """Sends a mailing through the whole path."""
        url = self.database(kind, count)
        command = [sys.executable, "-m", "bench.sender", url, self.api, str(rate), str(count)]
        return _said(command)

    def peer(self, kind: str, count: int) -> dict[str, Any]:
        """Sends as many messages with a client alone."""
        other = ROOT / ".venv" / "bench" / "bin" / "python"
        python = str(other) if kind == "aiogram" else sys.executable
        command = [python, "-m", "bench.peers.posting", kind, self.api, str(count), str(AT_ONCE)]
        return _said(command)


def run(count: int, rounds: int, seconds: float) -> None:
    """Measures and prints the tables."""
    console = Console(width=120)
    with ExitStack() as stack:
        bench = Bench(stack)
        console.print(_fastest(console, bench, count, rounds))
        console.print(_at_rates(console, bench, seconds))


def _fastest(console: Console, bench: Bench, count: int, rounds: int) -> Table:
    senders: dict[str, Callable[[], dict[str, Any]]] = {
        "bare aiohttp, no database": lambda: bench.peer("bare", count),
        "aiogram, no database": lambda: bench.peer("aiogram", count),
        "PTB, default transport, no database": lambda: bench.peer("ptb", count // 10),
        "memberbot, SQLite": lambda: bench.own("SQLite", count, UNHURRIED),
        "memberbot, PostgreSQL": lambda: bench.own("PostgreSQL", count, UNHURRIED),
    }
    figures = [Measured(name) for name in senders]
    for number in range(rounds):
        for measured, send in zip(figures, senders.values(), strict=True):
            console.print(f"round {number + 1}: {measured.name}")
            measured.add(send())
    title = f"{count:,} messages, answers after {LATENCY * 1000:.0f} ms, median of {rounds} rounds"
    table = Table("sender", "messages/s", "CPU ms/message", title=title)
    for one in figures:
        rate, cpu = statistics.median(one.rates), statistics.median(one.cpu)
        table.add_row(one.name, f"{rate:,.0f}", f"{cpu:.3f}")
    return table


def _at_rates(console: Console, bench: Bench, seconds: float) -> Table:
    table = Table(
        "database", "allowed/s", "messages/s", "fullest second", "CPU of a core", title="At a rate"
    )
    for kind in ("SQLite", "PostgreSQL"):
        for rate in (STEADY, 1010.0):
            console.print(f"{kind} at {rate:.0f}/s")
            said = bench.own(kind, int(rate * seconds), rate)
            starts = said["starts"]
            speed = (len(starts) - 1) / (starts[-1] - starts[0])
            fullest, share = fullest_second(starts), said["cpu"] / said["seconds"]
            table.add_row(kind, f"{rate:.0f}", f"{speed:.2f}", str(fullest), f"{share:.0%}")
    return table


def fullest_second(starts: Sequence[float]) -> int:
    """The most starts in any second that begins with one of them."""
    most = end = 0
    for place, start in enumerate(starts):
        while end < len(starts) and starts[end] < start + 1:
            end += 1
        most = max(most, end - place)
    return most


async def _create(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()


def _said(command: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stderr[-3000:]}")
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said
