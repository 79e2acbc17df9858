"""Port of statements: what of an account happened in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.ports.points import HistoryRow


@dataclass(frozen=True, slots=True)
class Change:
    """What a posting changed of what a member has: wallet and held, less debt."""

    at: datetime
    kind: str
    amount: int


class Statements(Protocol):
    """Reads the postings of one member in one unit by their moment."""

    def opening(self, member_id: int, unit: str, before: datetime) -> int:
        """What a member had just before a moment: the sum of all earlier changes."""

    def first(self, member_id: int, unit: str) -> datetime | None:
        """The moment of the earliest posting."""

    def changes(self, member_id: int, unit: str, since: datetime, until: datetime) -> list[Change]:
        """All changes in a period, in order of time."""

    def rows(
        self, member_id: int, unit: str, since: datetime, until: datetime
    ) -> list[tuple[HistoryRow, int]]:
        """The postings of a period that changed something, with the change, in order of time."""
