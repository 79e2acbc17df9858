"""Wrong codes at the till: what each costs, and when nobody may try any more.

Whoever guesses hits codes whose checksum holds but that nobody has; an honest typist makes slips,
which the checksum sees. So a slip costs half as much. A lock ends ten minutes after the first
wrong code, however often one tries meanwhile.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

WITHIN: Final = timedelta(minutes=10)
UNKNOWN: Final = "unknown"
UNKNOWN_COST: Final = 2
SLIP_COST: Final = 1
MOST_OF_STAFF: Final = 20
"""Ten unknown codes, or twenty slips, of one operator."""
MOST_OF_ADDRESS: Final = 40
"""The same for one chat account or network address, which several may share."""
TILLS_OF_KEY: Final = 5
"""A key of the API serves all tills of a shop, and so may have this many times as many."""
ALARM: Final = 1000
"""Wrong codes of everybody in one hour, from which on operators are told and whoever has made a
mistake waits."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What wrong codes have cost: of one operator, of their address, and how many there were in
    this hour."""

    staff: int = 0
    address: int = 0
    hour: int = 0


def cost(reason: str) -> int:
    """What a wrong code costs; reason: `unknown`, or why it could be none (`length` …)."""
    return UNKNOWN_COST if reason == UNKNOWN else SLIP_COST


def locked(tally: Tally) -> bool:
    """Whether no code is looked up, right or wrong. While everybody together makes too many
    mistakes, those who made none go on."""
    if tally.staff >= MOST_OF_STAFF or tally.address >= MOST_OF_ADDRESS:
        return True
    return tally.hour >= ALARM and tally.staff > 0


def tries_left(tally: Tally) -> int:
    """How many unknown codes there may still be."""
    left = min(MOST_OF_STAFF - tally.staff, MOST_OF_ADDRESS - tally.address)
    return max(-(-left // UNKNOWN_COST), 0)
