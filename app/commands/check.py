"""`memberbot check`."""

from __future__ import annotations

import logging

import click


@click.command()
@click.option("--offline", is_flag=True, help="Ask nobody: leave the bot token out.")
def check(offline: bool) -> None:
    """Find everything that is wrong with this installation, all at once.

    Looks at the settings, the programme, the message templates, the database and its level, the
    secret key, the bot token (one call of getMe), and lists events that could not be handled.
    Exit code 1 if anything is wrong.
    """
    from app import checking, logs
    from app.failures import Failed
    from app.running import run

    logs.set_up(level=logging.CRITICAL)
    problems = 0
    for finding in run(checking.findings(offline=offline)):
        problems += not finding.good
        mark = click.style("ok     ", fg="green") if finding.good else _problem()
        click.echo(f"{mark} {finding.part}: {finding.text}")
        for line in finding.more:
            click.echo(f"        {line}")
    if problems:
        noun = "problem" if problems == 1 else "problems"
        raise Failed(f"{problems} {noun} found")
    click.echo("everything is in order")


def _problem() -> str:
    return click.style("PROBLEM", fg="red")
