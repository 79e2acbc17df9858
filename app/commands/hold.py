"""`memberbot hold on` and `memberbot hold off`."""

from __future__ import annotations

import click

from app.commands.common import ACTOR, changed
from app.wiring import Club
from services import post
from storage.work import Work


@click.command()
@click.argument("switch", type=click.Choice(["on", "off"]))
def hold(switch: str) -> None:
    """Stop all sending but service messages within five seconds, or resume it.

    Care, campaigns and surveys wait while the hold is on; answers, receipts and reminders of
    expiring points go on. Nothing is lost: what waits is sent after `memberbot hold off`.
    """

    def use(work: Work, club: Club) -> bool:
        return post.hold(work, switch == "on", ACTOR, club.clock.now())

    new = changed(use)
    if switch == "on":
        click.echo("Sending is on hold; only service messages leave." if new else "It is on hold.")
    else:
        click.echo("Sending goes on." if new else "It was not on hold.")
