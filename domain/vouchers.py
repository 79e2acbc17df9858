"""Vouchers: their states, and what a till is told about one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class VoucherState(StrEnum):
    """SEMANTICS: Benefits. `held` is short, at a till."""

    ISSUED = "issued"
    HELD = "held"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


OPEN = (VoucherState.ISSUED, VoucherState.HELD)
"""States in which a voucher can still be used, if its day is not over."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A benefit that a member has; the code itself is not part of it.

    `promise` keeps the names and terms of the benefit as they were when it was issued;
    `hold_key` is the till that looks at it until `held_until`.
    """

    id: int
    benefit_id: int
    member_id: int
    state: VoucherState
    promise: Mapping[str, Any]
    price: int
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = None
    use_key: str | None = None
    used_store: int | None = None
    held_until: datetime | None = None
    hold_key: str | None = None

    def state_at(self, now: datetime) -> VoucherState:
        """The state by the clock: a held voucher whose time is over is issued again, an issued
        one whose day is over has expired."""
        if self.state not in OPEN:
            return self.state
        if now >= self.expires_at:
            return VoucherState.EXPIRED
        held = self.held_until is not None and now < self.held_until
        return self.state if held else VoucherState.ISSUED

    def held_by_another(self, holder: str, now: datetime) -> bool:
        """Whether another till looks at it now."""
        return self.state_at(now) is VoucherState.HELD and self.hold_key != holder

    @property
    def names(self) -> Mapping[str, str]:
        names: Mapping[str, str] = self.promise["names"]
        return names

    @property
    def terms(self) -> Mapping[str, str]:
        terms: Mapping[str, str] = self.promise.get("terms") or {}
        return terms
