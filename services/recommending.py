"""What a member may like: the order of benefits that are otherwise alike to them.

docs/reference/performance.md says what was measured: goods that a member buys, then what everybody
redeems, was better than what everybody redeems alone, and than past redemptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from domain.consent import Purpose, agreed
from services.ports import Work
from services.ports.likings import Demand

LATELY: Final = timedelta(days=90)
NEWEST: Final = 100
"""Purchases that are looked at: more say no more, and cost time."""
UNKNOWN: Final = Demand(0, 1)


def likings(work: Work, member_id: int) -> Mapping[int, float]:
    """A score by benefit id, higher is liked more; a benefit that is missing has 0.

    Whoever did not agree to a personal choice gets what is redeemed most, as does a newcomer.
    """
    demand = work.likings.demand()
    scores = {key: score(one, 0) for key, one in demand.items()}
    if agreed(work.members.consents(member_id), Purpose.PERSONALISED):
        for key, lines in work.likings.bought(member_id, NEWEST).items():
            scores[key] = score(demand.get(key, UNKNOWN), lines)
    return scores


def score(demand: Demand, bought: int) -> float:
    """How much somebody may like a benefit who bought its goods so many times."""
    return sqrt(demand.redeemed + 0.5) * (0.1 + bought / sqrt(max(demand.goods, 1)))


def nothing_to_count(work: Work) -> bool:
    return not work.likings.after(0, 1)


def count(work: Work, now: datetime, after: int, most: int) -> int | None:
    """Counts some benefits' redemptions anew; the last one's id, None when all are counted."""
    found = work.likings.after(after, most)
    for benefit_id in found:
        work.likings.count(benefit_id, now - LATELY)
    return found[-1] if len(found) == most else None
