"""CSV files for people: a spreadsheet opens them right and runs nothing that stands in them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from templates.sheets.tables import safe


class Rows:
    """Writes rows, each cell made safe."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, row: Sequence[object]) -> None:
        self._writer.writerow([safe(cell) for cell in row])


@contextmanager
def written(path: Path, heads: Sequence[str]) -> Iterator[Rows]:
    """A file that appears whole at the end, in UTF-8 with the mark that spreadsheets look for.

    Raises OSError if it cannot be written; then nothing is left behind.
    """
    half = path.with_name(f"{path.name}.part")
    try:
        with half.open("w", encoding="utf-8-sig", newline="") as file:
            rows = Rows(csv.writer(file))
            rows.write(heads)
            yield rows
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
