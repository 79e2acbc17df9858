"""Ports of the catalogue: what is printed in it, what is left, favourites and waiting lists."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from domain.benefits import Benefit
from domain.waiting import Wait


@dataclass(frozen=True, slots=True)
class Printed:
    """Every benefit in the order of its place, as it was when the stamp was new: `stock` is of
    that moment and `stopped` of now, for stopping makes a new stamp. `worked_out`: what follows
    from it and is kept as long as it."""

    stamp: int
    benefits: tuple[Benefit, ...]
    worked_out: dict[tuple[int, str], Any] = field(default_factory=dict, compare=False)


class Catalogue(Protocol):
    """The catalogue, quick to read."""

    def printed(self) -> Printed:
        """Every benefit; kept by the process until one is changed."""

    def gone(self) -> set[int]:
        """The benefits that are sold out now."""

    def stocks(self, benefit_ids: Collection[int]) -> dict[int, int | None]:
        """What is left of some benefits; None is unlimited."""


class Favourites(Protocol):
    """Benefits that members have marked."""

    def mark(self, member_id: int, benefit_id: int, now: datetime) -> bool:
        """Marks it; False if it was marked."""

    def unmark(self, member_id: int, benefit_id: int) -> bool:
        """Unmarks it; False if it was not marked."""

    def of_member(self, member_id: int) -> set[int]: ...


class Waits(Protocol):
    """Places on waiting lists. What is offered is out of the stock; the caller moves it."""

    def join(self, benefit_id: int, member_id: int, now: datetime) -> bool:
        """Takes the last place; False if the member has one."""

    def of_member(self, member_id: int) -> dict[int, Wait]:
        """Where the member waits or is offered one, by benefit."""

    def first(self, benefit_id: int) -> Wait | None:
        """Who has waited longest."""

    def offer(self, wait_id: int, now: datetime, until: datetime) -> bool:
        """Offers one to somebody who waits."""

    def take(self, wait_id: int, voucher_id: int, now: datetime) -> bool:
        """Makes a voucher of an offer that is still open; True for exactly one caller."""

    def leave(self, wait_id: int, state: str, *, offered: bool) -> bool:
        """Ends a place, `lapsed` or `left`, that is waiting or offered; for exactly one caller."""

    def lapsed(self, benefit_id: int, now: datetime) -> list[Wait]:
        """Offers of a benefit that nobody took in time."""

    def waiting(self, benefit_id: int) -> int:
        """How many wait for it, those who are offered one not counted."""

    def to_serve(self, now: datetime, after: int, most: int) -> list[int]:
        """Benefits after an id with offers that have lapsed, or with something left while
        somebody waits."""
