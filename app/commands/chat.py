"""`memberbot chat`."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os

import click

from app.commands.common import load
from app.running import run
from app.serving import make_worker
from app.settings import Settings
from app.wiring import opened


@click.command()
@click.option("--user", default="", help="Who writes; another name is another person.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Your language to begin with.")
def chat(user: str, language: str | None) -> None:
    """Talk to the bot in this terminal: the same answers as in Telegram, buttons as numbers."""
    locale = language or os.environ.get("LANG", "").partition("_")[0].replace("C.UTF-8", "")
    run(_talk(load(logging.CRITICAL), user or getpass.getuser(), locale))


async def _talk(settings: Settings, user: str, locale: str) -> None:
    from bot.messages import Reply
    from bot.terminal import chat as terminal
    from bot.terminal.console import console
    from bot.terminal.screen import body

    async with opened(settings) as club:

        def trouble() -> str:
            shown = club.renderer.render(Reply("error.broken"), locale, user, 0)
            return body(shown.text, colours=False) + "\n\n"

        io = console()
        # Each person's terminal is an account of its own, so that what is sent to one of them
        # does not come out at another's.
        channel = terminal.TerminalChannel(io, settings.data / "received", account=user)
        worker = make_worker(club, [channel])
        club.shared.after_commit = worker.push
        sending = [asyncio.create_task(sender.run()) for sender in worker.senders]
        click.echo("Ctrl-D ends the conversation.\n")
        try:
            await terminal.run(
                club.dispatch, io, channel=channel, user=user, locale=locale, trouble=trouble
            )
        finally:
            await worker.stop()
            await asyncio.wait(sending)
