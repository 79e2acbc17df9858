"""Part of `make fault`: ten years of a service desk, every deadline told of once."""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from storage import migrations
from tests.proof.ticket_years import Proven, TicketYears

START = datetime(2016, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of one club's years."""

    seed: int
    seconds: float
    proven: Proven


def live(given: tuple[int, int]) -> Lived:
    """Lives one club's years in this process."""
    seed, years = given
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'desk.db'}"
        migrations.upgrade(url)
        proven = asyncio.run(_live(url, seed, START.replace(year=START.year + years)))
    return Lived(seed, time.monotonic() - began, proven)


async def _live(url: str, seed: int, end: datetime) -> Proven:
    years = TicketYears(url, seed)
    try:
        return await years.live(START, end)
    finally:
        await years.close()


@click.command()
@click.option("--years", default=10, show_default=True, help="Years to live, from 2016 on.")
@click.option("--clubs", default=2, show_default=True, help="Clubs with a desk each.")
@click.option("--seed", default=1, show_default=True, help="Where chance begins.")
def main(years: int, clubs: int, seed: int) -> None:
    """Lives years of a desk: no reminder or escalation is missed or comes twice."""
    table = Table(title=f"{years} years of a service desk, each beside a model")
    for head in ("club", "tickets", "told", "outages", "seconds", "wrong"):
        table.add_column(head, justify="right")
    wrong: list[str] = []
    given = [(seed + number, years) for number in range(clubs)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for one in pool.imap(live, given):
            of = one.proven
            cells = [f"{count:,}" for count in (of.tickets, of.expected, of.outages)]
            table.add_row(str(one.seed), *cells, f"{one.seconds:.0f}", str(len(of.wrong)))
            wrong += of.wrong
    Console(width=110).print(table)
    for line in wrong[:50]:
        click.echo(line, err=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
