"""Tables as files that spreadsheets open: CSV and Excel. Texts are written as texts, so that none
is run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from babel.numbers import get_currency_precision

Table = Sequence[Sequence[Any]]
# What makes a spreadsheet take a cell for a formula, also in full width.
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TOP: Final = 2
"""The row of the heads: above it stands what the sheet is about."""


class Sheet(NamedTuple):
    """A sheet of a workbook: what stands on its tab and above it, the table with its heads, the
    widths of the first column and of the others."""

    tab: str
    title: str
    table: Table
    first: int = 30
    others: int = 18


def safe(cell: object) -> object:
    """The cell as it is written: a text that could be a formula begins with an apostrophe."""
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_DANGEROUS):
        return f"'{cell}"
    return cell


def major(currency: str, minor: float) -> float:
    """An amount in the unit of its currency, as spreadsheets add it up."""
    digits = get_currency_precision(currency)
    return float(round(minor / 10**digits, digits))


def comma_separated(table: Iterable[Sequence[Any]]) -> bytes:
    """A table as CSV in UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([safe(cell) for cell in row] for row in table)
    return out.getvalue().encode("utf-8-sig")


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """An Excel file of sheets."""
    out = io.BytesIO()
    book, head = opened(out)
    for sheet in sheets:
        _write(book, head, sheet)
    book.close()
    return out.getvalue()


def opened(out: io.BytesIO) -> tuple[Any, Any]:
    """A workbook in which no text is a formula or a link, and the look of its heads."""
    import xlsxwriter

    safely = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, safely)
    return book, book.add_format({"bold": True, "bg_color": "#eef2f7", "bottom": 1})


def _write(book: Any, head: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.tab)
    page.write_string(0, 0, sheet.title)
    for row, cells in enumerate(sheet.table, start=_TOP):
        style = head if row == _TOP else None
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                page.write_string(row, column, cell, style)
            elif cell is not None:
                page.write_number(row, column, cell, style)
    page.set_column(0, 0, sheet.first)
    page.set_column(1, max(len(sheet.table[0]) - 1, 1), sheet.others)
    page.freeze_panes(_TOP + 1, 0)
