"""`memberbot hold on`, `memberbot hold off` and `memberbot hold restored`."""

from __future__ import annotations

import click

from app.commands.common import ACTOR, changed
from app.wiring import Club
from services import post, restoring
from storage.work import Work


@click.command()
@click.argument("switch", type=click.Choice(["on", "off", "restored"]))
def hold(switch: str) -> None:
    """Stop all sending but service messages within five seconds, or resume it.

    Care, campaigns and surveys wait while the hold is on; answers, receipts and reminders of
    expiring points go on. Nothing is lost: what waits is sent after `memberbot hold off`.

    A club that starts on a restored backup holds by itself, and nothing but new replies leaves;
    `restored` says so of a copy that it cannot know for one. After `memberbot hold off` whatever
    was due before the restoring is listed as unknown, and sent to nobody by itself.
    """
    if switch == "restored":
        changed(_restored)
        click.echo("Only new replies are sent, until: memberbot hold off")
        return
    new, doubtful = changed(_on if switch == "on" else _off)
    if switch == "on":
        click.echo("Sending is on hold; only service messages leave." if new else "It is on hold.")
    else:
        click.echo("Sending goes on." if new else "It was not on hold.")
    if doubtful:
        noun = "message" if doubtful == 1 else "messages"
        click.echo(f"{doubtful} {noun} may have been sent before; see: memberbot post unknown")


def _on(work: Work, club: Club) -> tuple[bool, int]:
    return post.hold(work, True, ACTOR, club.clock.now()), 0


def _off(work: Work, club: Club) -> tuple[bool, int]:
    doubtful = restoring.lift(work) if post.hold_state(work) == post.RESTORED else 0
    return post.hold(work, False, ACTOR, club.clock.now()), doubtful


def _restored(work: Work, club: Club) -> None:
    now = club.clock.now()
    restoring.by_hand(work, now, ACTOR)
    post.hold_restored(work, now)
