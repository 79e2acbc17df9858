"""`memberbot export …`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from app.commands.common import ACTOR, with_club
from app.csv_file import written
from app.failures import Failed
from app.wiring import Club
from services.exporting import KINDS, Export, begin, page
from storage.work import Work


@click.command()
@click.argument("what", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--by", default="", help="The operator who asks; an owner sees persons unmasked.")
def export(what: str, file: Path, by: str) -> None:
    """Write a table of everything to FILE as CSV.

    Names, numbers, phones and e-mails are masked, unless --by names an operator whose role may
    see them (owner). Codes, texts of messages and of complaints are never part of it. Cells that
    a spreadsheet would run are made harmless, times are local, and every export is in the audit.
    """

    async def use(club: Club) -> int:
        def start(work: Work) -> Export:
            operator = work.staff.by_name(by) if by else None
            if by and (operator is None or not operator.active):
                raise Failed(f"there is no operator {by}; see: memberbot operator list")
            return begin(work, what, operator, ACTOR, club.clock.now())

        table = await club.units.write(start)
        count, after = 0, None
        with written(file, table.heads) as out:
            while True:
                rows, after = await club.units.read_long(partial(page, export=table, after=after))
                for row in rows:
                    out.write(row)
                count += len(rows)
                if after is None:
                    return count

    count = with_club(use)
    click.echo(f"{count} rows: {file}")
