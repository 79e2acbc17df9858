"""`memberbot import …`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from app.commands.common import with_club
from app.failures import Failed
from app.progress import bar
from app.wiring import Club
from domain.money import plain
from services.importing.report import FileRefused

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Check only; write nothing.")


@click.group("import")
def import_() -> None:
    """Bring members and purchases into the club from CSV files.

    A file is checked to its last row first: if anything is wrong, nothing is written and the rows
    are named. Importing the same file twice changes nothing, and completes an import that broke.
    Nobody is sent anything.
    """


@import_.command()
@click.argument("file", type=FILE)
@DRY_RUN
def purchases(file: Path, dry_run: bool) -> None:
    """Import purchases: one line per item, or one per order.

    Columns: source,order_id,line,member,phone,email,occurred_at,currency,amount,store,sku,name,
    category,quantity. `member` is a member number, phone:…, email:… or ext:… (external_id). A
    time without a zone is the programme's. Orders that match nobody wait for their member.
    """
    from app.importing import import_purchases

    async def run(club: Club, progress: Any) -> None:
        done = await import_purchases(
            club.units, file, club.clock.now(), dry_run=dry_run, progress=progress
        )
        total = plain(done.minor, done.currency)
        click.echo(f"{done.lines} lines, {done.orders} orders, {total} {done.currency}")
        if done.zero_values or done.zero_quantities:
            click.echo(
                f"{done.zero_values} lines with value 0 (kept, they earn nothing),"
                f" {done.zero_quantities} lines with quantity 0 (kept, they earn by their value)"
            )
        if dry_run:
            click.echo(f"nothing was written; {done.known} orders are there already")
            return
        click.echo(
            f"{done.booked} orders booked, {done.points} points given; {done.waiting} orders wait"
            f" for their member; {done.known} were there already"
        )

    _run(file, run)


@import_.command()
@click.argument("file", type=FILE)
@DRY_RUN
def members(file: Path, dry_run: bool) -> None:
    """Import members with the points they bring along.

    Columns: external_id,name,phone,email,birthday,gender,city,joined_at,locale,time_zone,points,
    points_expire_at,growth; only external_id is required. Imported members claim their membership
    in the chat by sharing their phone.
    """
    from app.importing import import_members

    async def run(club: Club, progress: Any) -> None:
        done = await import_members(
            club.units, file, club.clock.now(), dry_run=dry_run, progress=progress
        )
        if dry_run:
            click.echo(f"{done.rows} rows, {done.known} are there already; nothing was written")
            return
        click.echo(
            f"{done.added} members added with {done.points} points; {done.known} were there"
            f" already; {done.matched} waiting purchases found their member"
        )

    _run(file, run)


@import_.command()
@click.argument("folder", type=FOLDER)
@DRY_RUN
@click.option("--yes", is_flag=True, help="Write without asking.")
def club(folder: Path, dry_run: bool, yes: bool) -> None:
    """Move in from another system: members with dated balances, levels and vouchers.

    FOLDER holds members.csv (see `import members`) and, as far as there are any:

    \b
    balances.csv  external_id,unit,amount,earned_on,expires_on
    levels.csv    external_id,level,since,until
    vouchers.csv  external_id,benefit,code,issued_on,valid_until
    purchases.csv as `import purchases` has it, for levels and refunds; they earn nothing

    A unit is points, growth, credit_principal or credit_bonus; what is owed is negative. What the
    files say is shown beside what the club will have, then you are asked; afterwards the same is
    read back from the database. Members claim themselves by sharing their phone in the chat.
    """
    from app.commands import club_import

    async def run(opened: Club, progress: Any) -> None:
        await club_import.run(opened, folder, progress, dry_run=dry_run, yes=yes)

    _run(folder, run)


def _run(file: Path, use: Callable[[Club, Any], Awaitable[None]]) -> None:
    async def main(club: Club) -> None:
        with bar(file.name) as progress:
            await use(club, progress)

    with refused_rows(file):
        with_club(main)


@contextmanager
def refused_rows(file: Path) -> Iterator[None]:
    """Shows what is wrong with a file, row by row; then the command fails."""
    try:
        yield
    except FileRefused as refused:
        findings = refused.findings
        for problem in findings.problems:
            click.echo(problem, err=True)
        more = f" ({findings.more} more are not shown)" if findings.more else ""
        raise Failed(f"{file}: {findings.count} problems{more}; nothing was written") from refused
