"""Part of `make fault`: ten years in each of twelve zones, through the real services."""

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
from tests.clock.years import POLICIES, ZONES, Years


@dataclass(frozen=True, slots=True)
class Decade:
    """One club: its zone, the name of its expiry, and years to live."""

    zone: str
    policy: str
    years: int
    seed: int


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it: balances compared, seconds; `wrong` is empty when all held."""

    decade: Decade
    compared: int
    seconds: float
    wrong: str


def live(decade: Decade) -> Lived:
    """Lives one club's years in this process."""
    began, compared, wrong = time.monotonic(), 0, ""
    start = datetime(2016, 1, 1, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'years.db'}"
        migrations.upgrade(url)
        years = Years(url, decade.zone, POLICIES[decade.policy], decade.seed)
        try:
            end = start.replace(year=start.year + decade.years)
            compared = asyncio.run(years.live(start, end))
        except AssertionError as error:
            wrong = str(error)[:2000] or "an assertion failed"
    return Lived(decade, compared, time.monotonic() - began, wrong)


@click.command()
@click.option("--years", default=10, show_default=True, help="Years to live, from 2016 on.")
@click.option("--policies", default=1, show_default=True, help="Kinds of expiry in each zone.")
@click.option("--seed", default=1, show_default=True, help="Where chance begins.")
def main(years: int, policies: int, seed: int) -> None:
    """Lives years in twelve zones: nothing may expire early, late or twice."""
    names = list(POLICIES)
    clubs = [
        Decade(zone, names[(place + turn) % len(names)], years, seed + place)
        for place, zone in enumerate(ZONES)
        for turn in range(min(policies, len(names)))
    ]
    table = Table(title=f"{years} years in each zone, every balance beside a model")
    for name in ("zone", "points last", "compared", "seconds", ""):
        table.add_column(name, justify="right" if name in ("compared", "seconds") else "left")
    wrong = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for one in pool.imap(live, clubs):
            held = "all held" if not one.wrong else "WRONG"
            times = (f"{one.compared:,}", f"{one.seconds:.1f}")
            table.add_row(one.decade.zone, one.decade.policy, *times, held)
            wrong += [one] if one.wrong else []
    Console(width=110).print(table)
    for one in wrong:
        click.echo(f"{one.decade}: {one.wrong}", err=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
