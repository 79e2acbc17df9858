"""The guest list of an event as a table."""

from __future__ import annotations

import json
from typing import Any

from app.recipient_file import Words
from templates.sheets.tables import Sheet, workbook


def table(words: Words, content: bytes, locale: str) -> bytes:
    """A title and rows (JSON: texts per language; number, name, answer, place, guests, came,
    no-show) as XLSX, in the words of a language."""
    data = json.loads(content)
    rows: list[list[Any]] = [words("event.heads", {}, locale).split("|")]
    for number, name, answer, place, guests, came, no_show in data["rows"]:
        said = words("event.guest_answer", {"answer": answer, "at": place}, locale)
        values = {"came": came, "no_show": no_show}
        became = words("event.guest_came", values, locale) if no_show and not came else came
        rows.append([number, name, said, guests, became or ""])
    title = words("event.guest_title", data["event"], locale)
    return workbook([Sheet(words("event.guest_sheet", {}, locale), title, rows, 16)])
