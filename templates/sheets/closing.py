"""The day's closing as an Excel file: figures, vouchers, every line, differences. Texts are
written as texts, so that none is run as a formula."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from templates.sheets.tables import opened

Words = Callable[[str, dict[str, Any], str], str]
Say = Callable[..., str]

_SUMS: Final = (
    "vouchers",
    "bills",
    "awards",
    "refunds",
    "top_ups",
    "undone",
    "cash",
    "points_given",
    "points_spent",
    "credit_in",
    "credit_out",
)
_MONEY: Final = frozenset({"cash", "credit_in", "credit_out", "credit", "ours", "theirs"})
_EXPONENTS: Final = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3}


def xlsx(words: Words, content: bytes, locale: str) -> bytes:
    """The file of a closing's plain data (services.closing.plain) in a language; with
    `differences` a sheet of these. Raises ValueError for data that is no closing."""
    data = json.loads(content)
    out = io.BytesIO()
    book, head = opened(out)
    made = _Book(
        (book, head), data, lambda key, **values: words(f"closing.{key}", values, locale), locale
    )
    made.summary()
    made.lines()
    if "differences" in data:
        made.differences()
    book.close()
    return out.getvalue()


class _Book:
    """A workbook that is being written."""

    def __init__(
        self, opened: tuple[Any, Any], data: Mapping[str, Any], say: Say, locale: str
    ) -> None:
        (book, self._head), self._data, self._say, self._locale = opened, data, say, locale
        self._book = book
        self._unit = 10 ** _EXPONENTS.get(data["currency"], 2)
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._total = book.add_format({"bold": True, "top": 1})
        places = "" if self._unit == 1 else "." + "0" * (len(str(self._unit)) - 1)
        money = f"#,##0{places}"
        self._money = book.add_format({"num_format": money})
        self._money_total = book.add_format({"bold": True, "top": 1, "num_format": money})
        self._count = book.add_format({"num_format": "#,##0"})
        self._count_total = book.add_format({"bold": True, "top": 1, "num_format": "#,##0"})

    def summary(self) -> None:
        """Figures by operator with their sum, then vouchers by benefit."""
        data, say = self._data, self._say
        sheet = self._sheet("sheet_summary", (18, 18, *[12] * len(_SUMS)))
        title = say("sheet_title", day=data["day"], store=data["store"])
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, say("sheet_note", currency=data["currency"]))
        heads = [say("head_staff"), say("head_store"), *(say(f"head_{one}") for one in _SUMS)]
        self._heads(sheet, 3, heads)
        row = 4
        for shift in data["shifts"]:
            sheet.write_string(row, 0, shift["staff"] or say("system"))
            sheet.write_string(row, 1, shift["store"])
            self._sums(sheet, row, shift, total=False)
            row += 1
        sheet.write_string(row, 0, say("total"), self._total)
        sheet.write_string(row, 1, "", self._total)
        self._sums(sheet, row, data["total"], total=True)
        self._heads(sheet, row + 2, [say("head_benefit"), say("head_count")])
        for place, used in enumerate(data["used"], start=row + 3):
            sheet.write_string(place, 0, self._name(used["names"]))
            sheet.write_number(place, 1, used["count"], self._count)
        sheet.freeze_panes(4, 1)

    def lines(self) -> None:
        """Every line of the journal."""
        say = self._say
        sheet = self._sheet("sheet_lines", (10, 18, 18, 16, 26, 18, 12, 12, 12, 12, 14))
        names = ("at", "store", "staff", "kind", "benefit", "reference")
        figures = ("cash", "points_given", "points_spent", "credit")
        heads = [say(f"head_{one}") for one in (*names, *figures, "note")]
        self._heads(sheet, 0, heads)
        for row, entry in enumerate(self._data["entries"], start=1):
            texts = (
                self._clock(entry["at"]),
                entry["store"],
                entry["staff"] or say("system"),
                say("kind", kind=entry["kind"], undoes=entry["undoes"]),
                self._name(entry["names"]),
                entry["reference"],
            )
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
            for column, name in enumerate(figures, start=len(texts)):
                self._figure(sheet, row, column, name, entry[name], total=False)
            sheet.write_string(row, len(heads) - 1, say("undone") if entry["undone"] else "")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(self._data["entries"]), 1), len(heads) - 1)

    def differences(self) -> None:
        """Where the till's own file says otherwise."""
        say, found = self._say, self._data["differences"]
        sheet = self._sheet("sheet_differences", (24, 24, 14, 14, 12))
        sheet.write_string(0, 0, say("differences_note", count=len(found)), self._title)
        names = ("gap", "reference", "ours", "theirs", "line")
        self._heads(sheet, 2, [say(f"head_{one}") for one in names])
        for row, one in enumerate(found, start=3):
            sheet.write_string(row, 0, say("gap", gap=one["gap"]))
            sheet.write_string(row, 1, one["reference"])
            for column, name in enumerate(("ours", "theirs"), start=2):
                if one[name] is not None:
                    self._figure(sheet, row, column, name, one[name], total=False)
            if one["line"]:
                sheet.write_number(row, 4, one["line"], self._count)

    def _sheet(self, key: str, widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(self._say(key))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def _heads(self, sheet: Any, row: int, heads: Sequence[str]) -> None:
        for column, head in enumerate(heads):
            sheet.write_string(row, column, head, self._head)

    def _sums(self, sheet: Any, row: int, tally: Mapping[str, int], *, total: bool) -> None:
        for column, name in enumerate(_SUMS, start=2):
            self._figure(sheet, row, column, name, tally[name], total=total)

    def _figure(
        self, sheet: Any, row: int, column: int, name: str, value: int, *, total: bool
    ) -> None:
        if name in _MONEY:
            style = self._money_total if total else self._money
            sheet.write_number(row, column, value / self._unit, style)
        else:
            sheet.write_number(row, column, value, self._count_total if total else self._count)

    def _clock(self, at: str) -> str:
        local = datetime.fromisoformat(at).astimezone(ZoneInfo(self._data["zone"]))
        return f"{local:%H:%M:%S}"

    def _name(self, names: Mapping[str, str]) -> str:
        return names.get(self._locale) or next(iter(names.values()), "")
