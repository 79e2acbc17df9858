"""The file that says what became of each recipient of a message to many."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from app.csv_file import Rows

Words = Callable[[str, dict[str, Any], str], str]


def table(words: Words, content: bytes, locale: str) -> bytes:
    """Rows (JSON: number, name, state, reason, time) as CSV in UTF-8 with the mark that
    spreadsheets look for; states and reasons in the words of a language."""

    @cache
    def state(word: str) -> str:
        return words("broadcast.became", {"state": word}, locale)

    @cache
    def reason(word: str) -> str:
        return words("post.reason", {"reason": word}, locale) if word else ""

    file = io.StringIO(newline="")
    rows = Rows(csv.writer(file))
    rows.write(words("broadcast.heads", {}, locale).split("|"))
    for number, name, became, why, at in json.loads(content):
        rows.write([number, name, state(became), reason(why), at])
    return file.getvalue().encode("utf-8-sig")
