"""Ports of purchases and refunds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from domain.levels import DayTotal
from domain.purchases import Line, Returned

BOOKED = "booked"
WAITING = "waiting"
VOID = "void"


class Claim(NamedTuple):
    """What an order says about its buyer: `number`, `phone`, `email`, `external` or `telegram`,
    and the text in its one agreed form (E.164, nine digits, …)."""

    kind: str
    text: str


class Buyer(NamedTuple):
    """What booking needs to know of a member."""

    id: int
    state: str
    level: str
    birth_month: int | None
    birth_lunar: bool
    joined_at: datetime
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """A stored purchase; lines are read apart."""

    id: int
    source: str
    order_id: str
    content_hash: str
    state: str
    member_id: int | None
    occurred_at: datetime
    day: date
    currency: str
    minor: int
    refunded_minor: int
    store_id: int | None
    staff_id: int | None
    channel: str
    received_at: datetime
    level: str
    birthday_month: bool
    rule_version: int
    posting_id: int | None
    points: int
    returned_points: int
    taken_points: int = 0
    lapsed_points: int = 0
    growth: int = 0
    returned_growth: int = 0
    off_minor: int = 0
    basis_minor: int = 0
    limits: str = ""

    @property
    def is_returned(self) -> bool:
        """Whether all of it has come back."""
        return self.refunded_minor > 0 and self.refunded_minor == self.minor


@dataclass(frozen=True, slots=True)
class Noted:
    """What a refund adds to its purchase: minor units, points asked, taken and lapsed, growth
    taken; and what levels count of the purchase from now on."""

    minor: int
    points: int
    taken: int
    lapsed: int
    growth: int
    basis_minor: int


@dataclass(frozen=True, slots=True)
class Refund:
    """A stored refund. `back`: what of it went to points, credit and vouchers, by name."""

    id: int
    source: str
    refund_id: str
    content_hash: str
    purchase_id: int
    occurred_at: datetime
    received_at: datetime
    minor: int
    returns: Mapping[int, Returned]
    posting_id: int | None
    asked_points: int
    taken_points: int
    staff_id: int | None
    store_id: int | None
    lapsed_points: int = 0
    back: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A purchase was moved or voided."""

    purchase_id: int
    at: datetime
    action: str
    from_member: int | None
    to_member: int | None
    staff_id: int | None
    reason: str


Key = tuple[str, str]  # source, order id


class Purchases(Protocol):
    """Orders, lines, refunds. Batches are read and written with a handful of statements."""

    def claim(self, keys: Collection[Key]) -> None:
        """Lets one unit at a time work on each of these orders, whether they exist or not."""

    def stored(self, keys: Collection[Key]) -> dict[Key, Purchase]:
        """Those of the orders that are there already."""

    def match(self, claims: Collection[Claim]) -> dict[Claim, int]:
        """The members that claims point to; merged members are followed."""

    def lock(self, member_ids: Collection[int]) -> dict[int, Buyer]:
        """Locks the members in one order and reads what booking needs."""

    def days(self, member_ids: Collection[int]) -> dict[int, list[DayTotal]]:
        """What each member paid per day in money of their own, after refunds."""

    def add(self, purchases: Sequence[tuple[Purchase, Sequence[Line], Sequence[Claim]]]) -> None:
        """Writes orders with their lines; the claims are kept for those without a member."""

    def get(self, purchase_id: int) -> Purchase:
        """Raises LookupError."""

    def lines(self, purchase_id: int) -> tuple[Line, ...]: ...
    def by_posting(self, posting_ids: Collection[int]) -> dict[int, Purchase]: ...
    def of_member(self, member_id: int, size: int) -> list[Purchase]:
        """The newest purchases first."""

    def waiting(self, claims: Iterable[Claim], limit: int) -> list[int]:
        """Unmatched orders that one of the claims fits, oldest first."""

    def left(self, limit: int) -> list[tuple[int, int]]:
        """Waiting orders that name an active member by now, oldest first, with the member."""

    def forget(self, claims: Collection[Claim]) -> None:
        """Orders that wait for one of these wait for nobody by it."""

    def claim_people(self, claims: Collection[Claim]) -> None:
        """Lets one unit at a time make a member of whoever is known by one of these."""

    def assign(self, purchase: Purchase) -> None:
        """Writes member, state, facts, posting and points of a purchase; drops its claims."""

    def note_refund(self, purchase_id: int, noted: Noted) -> None:
        """Adds what a refund took to the purchase."""

    def add_refund(self, refund: Refund) -> None: ...
    def refund(self, key: Key) -> Refund | None:
        """The refund by source and refund id."""

    def returns(self, purchase_id: int) -> Mapping[int, Returned]:
        """What has come back of each line so far."""

    def add_change(self, change: Change) -> None: ...
    def store_ids(self) -> dict[str, int]:
        """Ids of all stores by code."""

    def imported(self, external_ids: Collection[str]) -> dict[str, tuple[int, str]]:
        """Members' file rows that were imported: member and content hash."""

    def add_imported(self, rows: Sequence[tuple[str, int, str]]) -> None:
        """Remembers rows of a members' file: external id, member, content hash."""
