"""Port of the shifts at the counter: what an operator has booked on a local day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Used:
    """Receipts and money (minor units) of a shift so far."""

    receipts: int = 0
    minor: int = 0


class Shifts(Protocol):
    """The register of shifts."""

    def use(
        self, staff_id: int, day: date, minor: int, receipts_most: int | None, most: int | None
    ) -> bool:
        """Counts one more receipt; False (and nothing counted) if that passed a limit."""

    def give_back(self, staff_id: int, day: date, minor: int) -> None:
        """Counts one receipt less."""

    def used(self, staff_id: int, day: date) -> Used: ...
