"""What commands share: settings, logging, running on a club that is open, tables."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import click

from app import logs, settings
from app.running import run
from app.settings import Settings
from app.wiring import Club, guarded_secrets, opened
from services.ports.club import Actor
from storage.work import Work

log = logging.getLogger(__name__)
T = TypeVar("T")
ACTOR = Actor("cli")


def load(level: int = logging.INFO) -> Settings:
    """The settings; the log is set up with them. Raises SettingsInvalid."""
    found = settings.load()
    logs.set_up(found.log, guarded_secrets(found), level)
    for sentence in settings.strangers():
        log.warning(sentence)
    return found


def with_club(use: Callable[[Club], Awaitable[T]], given: Settings | None = None) -> T:
    """Opens the club, runs `use` on it and closes it again; says little on the way."""
    found = given or load(logging.WARNING)

    async def main() -> T:
        async with opened(found) as club:
            return await use(club)

    return run(main())


def changed(use: Callable[[Work, Club], T]) -> T:
    """Runs a change in one transaction on the opened club."""

    async def main(club: Club) -> T:
        return await club.units.write(lambda work: use(work, club))

    return with_club(main)


def seen(use: Callable[[Work, Club], T]) -> T:
    """Reads something of the opened club."""

    async def main(club: Club) -> T:
        return await club.units.read_long(lambda work: use(work, club))

    return with_club(main)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], none: str) -> None:
    """Prints rows in columns that fit their content, or `none` if there are no rows."""
    from rich.cells import cell_len

    if not rows:
        click.echo(none)
        return
    lines = [heads, *rows]
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(heads))]
    for line in lines:
        padded = zip(line, widths, strict=True)
        cells = [text + " " * (width - cell_len(text)) for text, width in padded]
        click.echo("  ".join(cells).rstrip())
