"""Ports of bills that were worked out here, and of stored value that is blocked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.bills import Step


@dataclass(frozen=True, slots=True)
class KeptBill:
    """How a purchase at our till was paid: the amount before anything was taken off, in minor
    units, and each step as it was shown."""

    purchase_id: int
    gross: int
    steps: tuple[Step, ...]

    @property
    def to_pay(self) -> int:
        """What was paid in money."""
        return self.steps[-1].after if self.steps else self.gross


@dataclass(frozen=True, slots=True)
class CreditBlock:
    """Stored value that nobody may spend for now; `staff_id` None: the member blocked it."""

    member_id: int
    at: datetime
    staff_id: int | None
    reason: str


class Bills(Protocol):
    """Bills by their purchase."""

    def add(self, bill: KeptBill) -> None: ...
    def get(self, purchase_id: int) -> KeptBill | None: ...


class CreditBlocks(Protocol):
    """Who may not spend their stored value."""

    def add(self, block: CreditBlock) -> bool:
        """Blocks it; False if it is blocked already."""

    def lift(self, member_id: int) -> bool:
        """Lets it be spent again; False if it was not blocked."""

    def get(self, member_id: int) -> CreditBlock | None: ...
