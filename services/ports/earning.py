"""Ports of what stands beside purchases: payments, uses of rules, sums under caps, own lots."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.ports.sales import Purchase


@dataclass(frozen=True, slots=True)
class Paid:
    """A stored part of a bill that points, credit or a voucher paid. `bonus_minor`: how much of a
    credit had been given on top; `returned_minor`: what has come back of it."""

    purchase_id: int
    position: int
    kind: str
    minor: int
    points: int = 0
    bonus_minor: int = 0
    posting_id: int | None = None
    voucher_id: int | None = None
    returned_minor: int = 0

    @property
    def left(self) -> int:
        return self.minor - self.returned_minor


@dataclass(frozen=True, slots=True)
class RuleUse:
    """An earning rule of limited frequency counted for a purchase on a local day."""

    id: int
    member_id: int
    rule: str
    day: date
    purchase_id: int


class Earnings(Protocol):
    """What earning and refunds need to know beside the purchases themselves."""

    # -- what was paid otherwise --------------------------------------------------------

    def add_payments(self, payments: Sequence[Paid]) -> None: ...
    def payments(self, purchase_id: int) -> list[Paid]:
        """In the order in which the bill names them."""

    def payment_returned(self, purchase_id: int, position: int, minor: int) -> None:
        """Adds to what has come back of one payment."""

    # -- what limits earning ------------------------------------------------------------

    def uses(
        self, member_ids: Collection[int], rules: Collection[str]
    ) -> dict[int, dict[str, list[date]]]:
        """The days on which rules have counted, by member and rule."""

    def add_uses(self, uses: Sequence[RuleUse]) -> None: ...
    def drop_uses(self, purchase_id: int) -> None:
        """A purchase's rules count as never used."""

    def earned(
        self, member_ids: Collection[int], first: date, last: date
    ) -> dict[int, dict[date, int]]:
        """Points from purchases of those days that were not taken back, by member and day."""

    def lapsed(self, member_ids: Collection[int], now: datetime) -> dict[int, int]:
        """Points that the clock has expired and nothing has posted yet, by member."""

    def own_lots(self, purchase: Purchase, member_ids: Collection[int]) -> set[int]:
        """Lots that a purchase made, also those spent or expired since, and what they became
        when points came back or memberships (`member_ids`: all of one person) were merged."""

    def expired_of(self, lot_ids: Collection[int]) -> int:
        """What expiry has taken out of lots and nobody has given again since."""
