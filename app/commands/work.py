"""`memberbot work`."""

from __future__ import annotations

import click

from app.commands.common import load
from app.running import run


@click.command()
def work() -> None:
    """Do what happens by itself: the clock, care, campaigns, and sending.

    Any number of these on PostgreSQL; one is enough on SQLite, or use `serve --with-work`.
    """
    from app import serving

    run(serving.work(load(), told=lambda line: click.echo(line)))
