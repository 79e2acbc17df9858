"""`memberbot closing`: the day at the till as an Excel file, beside the till's own file or not."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click

from app.commands.common import ACTOR, changed, seen
from app.till_file import read
from app.wiring import Club
from domain.errors import StoreNotFound
from services import closing as service
from services.closing import Closing, FileLine
from storage.work import Work

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("closing")
@click.option("--store", "code", help="Code of the store; left out: all stores together.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Local day; today if left out.")
@click.option("--till", type=FILE, help="The till's own CSV file: reference,amount.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def closing(
    code: str | None, day: datetime | None, till: Path | None, lang: str, file: Path
) -> None:
    """Write the daily closing to FILE (.xlsx): figures by operator, vouchers, every line.

    With --till a sheet lists where the till's own file says otherwise: what is only here, only
    there, or has another amount. Its columns: `reference` (receipt number or voucher code) and
    `amount` (money paid; empty for a voucher).
    """
    rows = read(till, seen(lambda work, _: work.programmes.current().currency)) if till else None

    def use(work: Work, club: Club) -> tuple[Closing, bytes, int]:
        made = _made(work, club, code, day.date() if day else None)
        content, gaps = _content(work, made, rows)
        detail = {"store": code or "", "day": made.day.isoformat(), "differences": gaps}
        work.audit.add(ACTOR, "till.closing", ("till", code or "all"), club.clock.now(), detail)
        return made, _sheet(club, content, lang), gaps

    made, content, gaps = changed(use)
    half = file.with_name(f"{file.name}.part")
    try:
        half.write_bytes(content)
        os.replace(half, file)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    click.echo(f"{file}: {made.day}, {len(made.entries)} lines, {len(made.shifts)} shifts")
    if rows is not None:
        click.echo(f"{len(rows)} lines of the till's file compared: {gaps} differences")


def _made(work: Work, club: Club, code: str | None, day: date | None) -> Closing:
    store = work.stores.by_code(code) if code else None
    if code and store is None:
        raise StoreNotFound(code)
    store_id = store.id if store else None
    asked = day or service.today(work, store_id, club.clock.now())
    return service.closing(work, asked, store_id=store_id)


def _content(work: Work, made: Closing, rows: list[FileLine] | None) -> tuple[bytes, int]:
    data, gaps = service.plain(made), 0
    if rows is not None:
        found = service.compare(work, made, rows)
        data["differences"], gaps = [asdict(one) for one in found], len(found)
    return json.dumps(data).encode(), gaps


def _sheet(club: Club, content: bytes, lang: str) -> bytes:
    from templates.sheets import closing as sheet

    return sheet.xlsx(club.renderer.words, content, lang)
