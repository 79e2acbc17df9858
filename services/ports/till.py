"""Port of the till's journal."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from domain.till import TillEvent


class TillEvents(Protocol):
    """What happened at tills; lines are only ever added."""

    def add(self, event: TillEvent) -> bool:
        """Adds a line; False if its key is there, or what it undoes was undone before."""

    def get(self, event_id: int) -> TillEvent | None: ...
    def by_key(self, key: str) -> TillEvent | None: ...
    def undo_of(self, event_id: int) -> TillEvent | None:
        """The line that took another one back."""

    def of_voucher(self, voucher_id: int) -> TillEvent | None:
        """The newest time a voucher was used, undone or not."""

    def of_purchase(self, purchase_id: int) -> TillEvent | None:
        """The bill of a purchase."""

    def of_day(
        self, day: date, store_id: int | None = None, staff_id: int | None = None
    ) -> list[TillEvent]:
        """All lines of a local day in order; None: of every store, of everybody."""
