"""Ports of benefits and vouchers."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.benefits import Benefit
from domain.vouchers import Voucher


class Benefits(Protocol):
    """What members can have for points."""

    def all(self) -> list[Benefit]:
        """Every benefit in the order of its place, then price."""

    def get(self, benefit_id: int) -> Benefit | None: ...
    def save(self, benefit: Benefit, content_hash: str, now: datetime) -> str:
        """Adds or changes the benefit with its key: `added`, `changed` or `same`. Changing the
        stock that was given changes what is left by the difference; `gone`, and nothing is
        changed, if more has gone already."""

    def take_stock(self, benefit_id: int) -> bool:
        """Takes one from the stock; False if none is left. Unlimited stock always has one."""

    def take_use(self, benefit_id: int, member_id: int, period: str, most: int | None) -> bool:
        """Counts one use for the member; False if `most` were counted already."""

    def uses(self, member_id: int) -> dict[int, int]:
        """How often the member had each benefit."""


class Vouchers(Protocol):
    """Vouchers. Codes are sealed and found by keyed hash here; callers see plain codes."""

    def issue(
        self,
        voucher: Voucher,
        code: str,
        *,
        key: str,
        posting_id: int | None,
        source: str,
        stocked: bool = False,
    ) -> bool:
        """Adds a voucher; False if the key exists. `stocked`: one of the stock went into it."""

    def get(self, voucher_id: int) -> Voucher | None: ...
    def by_key(self, key: str) -> Voucher | None:
        """The voucher that an effect issued."""

    def by_code(self, code: str) -> Voucher | None: ...
    def code(self, voucher_id: int) -> str:
        """The plain code; raises LookupError."""

    def of_member(self, member_id: int) -> list[Voucher]:
        """The member's vouchers, newest first."""

    def hold(self, voucher_id: int, holder: str, until: datetime, now: datetime) -> bool:
        """Holds it for a till until a time, if it is valid and no other till holds it now; the
        same holder holds it anew."""

    def release(self, voucher_id: int, holder: str) -> bool:
        """Ends the hold of a till; False if it holds it no more."""

    def use(
        self,
        voucher_id: int,
        key: str,
        now: datetime,
        staff_id: int | None,
        store_id: int | None,
        holder: str = "",
    ) -> bool:
        """Uses it, if it is valid and no other till than the holder's holds it now; True for
        exactly one caller."""

    def reopen(self, voucher_id: int, key: str, now: datetime) -> bool:
        """Lets a voucher that was used under a key be used again, if it is still valid."""

    def wrong_tries(self, who: str, since: datetime) -> int:
        """Wrong codes of somebody after that time."""

    def count_wrong_try(self, who: str, now: datetime, since: datetime) -> int:
        """Counts one more, from one again if the last count began before `since`."""
