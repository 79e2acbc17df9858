"""How long the audit of a long ledger takes, and how much memory its processes need together."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import long_ledger, sealing
from bench.processes import ROOT
from tests.support.postgres import PostgresServer

EACH = 20
"""Postings of one member."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One run of `memberbot audit`: seconds, and the sum of its processes' peaks in MB."""

    seconds: float
    memory: float


def run(postings: int) -> None:
    """Writes a ledger of so many postings into both databases, seals it and proves it."""
    console = Console(width=120)
    title = f"Audit of {postings:,} postings of {postings // EACH:,} members, two processes"
    table = Table(title=title)
    for column in (
        "",
        "fill s",
        "seal s",
        "longest part ms",
        "audit s",
        "postings/s",
        "memory MB",
    ):
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        for name, url in {
            "SQLite": f"sqlite:///{folder / 'audit.db'}",
            "PostgreSQL": server.url("postgres"),
        }.items():
            console.print(f"writing {postings:,} postings into {name} …")
            table.add_row(name, *_measured(url, folder, postings))
    console.print(table)


def _measured(url: str, folder: Path, postings: int) -> tuple[str, ...]:
    started = time.perf_counter()
    long_ledger.fill(url, postings // EACH, EACH)
    filled = time.perf_counter() - started
    sealed = sealing.run(url)
    done = audit(url, folder)
    figures = (f"{filled:.0f}", f"{sealed.seconds:.1f}", f"{sealed.longest * 1000:.0f}")
    rate = postings / done.seconds
    return (*figures, f"{done.seconds:.1f}", f"{rate:,.0f}", f"{done.memory:.0f}")


def audit(url: str, folder: Path) -> Audited:
    """Runs `memberbot audit`; raises RuntimeError if it does not prove the ledger."""
    settings = {
        "MEMBERBOT_DATABASE_URL": url,
        "MEMBERBOT_DATA": str(folder),
        "MEMBERBOT_SECRET_KEY": long_ledger.SECRET_KEY,
    }
    peaks: dict[int, float] = {}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "audit"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        while process.poll() is None:
            peaks |= {pid: _peak(pid) or peaks.get(pid, 0) for pid in _family(process.pid)}
            time.sleep(0.1)
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise RuntimeError(f"the ledger is not proved:\n{text[-2000:]}")
    return Audited(time.perf_counter() - started, sum(peaks.values()))


def _family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *map(int, children)]


def _peak(pid: int) -> float:
    """The most resident memory of a process so far in MB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(one.split()[1]) / 1024 for one in lines if one.startswith("VmHWM")), 0.0)
