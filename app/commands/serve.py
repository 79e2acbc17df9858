"""`memberbot serve`."""

from __future__ import annotations

import click

from app.commands.common import load
from app.running import run


@click.command()
@click.option("--with-work", is_flag=True, help="Also do the work of `memberbot work` here.")
@click.option("--host", help="Address to listen on, instead of MEMBERBOT_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of MEMBERBOT_PORT.")
def serve(with_work: bool, host: str | None, port: int | None) -> None:
    """Run the bot: webhook or polling, the API, health and metrics.

    One small machine needs nothing else with --with-work; larger clubs run any number of
    `memberbot serve` and `memberbot work` on PostgreSQL.
    """
    from app import serving

    settings = load()
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=chosen)
    run(serving.serve(settings, with_work=with_work, told=lambda line: click.echo(line)))
