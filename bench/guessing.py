"""Part of `make fault`: ten million codes guessed at the till, beside cashiers who mistype."""

from __future__ import annotations

import multiprocessing
import sys
from functools import partial

import click
from rich.console import Console
from rich.table import Table

from domain.wrong_codes import WITHIN
from tests.proof import guessing
from tests.proof.guessing import Guessed

PROCESSES = 2
CODES, MEMBER_CODES = 500_000, 1_000
"""Vouchers and members' own codes that are good at any moment, in each process."""


@click.command()
@click.option("--count", default=10_000_000, show_default=True, help="Codes to guess.")
@click.option("--seed", default=1, show_default=True, help="Draws the codes and the guesses.")
def main(count: int, seed: int) -> None:
    """Guesses codes in a simulation and prints how many hit, and how long cashiers waited."""
    guess = partial(guessing.simulate, guesses=count // PROCESSES, codes=CODES)
    guess = partial(guess, member_codes=MEMBER_CODES)
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        done = pool.map(guess, range(seed, seed + PROCESSES), chunksize=1)
    found = sum(done, Guessed())
    table = Table(title=f"{found.guesses:,} guessed codes in {found.days:,.1f} simulated days")
    table.add_column("")
    table.add_column("", justify="right")
    for told, figure in (
        ("valid codes in each of two halves", CODES + MEMBER_CODES),
        ("guesses that were looked up, the others met the limit", found.looked_up),
        ("hits, with or without the limit", found.hits),
        ("hours in which operators were alarmed", found.alarms),
        ("codes that cashiers typed well and were served", found.served),
        ("mistyped by cashiers", found.typos),
        ("typed well and refused for a while", found.refused),
        ("longest wait of a cashier, seconds", round(found.longest)),
    ):
        table.add_row(told, f"{figure:,}")
    Console(width=110).print(table)
    sys.exit(0 if not found.hits and found.longest <= WITHIN.total_seconds() else 1)


if __name__ == "__main__":
    main()
