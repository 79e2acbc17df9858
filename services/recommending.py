"""What a member may like: the order of benefits that are otherwise alike to them.

docs/reference/performance.md says what was measured: goods that a member buys, then what everybody
redeems, was better than what everybody redeems alone, and than past redemptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from domain.consent import Purpose, agreed
from domain.likings import Demand, score
from services.ports import Work

LATELY: Final = timedelta(days=90)
NEWEST: Final = 100
"""Purchases that are looked at: more say no more, and cost time."""


def likings(work: Work, member_id: int) -> Mapping[int, float]:
    """A score by benefit id, higher is liked more; a benefit that is missing has 0.

    Whoever did not agree to a personal choice gets what is redeemed most, as does a newcomer.
    """
    demand = work.likings.demand()
    if not agreed(work.members.consents(member_id), Purpose.PERSONALISED):
        return demand.popular
    bought = work.likings.bought(member_id, NEWEST)
    own = {key: score(demand.get(key, Demand()), lines) for key, lines in bought.items()}
    return {**demand.popular, **own}


def nothing_to_count(work: Work) -> bool:
    return not work.likings.after(0, 1)


def count(work: Work, now: datetime, after: int, most: int) -> int | None:
    """Counts some benefits' redemptions anew; the last one's id, None when all are counted."""
    found = work.likings.after(after, most)
    for benefit_id in found:
        work.likings.count(benefit_id, now - LATELY)
    return found[-1] if len(found) == most else None
