"""Part of `make fault`: ten years of care in twelve zones, through the real jobs and the post."""

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
from tests.proof.care_years import ZONES, CareYears, Proven

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
        url = f"sqlite:///{Path(folder) / 'care.db'}"
        migrations.upgrade(url)
        end = START.replace(year=START.year + years)
        proven = asyncio.run(_live(url, seed, end))
    return Lived(seed, time.monotonic() - began, proven)


async def _live(url: str, seed: int, end: datetime) -> Proven:
    years = CareYears(url, ZONES, 1, seed)
    try:
        return await years.live(START, end)
    finally:
        await years.close()


@click.command()
@click.option("--years", default=10, show_default=True, help="Years to live, from 2016 on.")
@click.option("--clubs", default=2, show_default=True, help="Clubs of twelve members each.")
@click.option("--seed", default=1, show_default=True, help="Where chance begins.")
def main(years: int, clubs: int, seed: int) -> None:
    """Lives years of care: every birthday greeted once, every reminder right, none at night."""
    table = Table(title=f"{years} years of care in {len(ZONES)} zones, each beside a model")
    heads = ("club", "greetings", "reminders", "too late", "while moving", "outages", "seconds")
    for head in (*heads, "wrong"):
        table.add_column(head, justify="right")
    wrong: list[str] = []
    given = [(seed + number, years) for number in range(clubs)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for one in pool.imap(live, given):
            of = one.proven
            counts = (of.greetings, of.reminders, of.too_late, of.moving, of.outages)
            cells = [f"{count:,}" for count in counts]
            table.add_row(str(one.seed), *cells, f"{one.seconds:.0f}", str(len(of.wrong)))
            wrong += of.wrong
    Console(width=110).print(table)
    for line in wrong[:50]:
        click.echo(line, err=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
