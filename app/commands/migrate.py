"""`memberbot migrate`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import click

from app.commands.common import load

T = TypeVar("T")


@click.command()
def migrate() -> None:
    """Bring the database to the newest level. Safe to run again: nothing happens then."""
    from app.failures import Failed
    from app.wiring import refuse_newer
    from storage import engines, migrations

    settings = load(logging.WARNING)
    if not engines.is_postgres(settings.database):
        settings.data.mkdir(parents=True, exist_ok=True)
    before = _tried(lambda: migrations.level(settings.database))
    refuse_newer(before, migrations.newest())
    _tried(lambda: migrations.upgrade(settings.database))
    after = _tried(lambda: migrations.level(settings.database))
    if after != migrations.newest():
        raise Failed("the database did not reach the newest level; see the log above")
    came = f"came from {before or 'empty'}" if before != after else "was there already"
    click.echo(f"the database stands at level {after} ({came})")


def _tried(use: Callable[[], T]) -> T:
    from app.failures import Failed

    try:
        return use()
    except Exception as error:
        reason = (str(getattr(error, "orig", error)) or type(error).__name__).splitlines()[0]
        raise Failed(f"the database cannot be used: {reason}") from error
