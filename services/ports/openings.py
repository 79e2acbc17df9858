"""Port of what members brought along when their club moved in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple, Protocol

POSTED: Final = "opening"  # source of the postings
LEVEL_REASON: Final = "opening"
VOUCHER_SOURCE: Final = "opening"
PRINCIPAL_LOT: Final = "topup"
BONUS_LOT: Final = "topup_bonus"


class OpeningLot(NamedTuple):
    """A lot as it was posted, or a debt (negative): of whom, when it lapses, when it came."""

    member_id: int
    unit: str
    source_type: str
    amount: int
    expires_at: datetime | None
    opened_at: datetime


def voucher_key(member_id: int, place: int) -> str:
    """The key of a voucher that a member brought along, counted from 0; it stays when
    memberships are merged."""
    return f"opening:{member_id}:{place}"


class Openings(Protocol):
    """What an import of a club wrote, as it was written, whatever became of it since."""

    def lots(self, member_ids: Collection[int]) -> list[OpeningLot]:
        """Their opening balances."""

    def levels(self, member_ids: Collection[int]) -> dict[int, str]:
        """The level that each of them brought along, by member."""

    def vouchers(self, keys: Collection[str]) -> dict[str, int]:
        """How many of the vouchers of these keys there are, by benefit."""

    def codes(self, codes: Collection[str]) -> set[str]:
        """Those of the voucher codes that are in use."""
