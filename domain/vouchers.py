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


@dataclass(frozen=True, slots=True)
class Voucher:
    """A benefit that a member has; the code itself is not part of it.

    `promise` keeps the names and terms of the benefit as they were when it was issued.
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

    def state_at(self, now: datetime) -> VoucherState:
        """The state by the clock: an issued voucher whose day is over has expired."""
        if self.state is VoucherState.ISSUED and now >= self.expires_at:
            return VoucherState.EXPIRED
        return self.state

    @property
    def names(self) -> Mapping[str, str]:
        names: Mapping[str, str] = self.promise["names"]
        return names

    @property
    def terms(self) -> Mapping[str, str]:
        terms: Mapping[str, str] = self.promise.get("terms") or {}
        return terms
