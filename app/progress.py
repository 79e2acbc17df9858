"""Progress of long work: a bar on a terminal, plain lines otherwise; always on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

WORDS = {
    "check": "checking",
    "read": "reading",
    "write": "writing",
    "replay": "replaying",
    "audit": "proving",
}
STEP = 10
"""Plain lines come at every so many percent."""

Report = Callable[[str, int, int], None]


@contextmanager
def bar(name: str) -> Iterator[Report]:
    """A function to call with the stage, how much is done and how much there is."""
    if sys.stderr.isatty():
        with _terminal(name) as report:
            yield report
    else:
        yield _plain(name)


@contextmanager
def _terminal(name: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(f"{WORDS.get(stage, stage)} {name}", total=total)
            progress.update(tasks[stage], completed=done, total=max(total, 1))

        yield report


def _plain(name: str) -> Report:
    shown: dict[str, int] = {}

    def report(stage: str, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1) // STEP * STEP
        if percent > shown.get(stage, -1):
            shown[stage] = percent
            click.echo(f"{WORDS.get(stage, stage)} {name}: {percent} %", err=True)

    return report
