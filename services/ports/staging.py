"""Port of an import's sorting place, and how an import is run in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from services.ports import Work

Progress = Callable[[str, int, int], None]
"""Called with the stage (`check`, `write`), how much is done and how much there is."""


class Row(NamedTuple):
    """One line of an order. `head`: what all lines of the order must agree on."""

    row: int
    source: str
    order_id: str
    line: int
    head: str
    minor: int
    quantity: int
    category: str
    sku: str
    name: str


class Staging(Protocol):
    """Rows go in as they come and come out by order, then by member and time."""

    def add(self, row: Row) -> None:
        """Keeps one row."""

    def by_order(self) -> Iterator[Row]:
        """All rows, the lines of an order together."""

    def add_order(self, source: str, order_id: str, who: str, at: int) -> None:
        """Remembers an order that is to be written."""

    def orders(self) -> int:
        """How many orders are to be written."""

    def by_member(self) -> Iterator[Row]:
        """The rows of all remembered orders, a member's orders together, in order of time."""


class Job(Protocol):
    """An import in pieces: those that take `work` run in a unit, one after the other.

    First `begin`, `read`, then `unchecked` and `compare` until nothing is left, `accept`; then
    `batch`, `write` and `wrote` until nothing is left.
    """

    def begin(self, work: Work) -> None:
        """Reads what the file is checked against."""

    def read(self) -> None:
        """Checks every row by itself. Raises FileRefused."""

    def unchecked(self) -> Sequence[Any]:
        """Some rows that are not yet compared with what is stored; empty at the end."""

    def compare(self, work: Work, some: Sequence[Any]) -> None:
        """Compares rows with what is stored and keeps those that are to be written."""

    def accept(self) -> None:
        """Ends the check. Raises FileRefused with all that was found."""

    def batch(self) -> Sequence[Any]:
        """What is to be written next; empty at the end."""

    def write(self, work: Work, batch: Sequence[Any]) -> Any:
        """Writes a batch; changes nothing but the database, so that it can be tried again."""

    def wrote(self, batch: Sequence[Any], done: Any) -> None:
        """Counts what `write` gave, after its commit."""
