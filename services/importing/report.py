"""What an import finds wrong, row by row, and what it did in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A fault in a file. `row` is the line of the file (the header is 1); 0 is the whole file."""

    row: int
    column: str
    advice: str

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else "the file"
        return (
            f"{where}, {self.column}: {self.advice}" if self.column else f"{where}: {self.advice}"
        )


@dataclass(slots=True)
class Findings:
    """Problems as they are found: the first hundred are kept, the rest is counted."""

    problems: list[RowProblem] = field(default_factory=list)
    count: int = 0

    def add(self, row: int, column: str, advice: str) -> None:
        self.count += 1
        if len(self.problems) < SHOWN:
            self.problems.append(RowProblem(row, column, advice))

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
