"""`memberbot store …`."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.common import ACTOR, changed, seen, table
from app.failures import Failed


@click.group()
def store() -> None:
    """The brand's shops: code, name, city, time zone, opening hours."""


@store.command()
@click.argument("code")
@click.argument("name")
@click.option("--city", default="")
@click.option("--zone", default="", help="Time zone such as Asia/Shanghai; else the programme's.")
@click.option("--hours", default="", help="Opening hours as they are shown, such as 9:00-21:00.")
def add(code: str, name: str, city: str, zone: str, hours: str) -> None:
    """Add a shop. Purchases and operators name it by its CODE."""
    from services import stores

    made = changed(
        lambda work, club: stores.add(
            work, code, name, ACTOR, club.clock.now(), city=city, zone=zone, hours=hours
        )
    )
    click.echo(f"store {made.code} is added")


@store.command("list")
def list_() -> None:
    """List all shops."""
    from services import stores

    rows = [
        (s.code, s.name, s.city, s.zone, s.hours)
        for s in seen(lambda work, _: stores.all_stores(work))
    ]
    none = "no stores yet; add one with: memberbot store add CODE NAME"
    table(("code", "name", "city", "zone", "hours"), rows, none)


@store.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Add shops from a CSV file with the columns code,name,city,zone,hours.

    All or nothing. A shop that is there already with the same values is left alone, so importing
    twice changes nothing.
    """
    from app import store_file

    rows, problems = store_file.read(file)
    if not problems:
        try:
            added = changed(lambda work, club: store_file.add(work, rows, club.clock.now()))
        except store_file.Refusals as refusals:
            problems = refusals.problems
        else:
            click.echo(f"{added} stores added, {len(rows) - added} were there already")
            return
    for problem in problems[: store_file.SHOWN]:
        click.echo(problem, err=True)
    more = len(problems) - store_file.SHOWN
    left = f" ({more} more are not shown)" if more > 0 else ""
    noun = "problem" if len(problems) == 1 else "problems"
    raise Failed(f"{file}: {len(problems)} {noun}{left}; nothing was changed")
