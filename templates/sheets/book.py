"""Tables as a workbook for spreadsheet programs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Sheet(NamedTuple):
    """One sheet: its name, a line above the table, and the table, of which the first row has the
    heads. `widths`: of the columns, in characters; the last one holds for the rest."""

    name: str
    note: str
    rows: Sequence[Sequence[Any]]
    widths: Sequence[int] = (40, 14)


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as XLSX. Texts stay texts: nothing that somebody wrote becomes a formula or a
    link."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#eef2f7", "bottom": 1})
    for one in sheets:
        sheet = book.add_worksheet(one.name)
        sheet.write_string(0, 0, one.note)
        for row, cells in enumerate(one.rows, start=2):
            for column, cell in enumerate(cells):
                _write(sheet, row, column, cell, head if row == 2 else None)
        for column in range(max((len(row) for row in one.rows), default=1)):
            sheet.set_column(column, column, one.widths[min(column, len(one.widths) - 1)])
        sheet.freeze_panes(3, 0)
    book.close()
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, style: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    elif cell is not None:
        sheet.write_number(row, column, cell, style)
