"""`memberbot import club`: what is shown of a move, before it and after it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from app.failures import Failed
from app.wiring import Club
from domain.money import plain
from domain.programme import Programme, say
from services.importing import club_rows, club_tally
from services.importing.club import ClubImport
from services.importing.club_tally import Line

_TITLES: Final = {
    club_tally.MEMBERS: "members by level",
    club_tally.BY_LEVEL: "points by level",
    club_tally.BY_MONTH: "points by the month of their last day",
    club_tally.OWED: "points owed",
    club_rows.GROWTH: "growth value",
    club_tally.CREDIT: "stored value",
    club_tally.VOUCHERS: "vouchers by benefit",
}
_LABELS: Final = {
    club_tally.NEVER: "never expiring",
    club_tally.ALL: "all members",
    club_rows.PRINCIPAL: "principal",
    club_rows.BONUS: "given on top",
}
_WHY: Final = {
    club_tally.LAPSED: "lapsed before today, come as expired",
    club_tally.ERASED: "erased since, not brought back",
}
_WIDTHS: Final = (26, 15, 15)


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
        f"{done.added} members added, {done.known} were there already; {done.matched} waiting"
        " purchases found their member; every line agrees"
    )


def _asked(job: ClubImport) -> bool:
    if not job.to_come:
        return True
    if not sys.stdin.isatty():
        raise Failed("nobody is there to be asked; add --yes to write, or --dry-run to only look")
    return click.confirm(f"Write these {job.to_come} members into the club?")


def _require_even(lines: Sequence[Line], advice: str) -> None:
    if odd := club_tally.unexplained(lines):
        raise Failed(f"{len(odd)} lines do not agree with the files; {advice}")


# -- the table --------------------------------------------------------------------------


def show(lines: Sequence[Line], programme: Programme, now: str) -> None:
    """Prints the reconciliation, section by section, in 80 columns."""
    click.echo(_row("", "in the files", now))
    section = ""
    for line in lines:
        if line.section != section:
            section = line.section
            click.echo(_TITLES[section])
        click.echo(_told(line, programme))


def _told(line: Line, programme: Programme) -> str:
    label = _label(line, programme)
    row = _row(
        f"  {label}", _amount(line, line.files, programme), _amount(line, line.club, programme)
    )
    notes = [f"{_amount(line, amount, programme)} {_WHY[reason]}" for reason, amount in line.why]
    if line.unexplained:
        notes.append(f"{_amount(line, line.unexplained, programme)} NOT EXPLAINED")
    return "\n".join([row, *(f"    {note}" for note in notes)])


def _label(line: Line, programme: Programme) -> str:
    if line.section in (club_tally.MEMBERS, club_tally.BY_LEVEL):
        level = programme.level(line.label)
        return f"{level.key} {say(level.names, 'zh')}"
    return _LABELS.get(line.label, line.label)


def _amount(line: Line, amount: int, programme: Programme) -> str:
    if line.section == club_tally.CREDIT:
        return plain(amount, programme.currency)
    return f"{amount:,}"


def _row(label: str, files: str, club: str) -> str:
    from rich.cells import cell_len

    first = label + " " * max(1, _WIDTHS[0] - cell_len(label))
    return f"{first}{files:>{_WIDTHS[1]}}{club:>{_WIDTHS[2] + 4}}"
