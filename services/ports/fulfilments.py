"""Port of the orders that vouchers have led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from domain.fulfilments import Fulfilment, OrderState


class Fulfilments(Protocol):
    """The register of orders; each voucher has one at most."""

    def add(self, order: Fulfilment) -> bool:
        """Adds an order; False if its voucher has one."""

    def get(self, voucher_id: int) -> Fulfilment | None: ...
    def open_of(self, member_id: int) -> list[Fulfilment]:
        """A member's open orders."""

    def move(
        self,
        voucher_id: int,
        before: Sequence[OrderState],
        after: OrderState,
        changes: Mapping[str, Any],
    ) -> bool:
        """Moves an order on, with other columns; True for exactly one caller."""

    def change(self, voucher_id: int, changes: Mapping[str, Any]) -> None:
        """Changes columns that do not belong to its way: the note, the owner."""

    def listed(
        self, states: Sequence[OrderState], due_before: date | None, most: int, after: int
    ) -> list[Fulfilment]:
        """Orders in some states by the day they are due, what is not ready first; only those due
        before a day if one is given; without the first `after`."""

    def count(self, states: Sequence[OrderState], due_before: date | None) -> int:
        """How many orders `listed` would give."""
