"""A partner's settlement as a file: Excel or CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from app.csv_file import safe, written
from domain.money import exponent, plain
from services.partnering import Settlement

HEADS: Final = (
    *("benefit", "name", "name_en", "batch", "imported_on", "codes"),
    *("handed_out", "returned", "used", "wholesale", "owed", "currency"),
)
_WIDTHS: Final = (18, 24, 24, 24, 12, 10, 12, 10, 10, 12, 14, 10)
_MONEY: Final = (9, 10)


def _rows(found: Settlement) -> Iterator[tuple[object, ...]]:
    """Each batch's row; amounts in minor units."""
    for one in found.batches:
        batch = one.batch
        names = (one.names.get("zh", ""), one.names.get("en", ""))
        yield (
            *(one.benefit_key, *names, batch.key, f"{batch.at:%Y-%m-%d}", batch.codes),
            *(one.handed_out, one.returned, one.used, batch.wholesale_minor, one.owed),
            found.currency,
        )


def _total(found: Settlement) -> tuple[object, ...]:
    sums = [sum(getattr(one, name) for one in found.batches) for name in HEADS[6:9]]
    return (f"{found.month:%Y-%m}", "", "", "", "", "", *sums, "", found.owed, found.currency)


def write_csv(path: Path, found: Settlement) -> None:
    """Raises OSError."""
    with written(path, HEADS) as file:
        for row in (*_rows(found), _total(found)):
            file.write([_plain(place, cell, found.currency) for place, cell in enumerate(row)])


def _plain(place: int, cell: object, currency: str) -> object:
    return plain(cell, currency) if place in _MONEY and isinstance(cell, int) else cell


def write_xlsx(path: Path, found: Settlement) -> None:
    """Raises OSError; then nothing is left behind."""
    from xlsxwriter import Workbook

    half = path.with_name(f"{path.name}.part")
    try:
        # What begins like a formula or a link stays a text.
        plain_texts = {"strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(half, plain_texts) as book:
            _fill(book, found)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def _fill(book: Any, found: Settlement) -> None:
    places = exponent(found.currency)
    money = book.add_format({"num_format": f"#,##0.{'0' * places}" if places else "#,##0"})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(f"{found.month:%Y-%m}")
    sheet.write_row(0, 0, [*found.partner.names.values(), f"{found.month:%Y-%m}"], bold)
    sheet.write_row(2, 0, HEADS, bold)
    for line, row in enumerate((*_rows(found), _total(found)), 3):
        for place, cell in enumerate(row):
            if place in _MONEY and isinstance(cell, int):
                sheet.write_number(line, place, cell / 10**places, money)
            else:
                sheet.write(line, place, safe(cell))
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(3, 0)


WRITERS: Final[dict[str, Callable[[Path, Settlement], None]]] = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
}
