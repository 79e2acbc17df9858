"""Port of vouchers that are handed on by a link."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.handing import Handing, HandingState


class HandedOn(NamedTuple):
    """A voucher that went to somebody else."""

    names: Mapping[str, str]
    at: datetime
    taker_id: int


class Handings(Protocol):
    """Links to vouchers. Tokens are sealed, found by keyed hash; callers see plain ones."""

    def add(self, handing: Handing, token: str) -> bool:
        """Adds an open one; False if its voucher has one already."""

    def get(self, handing_id: int) -> Handing | None: ...
    def by_token(self, token: str) -> Handing | None: ...
    def open_of(self, voucher_id: int) -> Handing | None:
        """The voucher's open one, over by the clock or not."""

    def token(self, handing_id: int) -> str:
        """The plain token; raises LookupError."""

    def close(
        self, handing_id: int, state: HandingState, now: datetime, taker_id: int | None = None
    ) -> bool:
        """Ends an open one; True for exactly one caller."""

    def pass_on(self, voucher_id: int, from_id: int, to_id: int, code: str, now: datetime) -> bool:
        """Gives a voucher that can still be used, and that no till looks at, to another member
        under a new code; False if it is not so any more."""

    def given(self, member_ids: Collection[int], most: int) -> list[HandedOn]:
        """What these members have handed on, the newest first."""
