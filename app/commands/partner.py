"""`memberbot partner …`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from app.commands.common import ACTOR, changed, seen, table
from app.commands.content import WORDS
from app.failures import Failed
from domain.money import plain


@click.group()
def partner() -> None:
    """Firms whose offers members can have, and what we owe them."""


@partner.command()
@click.argument("key")
@click.option("--zh", required=True, help="The name in Chinese.")
@click.option("--en", required=True, help="The name in English.")
def add(key: str, zh: str, en: str) -> None:
    """Add a partner, or change the names of one. Benefits name it by its KEY."""
    from services import partnering

    names = {"zh": zh, "en": en}
    outcome = changed(
        lambda work, club: partnering.save(work, key, names, ACTOR, club.clock.now())
    )
    click.echo(f"{key}: {WORDS[outcome]}")


@partner.command("list")
def list_() -> None:
    """List all partners."""
    rows = [
        (one.key, one.names.get("zh", ""), one.names.get("en", ""))
        for one in seen(lambda work, _: work.partners.all())
    ]
    none = "no partners yet; add one with: memberbot partner add KEY --zh … --en …"
    table(("key", "zh", "en"), rows, none)


@partner.command()
@click.argument("key")
@click.option("--month", required=True, help="Which month, such as 2026-10.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def settlement(key: str, month: str, file: Path) -> None:
    """Write what we owe the partner KEY for a month to FILE (.xlsx or .csv).

    For each benefit and batch: codes handed out, of vouchers cancelled, used as far as our tills
    saw it, and the wholesale sum.
    """
    from app import settlement_file
    from services import partnering

    write = settlement_file.WRITERS.get(file.suffix.lower())
    if write is None:
        raise click.UsageError(f"{file.name} must end in .xlsx or .csv")
    first = _first_day(month)
    found = changed(
        lambda work, club: partnering.settlement(work, key, first, ACTOR, club.clock.now())
    )
    write(file, found)
    total = plain(found.owed, found.currency)
    click.echo(f"{len(found.batches)} batches, {total} {found.currency} owed: {file}")


def _first_day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise Failed(f"{month} is no month; write it as 2026-10") from error
