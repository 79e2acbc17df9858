"""How fast and how small an import is: the grocer's whole year through `memberbot import`; and
the dry run of changed rules over it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app import demo_data
from bench import seeding
from bench.processes import ROOT
from tests.support.postgres import PostgresServer

COLUMNS = (
    "",
    "lines",
    "orders",
    "seconds",
    "lines/s",
    "memory MB",
    "audit s",
    "dry run orders/s",
    "dry run MB",
)


@dataclass(frozen=True, slots=True)
class Ran:
    """One command: seconds, peak resident memory in MB, what it printed."""

    seconds: float
    memory: float
    said: str


def run() -> None:
    """Imports the year into an empty club on both databases and prints the figures."""
    console = Console(width=120)
    table = Table(title="Import of a year of purchases, every point posted with its explanation")
    for column in COLUMNS:
        table.add_column(column, justify="right" if column else "left")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        console.print("writing the grocer's year as CSV …")
        files = demo_data.make(folder / "csv", everything=True)
        server = PostgresServer(durable=True)
        stack.callback(server.stop)
        for name, url in {
            "SQLite": f"sqlite:///{folder / 'import.db'}",
            "PostgreSQL": server.url("postgres"),
        }.items():
            console.print(f"importing into {name} …")
            table.add_row(name, *_import(url, folder, files))
    console.print(table)


def _import(url: str, folder: Path, files: demo_data.Files) -> tuple[str, ...]:
    settings = {
        "MEMBERBOT_DATABASE_URL": url,
        "MEMBERBOT_DATA": str(folder),
        "MEMBERBOT_SECRET_KEY": seeding.SECRET_KEY,
        "MEMBERBOT_PROGRAMME": str(ROOT / "programmes" / "grocer.yaml"),
    }
    _command(settings, "migrate")
    _command(settings, "programme", "publish", settings["MEMBERBOT_PROGRAMME"])
    _command(settings, "store", "import", str(files.stores))
    _command(settings, "import", "members", str(files.members))
    done = _command(settings, "import", "purchases", str(files.purchases))
    proof = _command(settings, "audit")
    found = re.search(r"^(\d+) lines, (\d+) orders", done.said, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the import did not say what it did: {done.said[-500:]}")
    lines, orders = int(found[1]), int(found[2])
    figures = (f"{lines:,}", f"{orders:,}", f"{done.seconds:.0f}", f"{lines / done.seconds:,.0f}")
    dry = _command(settings, "programme", "simulate", str(_changed(folder)))
    replayed = (f"{orders / dry.seconds:,.0f}", f"{dry.memory:.0f}")
    return (*figures, f"{done.memory:.0f}", f"{proof.seconds:.0f}", *replayed)


def _changed(folder: Path) -> Path:
    """The grocer's rules with another factor and another ladder, as a next version."""
    text = (ROOT / "programmes" / "grocer.yaml").read_text(encoding="utf-8")
    for before, after in (
        ("\nversion: 1\n", "\nversion: 2\n"),
        ("multiply: 1.5", "multiply: 1.8"),
        ('lifetime_spend: "500"', 'lifetime_spend: "800"'),
    ):
        text = text.replace(before, after, 1)
    changed = folder / "changed.yaml"
    changed.write_text(text, encoding="utf-8")
    return changed


def _command(settings: dict[str, str], *words: str) -> Ran:
    """Runs `memberbot` with those words; raises RuntimeError if it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.1)
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise RuntimeError(f"memberbot {' '.join(words)} failed:\n{text[-2000:]}")
    return Ran(time.perf_counter() - started, peak, text)


def _peak(pid: int) -> float:
    """The most resident memory so far in MB (`ru_maxrss` counts the parent's at the fork)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(one.split()[1]) / 1024 for one in lines if one.startswith("VmHWM")), 0.0)
