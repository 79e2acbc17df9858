"""Part of `make fault`: races of 64 claimants for what is left of a benefit.

Most go straight to the services, some through the webhook of `memberbot serve` (on PostgreSQL two
of them) with taps as Telegram posts them. What is done is noted, so that a run that was broken off
goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import click
from rich.console import Console
from rich.table import Table

from bench import processes, seeding, updates
from bench.redeem import tap
from bench.replies import OURS, serve
from bot.actions import Action, Signer
from services.audit import prove
from storage.unit_of_work import Units
from storage.vault import Vault
from tests.proof import last_one
from tests.proof.last_one import FIRST_USER, Claim, Field, Tally
from tests.support.postgres import PostgresServer

ROUND = 100
"""Races between two notes."""
WAYS = ("in process", "webhook")
PROCESSES = {"SQLite": 1, "PostgreSQL": 2}


@dataclass
class Task:
    """What one process does on one database: how many races in each way, and where it notes."""

    name: str
    url: str
    folder: Path
    notes: Path
    races: dict[str, int]
    done: dict[str, Tally] = field(default_factory=dict)
    seconds: float = 0
    audit: str = ""


def work(task: Task) -> Task:
    """Runs what is not done yet."""
    began = time.monotonic()
    task.done = _noted(task.notes)
    asyncio.run(_run(task))
    task.seconds = time.monotonic() - began
    return task


def _noted(notes: Path) -> dict[str, Tally]:
    found = json.loads(notes.read_text()) if notes.exists() else {}
    return {way: Tally(**found.get(way, {})) for way in WAYS}


async def _run(task: Task) -> None:
    from bench.earn import _units

    await asyncio.to_thread(seeding.prepare, task.url, 0)
    units = _units(task.url)
    now = datetime.now(UTC)
    runners = await last_one.prepare(units, seeding.ACCOUNT, now)
    plain = last_one.in_process(units, runners.members, lambda: datetime.now(UTC))
    await _races(task, "in process", units, runners, plain)
    async with _serving(task) as claim:
        await _races(task, "webhook", units, runners, claim)
    proofs = await units.write(lambda work: list(prove(work)))
    broken = [proof.name for proof in proofs if not proof.holds]
    task.audit = f"broken: {broken}" if broken else "whole"
    await units.close()


async def _races(task: Task, way: str, units: Units, runners: Field, claim: Claim) -> None:
    tally, salt = task.done[way], 10**6 * (1 + WAYS.index(way))
    while tally.races < task.races[way] and tally.good:
        races = min(ROUND, task.races[way] - tally.races)
        await last_one.run(units, runners, claim, salt + tally.races, races, tally)
        task.notes.write_text(json.dumps({way: asdict(one) for way, one in task.done.items()}))
        told = f"{task.name}, {way}: {tally.races:,} races, {tally.claims:,} claims"
        print(told, file=sys.stderr, flush=True)


@asynccontextmanager
async def _serving(task: Task) -> AsyncIterator[Claim]:
    """Claims as taps that are posted to running servers in turn."""
    port = processes.free_port()
    servers = [
        processes.start([sys.executable, "-m", "bench.peers.api", str(port)], port, {}),
        *(
            serve(task.url, f"http://127.0.0.1:{port}", task.folder)()
            for _ in range(PROCESSES[task.name])
        ),
    ]
    ports = [server.port for server in servers[1:]]
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            yield _taps(http, ports)
    finally:
        for server in servers:
            server.stop()


def _taps(http: aiohttp.ClientSession, ports: list[int]) -> Claim:
    signer = Signer(Vault(seeding.SECRET_KEY.encode()).action_key)
    headers = {"X-Telegram-Bot-Api-Secret-Token": updates.SECRET}
    number = int(time.time()) * 10**5

    async def claim(who: int, benefit_id: int, key: str) -> str:
        nonlocal number
        number += 1
        user = FIRST_USER + who
        action = Action("benefit.redeem", (str(benefit_id),), key)
        body = tap(number, user, signer.pack(action, str(user)))
        url = f"http://127.0.0.1:{ports[number % len(ports)]}{OURS}"
        async with http.post(url, data=body, headers=headers) as answer:
            said = await answer.read()
            if answer.status != 200:
                return f"status {answer.status}"
        call: dict[str, Any] = json.loads(said) if said.startswith(b"{") else {}
        return last_one.clear(str(call.get("text") or call.get("caption") or said))

    return claim


@click.command()
@click.option("--races", default=10_000, show_default=True, help="On both databases together.")
@click.option("--webhook", default=1_000, show_default=True, help="Of these over the webhook.")
@click.option("--notes", default="build/last_one", show_default=True, help="Where to note.")
@click.option("--afresh", is_flag=True, help="Forgets what was noted.")
def main(races: int, webhook: int, notes: str, afresh: bool) -> None:
    """Lets 64 claimants at a time race for the last of a benefit, on both databases."""
    kept = Path(notes)
    kept.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = PostgresServer()
        stack.callback(server.stop)
        urls = {"SQLite": f"sqlite:///{folder}/l.db", "PostgreSQL": server.url("postgres")}
        tasks = []
        for name, url in urls.items():
            if afresh:
                (kept / f"{name}.json").unlink(missing_ok=True)
            shares = {"in process": (races - webhook) // 2, "webhook": webhook // 2}
            tasks.append(Task(name, url, folder, kept / f"{name}.json", shares))
        pool = stack.enter_context(multiprocessing.get_context("spawn").Pool(len(tasks)))
        done = pool.map(work, tasks, chunksize=1)
    Console(width=120).print(_table(done))
    bad = [task for task in done if task.audit != "whole" or not all(_good(task))]
    for task in bad:
        print(task.name, task.audit, task.done, file=sys.stderr)
    sys.exit(1 if bad else 0)


def _good(task: Task) -> list[bool]:
    return [tally.good for tally in task.done.values()]


def _table(tasks: list[Task]) -> Table:
    table = Table(title=f"races of {last_one.CLAIMANTS} claimants for what is left of a benefit")
    columns = ("", "races", "claims", "oversold", "undersold", "unclear answers", "wrong", "audit")
    for column in columns:
        table.add_column(column, justify="right" if column else "left")
    for task in tasks:
        for way, one in task.done.items():
            counts = (one.races, one.claims, one.oversold, one.undersold)
            cells = (*counts, len(one.unclear), len(one.wrong))
            table.add_row(f"{task.name}, {way}", *(f"{n:,}" for n in cells), task.audit)
    return table


if __name__ == "__main__":
    main()
