"""What the ledger means, once more and as small as it goes: a purse of lots in plain Python.

Written from SEMANTICS (Points) and from nothing of ours, so that both can be wrong only alike if
the text is misread alike.
"""

from dataclasses import dataclass, field
from datetime import datetime

Takes = list[tuple["Lot", int]]


@dataclass(eq=False)
class Lot:
    """So much is left of an earning, usable from a moment until before another."""

    left: int
    start: datetime
    end: datetime | None
    made: tuple[datetime, int]
    origin: str = ""

    def open(self, now: datetime) -> bool:
        return self.left > 0 and self.start <= now and not self.over(now)

    def waits(self, now: datetime) -> bool:
        return self.left > 0 and now < self.start and not self.over(now)

    def over(self, now: datetime) -> bool:
        return self.end is not None and self.end <= now


@dataclass
class Purse:
    """One member in one unit."""

    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    held: dict[str, Takes] = field(default_factory=dict)
    expired: int = 0

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

    def give(
        self,
        amount: int,
        start: datetime,
        end: datetime | None,
        origin: str = "",
        made: datetime | None = None,
    ) -> None:
        """A debt is paid first; the rest becomes a lot."""
        paid = min(amount, self.debt)
        self.debt -= paid
        if amount > paid:
            lot = Lot(amount - paid, start, end, (made or start, len(self.lots)), origin)
            self.lots.append(lot)

    def take(self, amount: int, now: datetime) -> Takes | None:
        """Soonest expiring first, then the oldest, never-expiring last; None if it is too much."""
        usable = [lot for lot in self.lots if lot.open(now)]
        if sum(lot.left for lot in usable) - self.debt < amount:
            return None
        return self.take_from(usable, amount)

    def take_from(self, lots: list[Lot], amount: int) -> Takes:
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
                self.lots.append(Lot(amount, now, until, (now, len(self.lots)), lot.origin))
            else:
                lot.left += amount

    def take_back(self, amount: int, origin: str, now: datetime, policy: str) -> None:
        """A refund: own pending lots, other own lots, available points, debt, by policy."""
        own = [lot for lot in self.lots if lot.origin == origin]
        steps = [[lot for lot in own if lot.waits(now)]]
        if policy != "only_pending":
            steps.append([lot for lot in own if lot.open(now)])
            steps.append([lot for lot in self.lots if lot.open(now) and lot not in own])
        for lots in steps:
            amount -= sum(part for _, part in self.take_from(lots, amount))
        if policy == "unlimited":
            self.debt += amount

    def expire_of(self, origin: str, now: datetime) -> None:
        """A purchase that comes late may bring points that are over already."""
        for lot in self.lots:
            if lot.origin == origin and lot.over(now):
                lot.left = 0

    def expire(self, now: datetime) -> int:
        """What the clock has ended is gone."""
        gone = 0
        for lot in self.lots:
            if lot.over(now):
                gone += lot.left
                lot.left = 0
        self.expired += gone
        return gone


def _order(lot: Lot) -> tuple[bool, datetime, datetime, int]:
    return (lot.end is None, lot.end or lot.made[0], *lot.made)
