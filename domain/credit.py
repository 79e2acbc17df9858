"""Stored value that is paid out: of which top-ups it comes, and the bonus that goes with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.payments import BONUS
from domain.points import Lot, Take, spending_order


@dataclass(frozen=True, slots=True)
class Part:
    """So much principal out of one lot, and the bonus of its top-up that goes with it."""

    lot_id: int
    source_id: str
    principal: int
    bonus_takes: tuple[Take, ...] = ()

    @property
    def bonus(self) -> int:
        return sum(take.amount for take in self.bonus_takes)


def payout(
    lots: Sequence[Lot], amount: int, given: Mapping[str, tuple[int, int]]
) -> tuple[Part, ...]:
    """How principal is paid out, in minor units. SEMANTICS: Stored value.

    What was paid in last goes back first. With it goes the bonus's share of what was paid in,
    rounded up, as far as it has not been spent; `given` says of each top-up what was paid in and
    given on top. Raises ValueError for more than there is.
    """
    left = {lot.id: lot.left for lot in lots}
    parts = []
    for lot in sorted(lots, key=spending_order, reverse=True):
        part = min(lot.left, amount)
        if lot.source_type == BONUS or not part:
            continue
        amount -= part
        paid, bonus = given.get(lot.source_id, (0, 0))
        share = -(-bonus * part // paid) if paid else 0
        takes = tuple(_bonus(lots, lot.source_id, share, left))
        parts.append(Part(lot.id, lot.source_id, part, takes))
    if amount:
        raise ValueError(f"{amount} more than was paid in")
    return tuple(parts)


def _bonus(lots: Sequence[Lot], source_id: str, share: int, left: dict[int, int]) -> list[Take]:
    takes = []
    for lot in lots:
        part = min(left[lot.id], share)
        if (lot.source_type, lot.source_id) == (BONUS, source_id) and part:
            takes.append(Take(lot.id, part))
            left[lot.id] -= part
            share -= part
    return takes
