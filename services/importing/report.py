"""What an import finds wrong, row by row, and what it did in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A fault in a file. `row` is the line of the file (the header is 1); 0 is the whole file.
    `file` is named where several are checked together."""

    row: int
    column: str
    advice: str
    file: str = ""

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else ("" if self.file else "the file")
        place = ", ".join(filter(None, (self.file, where, self.column)))
        return f"{place}: {self.advice}"


@dataclass(slots=True)
class Findings:
    """Problems as they are found: the first hundred are kept, the rest is counted. `file` is the
    one that is being read, where there are several."""

    problems: list[RowProblem] = field(default_factory=list)
    count: int = 0
    file: str = ""

    def add(self, row: int, column: str, advice: str) -> None:
        self.count += 1
        if len(self.problems) < SHOWN:
            self.problems.append(RowProblem(row, column, advice, self.file))

    @property
    def more(self) -> int:
        """How many problems are not among those kept."""
        return self.count - len(self.problems)

    def __bool__(self) -> bool:
        return self.count > 0


class FileRefused(Exception):
    """A file has faults; nothing was written."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(f"{findings.count} problems")
        self.findings = findings
