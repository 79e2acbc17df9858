"""`memberbot import club`: what is shown of a move, before it and after it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import click

from app.failures import Failed
from app.wiring import Club
from domain.money import plain
from domain.programme import Programme
from services.importing import club_rows, club_tally
from services.importing.club import ClubImport
from services.importing.club_tally import Line

_TITLES: Final = {
    club_tally.MEMBERS: "members by level",
    club_tally.BY_LEVEL: "points by level",
    club_tally.BY_MONTH: "points by month of their last day",
    club_tally.OWED: "points owed",
    club_rows.GROWTH: "growth value",
    club_tally.CREDIT: "stored value, in money",
    club_tally.VOUCHERS: "vouchers by benefit",
    club_tally.ORDERS: "purchases of the past",
    club_tally.MONEY: "money of the purchases of the past",
}
_LABELS: Final = {
    club_tally.NEVER: "never expiring",
    club_rows.PRINCIPAL: "principal",
    club_rows.BONUS: "given on top",
}
_WHY: Final = {
    club_tally.LAPSED: "lapsed before today, come as expired",
    club_tally.ERASED: "erased since, not brought back",
}
_WIDTHS: Final = (36, 16, 20)


async def run(club: Club, folder: Path, progress: Any, *, dry_run: bool, yes: bool) -> None:
    """Checks a folder, shows the reconciliation, asks, writes, and shows what was written."""
    from app.importing import import_club

    agreed = False

    def agree(job: ClubImport) -> bool:
        nonlocal agreed
        show(job.plan(), job.programme, "in the club after")
        _require_even(job.plan(), "nothing was written")
        agreed = not dry_run and (yes or _asked(job))
        return agreed

    job = await import_club(club.units, folder, club.clock.now(), agree, progress=progress)
    done = job.result
    if not agreed:
        click.echo(f"{done.members} members, {done.known} are there already; nothing was written")
        return
    show(job.proof(), job.programme, "in the club now")
    _require_even(job.proof(), "see the lines above; memberbot audit proves the ledger itself")
    click.echo(
        f"{done.added} members and {done.orders} purchases of the past added, {done.known} members"
        f" were there already; {done.matched} waiting purchases found their member; every line"
        " agrees"
    )


def _asked(job: ClubImport) -> bool:
    if not job.to_come:
        return True
    if not sys.stdin.isatty():
        raise Failed("nobody is there to be asked; add --yes to write, or --dry-run to only look")
    return click.confirm("Write what is not there yet into the club?")


def _require_even(lines: Sequence[Line], advice: str) -> None:
    if odd := club_tally.unexplained(lines):
        raise Failed(f"{len(odd)} lines do not agree with the files; {advice}")


# -- the table --------------------------------------------------------------------------


def show(lines: Sequence[Line], programme: Programme, now: str) -> None:
    """Prints the reconciliation, section by section, in 80 columns."""
    click.echo(_row("", "in the files", now))
    for section, group in groupby(lines, key=lambda line: line.section):
        some = list(group)
        first = some[0]
        sums = [sum(line.files for line in some), sum(line.club for line in some)]
        files, club = (_amount(first, amount, programme) for amount in sums)
        click.echo(_row(_TITLES[section], files, club))
        for line in some:
            click.echo(_told(line, programme), nl=False)


def _told(line: Line, programme: Programme) -> str:
    """A line with what explains its difference; one that is a whole section says only that."""
    files, club = (_amount(line, amount, programme) for amount in (line.files, line.club))
    rows = [] if line.label == club_tally.ALL else [_row(f"  {_label(line)}", files, club)]
    rows += [f"    {_amount(line, amount, programme)} {_WHY[why]}" for why, amount in line.why]
    if line.unexplained:
        rows.append(f"    {_amount(line, line.unexplained, programme)} NOT EXPLAINED")
    return "".join(f"{row}\n" for row in rows)


def _label(line: Line) -> str:
    return _LABELS.get(line.label, line.label)


def _amount(line: Line, amount: int, programme: Programme) -> str:
    if line.section in (club_tally.CREDIT, club_tally.MONEY):
        return plain(amount, programme.currency)
    return f"{amount:,}"


def _row(label: str, files: str, club: str) -> str:
    from rich.cells import cell_len

    first = label + " " * max(1, _WIDTHS[0] - cell_len(label))
    return f"{first}{files:>{_WIDTHS[1]}}{club:>{_WIDTHS[2]}}"
