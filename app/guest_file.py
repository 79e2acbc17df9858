"""The guest list of an event as a table."""

from __future__ import annotations

import csv
import io
import json

from app.csv_file import Rows
from app.recipient_file import Words


def table(words: Words, content: bytes, locale: str) -> bytes:
    """Rows (JSON: number, name, answer, place, guests, came, no-show) as CSV in UTF-8 with the
    mark that spreadsheets look for, in the words of a language."""
    file = io.StringIO(newline="")
    rows = Rows(csv.writer(file))
    rows.write(words("event.heads", {}, locale).split("|"))
    for number, name, answer, place, guests, came, no_show in json.loads(content):
        said = words("event.guest_answer", {"answer": answer, "at": place}, locale)
        values = {"came": came, "no_show": no_show}
        became = words("event.guest_came", values, locale) if came or no_show else ""
        rows.write([number, name, said, guests, became])
    return file.getvalue().encode("utf-8-sig")
