"""Reads CSV files as people send them: any of two encodings, a BOM, quotes, rows to report by."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.importing.report import FileRefused, Findings

LONGEST_CELL: Final = 2000
_CHUNK: Final = 1 << 20
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a kind of file; what is not required may be left out."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.required + self.optional


def rows(
    path: Path,
    columns: Columns,
    findings: Findings,
    seen: Callable[[int], None] = lambda _bytes: None,
) -> Iterator[tuple[int, list[str]]]:
    """Each data row: its line in the file and its cells in the order of `columns.all`.

    Rows with faults of form are put among the findings and left out. `seen` is told how many
    bytes (about) have been read. Raises FileRefused if no row can be read at all.
    """
    encoding, has_nul = encoding_of(path, findings)
    with path.open(encoding=encoding, newline="") as file:
        csv.field_size_limit(LONGEST_CELL * 4)
        reader = csv.reader(_counted(file, seen), strict=True)
        places = _header(reader, columns, findings)
        yield from _data(reader, places, findings, has_nul)


def _counted(lines: Iterator[str], seen: Callable[[int], None]) -> Iterator[str]:
    total = 0
    for number, line in enumerate(lines):
        total += len(line)
        if not number % 5000:
            seen(total)
        yield line


def encoding_of(path: Path, findings: Findings) -> tuple[str, bool]:
    """The encoding that the whole file can be read in, and whether it holds NUL bytes. Raises
    FileRefused if there is none."""
    failed = 0
    for encoding in _ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        has_nul, line = False, 1
        with path.open("rb") as file:
            try:
                while chunk := file.read(_CHUNK):
                    has_nul = has_nul or b"\0" in chunk
                    decoder.decode(chunk)
                    line += chunk.count(b"\n")
                decoder.decode(b"", final=True)
            except UnicodeDecodeError as error:
                failed = failed or line + bytes(error.object[: error.start]).count(b"\n")
                continue
        return encoding, has_nul
    findings.add(failed, "", "is neither UTF-8 nor GB18030 here; save the file as UTF-8")
    raise FileRefused(findings)


def _header(reader: Iterator[list[str]], columns: Columns, findings: Findings) -> list[int | None]:
    """Where each known column stands; raises FileRefused if a required one is missing."""
    before = findings.count
    try:
        names = [name.strip().lower() for name in next(reader)]
    except StopIteration:
        names = []
    except csv.Error:
        names = []
    if not any(names):
        findings.add(1, "", f"must name the columns: {','.join(columns.all)}")
        raise FileRefused(findings)
    for place, name in enumerate(names):
        if name not in columns.all:
            advice = "is no column of this kind of file; remove it or correct its name"
            findings.add(1, name or f"column {place + 1}", advice)
        elif name in names[:place]:
            findings.add(1, name, "is there twice; keep one")
    for name in columns.required:
        if name not in names:
            findings.add(1, name, "is missing; add this column")
    if findings.count > before:
        raise FileRefused(findings)
    return [names.index(name) if name in names else None for name in columns.all]


def _data(
    reader: Iterator[list[str]],
    places: Sequence[int | None],
    findings: Findings,
    has_nul: bool,
) -> Iterator[tuple[int, list[str]]]:
    width = sum(place is not None for place in places)
    straight = list(places) == list(range(len(places)))
    line = 2
    while True:
        start = line
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            findings.add(start, "", _broken(error))
            return
        line = int(reader.line_num) + 1  # type: ignore[attr-defined]
        if not cells:
            continue
        if len(cells) != width:
            findings.add(start, "", f"has {len(cells)} cells where the header has {width}")
            continue
        if has_nul and any("\0" in cell for cell in cells):
            findings.add(start, "", "has a NUL byte; save the file again as plain CSV")
            continue
        yield start, (cells if straight else ["" if p is None else cells[p] for p in places])


def _broken(error: csv.Error) -> str:
    if "field larger" in str(error):
        advice = f"has a cell of more than {LONGEST_CELL} characters, or a quote never closed"
        return f"{advice}; the rows after it were not read"
    return "has quotes that do not close; double a quote inside a cell; later rows were not read"
