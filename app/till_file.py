"""Reading a till's own file for the daily closing: which receipts and vouchers, how much."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from domain.errors import Refused
from domain.money import parse_money
from services.closing import FileLine
from services.importing import reading
from services.importing.reading import Columns
from services.importing.report import FileRefused, Findings

COLUMNS: Final = Columns(("reference",), ("amount",))
LARGEST: Final = 16 * 1024 * 1024


def read(path: Path, currency: str) -> list[FileLine]:
    """The lines of a CSV file with the columns `reference` and `amount`. Raises ClickException
    that names every row with a fault; then nothing is compared."""
    if path.stat().st_size > LARGEST:
        raise click.ClickException("the till's file is larger than 16 MB; it is to hold one day")
    findings, found = Findings(), []
    try:
        for line, (reference, amount) in reading.rows(path, COLUMNS, findings):
            if not reference.strip():
                findings.add(line, "reference", "is empty; give the receipt number or the code")
                continue
            found.append(FileLine(line, reference, _minor(amount, currency, line, findings)))
    except FileRefused:
        pass  # the findings say why
    if findings:
        told = [str(one) for one in findings.problems]
        more = [f"and {findings.more} more"] if findings.more else []
        raise click.ClickException("\n".join([f"{path.name} was not read:", *told, *more]))
    return found


def _minor(text: str, currency: str, line: int, findings: Findings) -> int | None:
    if not text.strip():
        return None
    try:
        return parse_money(text, currency).minor
    except Refused:
        findings.add(line, "amount", f"{text[:40]!r} is no amount in {currency}")
        return None
