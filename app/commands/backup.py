"""`memberbot backup`."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from app.commands.common import load


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to a new FILE while the club goes on working.

    SQLite is copied as it stands at one moment, PostgreSQL with pg_dump. Keep the secret key
    beside it: without it personal data cannot be read. A club that is started on such a copy
    sends nothing but new replies until `memberbot hold off`; docs/how-to/backup tells the rest.
    """
    from app import backing_up
    from app.clock import real_now
    from storage import engines

    settings = load(logging.WARNING)
    if engines.is_postgres(settings.database):
        words, _ = backing_up.command(settings.database, file)
        click.echo(" ".join(words))
        size = backing_up.postgres(settings.database, file)
    else:
        size = backing_up.sqlite(settings.database, file, real_now())
    click.echo(f"{file} holds the database, {size / 2**20:.1f} MB.")
