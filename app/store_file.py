"""Reading and adding stores from a CSV file: all or nothing, with a report by row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.failures import refusal
from domain.errors import Refused
from services import stores
from services.ports.club import Actor
from storage.work import Work

COLUMNS = ("code", "name", "city", "zone", "hours")
NEEDED = ("code", "name")
SHOWN = 100
LARGEST = 16 * 1024 * 1024
ACTOR = Actor("cli")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file, counted as an editor counts lines."""

    line: int
    values: dict[str, str]


class Refusals(Exception):
    """Rows that cannot be added; undoes the unit."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(len(problems))
        self.problems = problems


def read(file: Path) -> tuple[list[Row], list[str]]:
    """The rows of a file and what is wrong with it."""
    raw = file.read_bytes()
    if len(raw) > LARGEST:
        return [], ["the file is larger than 16 MB; stores are not that many"]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            return [], ["the file is neither UTF-8 nor GB18030; save it as UTF-8"]
    if "\0" in text:
        return [], ["the file holds NUL characters; export it anew as CSV"]
    try:
        return _rows(text)
    except csv.Error as error:
        return [], [f"the file is no valid CSV: {error}"]


def _rows(text: str) -> tuple[list[Row], list[str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    heads = [head.strip() for head in reader.fieldnames or ()]
    reader.fieldnames = heads
    problems = [f"row 1: the column {name} is missing" for name in NEEDED if name not in heads]
    problems += [
        f"row 1: {name or 'an empty name'} is no column; write {', '.join(COLUMNS)}"
        for name in heads
        if name not in COLUMNS
    ]
    rows, codes = [], dict[str, int]()
    for values in reader if not problems else ():
        line = reader.line_num
        if None in values or None in values.values():
            problems.append(f"row {line}: it has not {len(heads)} columns as row 1 has")
            continue
        row = Row(line, {name: str(value).strip() for name, value in values.items()})
        first = codes.setdefault(row.values["code"], line)
        if first != line:
            problems.append(f"row {line}, code: {row.values['code']} is in row {first} already")
        rows.append(row)
    return rows, problems


def add(work: Work, rows: list[Row], now: datetime) -> int:
    """Adds what is new and returns how many that were; raises Refusals."""
    known = {store.code: store for store in stores.all_stores(work)}
    added, problems = [], []
    for row in rows:
        values = {name: row.values.get(name, "") for name in COLUMNS}
        there = known.get(values["code"])
        if there is None:
            added.append((row, values))
        elif {name: getattr(there, name) for name in COLUMNS} != values:
            problems.append(
                f"row {row.line}, code: store {values['code']} exists with other values"
            )
    for row, values in [] if problems else added:
        problems += _one(work, row, values, now)
    if problems:
        raise Refusals(problems)
    return len(added)


def _one(work: Work, row: Row, values: dict[str, str], now: datetime) -> list[str]:
    try:
        stores.add(work, actor=ACTOR, now=now, **values)
    except Refused as error:
        return [f"row {row.line}: {refusal(error)}"]
    return []
