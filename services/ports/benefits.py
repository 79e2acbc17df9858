"""Ports of benefits and vouchers."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from domain.benefits import Benefit, Stock
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

    def lock(self, benefit_id: int) -> Benefit | None:
        """The benefit, whose stock nobody else changes from here on."""

    def stop(self, benefit_id: int, stopped: bool) -> bool:
        """Stops it for the very next tap, or lets it be had again; False if it stood so."""

    def take_stock(self, benefit_id: int) -> Stock:
        """Takes one from the stock unless it is stopped, or somebody waits for it. Unlimited
        stock always has one."""

    def reserve(self, benefit_id: int) -> bool:
        """Takes one for who has waited longest."""

    def give_stock(self, benefit_id: int, more: int = 1) -> None:
        """Gives back what was taken."""

    def change_stock(self, benefit_id: int, more: int) -> bool:
        """More or (below zero) less of all that there ever was; False if less is left or it is
        unlimited. Then services.waiting.stock_came serves those who wait."""

    def take_use(self, benefit_id: int, member_id: int, period: str, most: int | None) -> bool:
        """Counts one use for the member; False if `most` were counted already."""

    def give_use_back(self, benefit_id: int, member_id: int, period: str) -> None:
        """Counts one use less."""

    def uses(self, member_id: int) -> dict[tuple[int, str], int]:
        """How often the member had each benefit in each period."""


class Origin(NamedTuple):
    """What went into a voucher: the payment, whether one of a limited stock, how it came about,
    and whether it was handed on since."""

    posting_id: int | None
    stocked: bool
    source: str
    handed_on: bool


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

    def ends_between(
        self, member_id: int, since: datetime, until: datetime, now: datetime
    ) -> list[Voucher]:
        """A member's open vouchers whose end is in since ≤ t < until, the first to end first;
        those in a link that somebody may still take are left out."""

    def of_member(self, member_id: int) -> list[Voucher]:
        """The member's vouchers, newest first."""

    def origin(self, voucher_id: int) -> Origin:
        """What went into it; raises LookupError."""

    def cancel(self, voucher_id: int, member_id: int, now: datetime) -> bool:
        """Takes it back from its owner, if it is valid and no till looks at it; True for exactly
        one caller."""

    def returned(self, voucher_id: int, posting_id: int) -> None:
        """Notes the posting that returned its price."""

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

    def extend(self, voucher_id: int, until: datetime) -> bool:
        """Lets a voucher that is neither used nor cancelled, even one that has lapsed, be valid
        until a time; False if it is longer anyway."""

    def reopen(self, voucher_id: int, key: str, now: datetime) -> bool:
        """Lets a voucher that was used under a key be used again, if it is still valid."""

    def wrong_tries(self, who: str, since: datetime) -> int:
        """Wrong codes of somebody after that time."""

    def count_wrong_try(self, who: str, now: datetime, since: datetime) -> int:
        """Counts one more, from one again if the last count began before `since`."""
