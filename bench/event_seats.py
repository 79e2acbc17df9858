"""Races of 64 members for the last seats of events, on both databases.

python -m bench.event_seats --rounds 10000
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from services.audit import prove
from tests.proof.event_seats import Tally, prepare, run
from tests.support.club import Club, programme
from tests.support.databases import KINDS, MIGRATED, Databases
from tests.support.postgres import PostgresServer

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
"""By day in Shanghai, when offers are said at once."""


async def _race(url: str, rounds: int) -> tuple[Tally, list[str]]:
    club = await Club(url, programme()).open()
    try:
        members = await prepare(club.units, NOW)
        tally = await run(club.units, members, NOW, range(rounds))
        proofs = await club.write(lambda work: list(prove(work)))
        return tally, [proof.name for proof in proofs if not proof.holds]
    finally:
        await club.close()


@click.command()
@click.option("--rounds", default=200, show_default=True, help="Races on each database.")
def main(rounds: int) -> None:
    """Races for the last seats: never overbooked, never free while somebody waits."""
    table = Table(title=f"{rounds:,} races of 64 members for the last seats of an event")
    for head in ("database", "requests", "refused", "wrong", "audit", "seconds"):
        table.add_column(head, justify="right")
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder), PostgresServer)
        for kind in KINDS:
            began = time.monotonic()
            url = databases.make(kind, MIGRATED)
            tally, broken = asyncio.run(_race(url, rounds))
            wrong += [*tally.wrong, *broken]
            cells = [f"{tally.answers:,}", f"{tally.refused:,}", str(len(tally.wrong))]
            audit = "; ".join(broken) or "holds"
            table.add_row(kind, *cells, audit, f"{time.monotonic() - began:.0f}")
        databases.close()
    Console(width=110).print(table)
    for line in wrong[:50]:
        click.echo(line, err=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
