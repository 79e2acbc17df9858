"""What the ledger means, once more and as small as it goes: a purse of lots in plain Python.

Written from SEMANTICS (Points) and from nothing of ours, so that both can be wrong only alike if
the text is misread alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

Takes = list[tuple["Lot", int]]
_numbers = count()


@dataclass(eq=False)
class Lot:
    """So much is left of an earning, usable from a moment until before another.

    `origin` is the purchase it came from and `booking` which booking of that; `bonus` is credit
    that the club gave on top.
    """

    left: int
    start: datetime
    end: datetime | None
    made: datetime
    origin: str = ""
    booking: int = 0
    bonus: bool = False
    number: int = field(default_factory=lambda: next(_numbers))

    def open(self, now: datetime) -> bool:
        return self.left > 0 and self.start <= now and not self.over(now)

    def waits(self, now: datetime) -> bool:
        return self.left > 0 and now < self.start and not self.over(now)

    def over(self, now: datetime) -> bool:
        return self.end is not None and self.end <= now

    def part(self, amount: int) -> Lot:
        """So much of it, as a lot of its own."""
        mine = (self.origin, self.booking, self.bonus)
        return Lot(amount, self.start, self.end, self.made, *mine)


@dataclass
class Ended:
    """What one night found expired, of which lots, and how much of it was not given again."""

    at: datetime
    parts: Takes
    left: int

    def of(self, own: list[Lot]) -> int:
        """What of it came from some lots and has not been given again."""
        return min(sum(amount for lot, amount in self.parts if lot in own), self.left)


@dataclass
class Purse:
    """One member in one unit."""

    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    held: dict[int, Takes] = field(default_factory=dict)
    expiries: list[Ended] = field(default_factory=list)

    # -- what is shown ------------------------------------------------------------------

    def available(self, now: datetime) -> int:
        return sum(lot.left for lot in self.lots if lot.open(now))

    def pending(self, now: datetime) -> int:
        return sum(lot.left for lot in self.lots if lot.waits(now))

    def expiring(self, now: datetime) -> dict[datetime, int]:
        sums: dict[datetime, int] = {}
        for lot in self.lots:
            if lot.open(now) and lot.end is not None:
                sums[lot.end] = sums.get(lot.end, 0) + lot.left
        return sums

    @property
    def wallet(self) -> int:
        return sum(lot.left for lot in self.lots)

    @property
    def on_hold(self) -> int:
        return sum(amount for takes in self.held.values() for _, amount in takes)

    # -- what happens -------------------------------------------------------------------

    def give(self, lot: Lot) -> None:
        """A debt is paid first; the rest becomes a lot."""
        paid = min(lot.left, self.debt)
        self.debt -= paid
        lot.left -= paid
        if lot.left:
            self.lots.append(lot)

    def take(self, amount: int, now: datetime, *, despite_debt: bool = False) -> Takes | None:
        """Soonest expiring first, then the oldest, never-expiring last; None if it is too much."""
        usable = [lot for lot in self.lots if lot.open(now)]
        owed = 0 if despite_debt else self.debt
        if sum(lot.left for lot in usable) - owed < amount:
            return None
        return self.take_from(usable, amount)

    def take_from(self, lots: Iterable[Lot], amount: int) -> Takes:
        takes = []
        for lot in sorted(lots, key=_order):
            part = min(lot.left, amount)
            if part:
                lot.left -= part
                amount -= part
                takes.append((lot, part))
        return takes

    def put_back(self, takes: Takes, now: datetime, until: datetime) -> None:
        """To exactly their lots; what has expired meanwhile is usable `until` then."""
        for lot, amount in takes:
            if lot.over(now):
                again = lot.part(amount)
                again.start = again.made = now
                again.end = until
                self.lots.append(again)
            else:
                lot.left += amount
                if lot not in self.lots:
                    self.lots.append(lot)

    def take_back(
        self, amount: int, origin: str, booking: int, counted: int, now: datetime, policy: str
    ) -> int:
        """A refund: own pending lots, other own lots, what lapsed of them unspent and was not
        counted before, available points, debt, by policy; how much counted as lapsed."""
        own = [lot for lot in self.lots if lot.origin == origin]
        amount = self._less(amount, [lot for lot in own if lot.waits(now)])
        if policy != "only_pending":
            amount = self._less(amount, [lot for lot in own if lot.open(now)])
        mine = [lot for lot in own if lot.booking == booking]
        gone = sum(lot.left for lot in mine if lot.over(now))
        gone += sum(ended.of(mine) for ended in self.expiries)
        lapsed = min(amount, max(gone - counted, 0))
        amount -= lapsed
        if policy != "only_pending":
            others = [lot for lot in self.lots if lot.open(now) and lot not in own]
            amount = self._less(amount, others)
        if policy == "unlimited":
            self.debt += amount
        return lapsed

    def _less(self, amount: int, lots: list[Lot]) -> int:
        return amount - sum(part for _, part in self.take_from(lots, amount))

    def expire(self, now: datetime, origin: str | None = None) -> None:
        """What the clock has ended is gone; of one purchase if `origin` says so."""
        over = [lot for lot in self.lots if lot.over(now) and origin in (None, lot.origin)]
        parts = [(lot, lot.left) for lot in over if lot.left]
        for lot in over:
            lot.left = 0
        if parts:
            self.expiries.append(Ended(now, parts, sum(amount for _, amount in parts)))

    def reinstate(self, since: datetime, amount: int) -> None:
        """Takes from what expired since, the oldest first."""
        for ended in self.expiries:
            part = min(ended.left, amount) if ended.at >= since else 0
            ended.left -= part
            amount -= part

    def expired_since(self, since: datetime) -> int:
        return sum(ended.left for ended in self.expiries if ended.at >= since)


def _order(lot: Lot) -> tuple[bool, datetime, datetime, int]:
    return (lot.end is None, lot.end or lot.made, lot.made, lot.number)
