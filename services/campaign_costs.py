"""What the gift of a campaign costs the club, reckoned from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil

from domain.benefits import Benefit
from domain.campaign_plans import Gift, load_plan
from services import presents
from services.audience_scope import asked_at
from services.campaign_drafts import looked_for
from services.campaign_variants import tried_of
from services.ports import Work
from services.ports.campaigns import Campaign


@dataclass(frozen=True, slots=True)
class Cost:
    """What the gifts of a campaign would cost. `each_minor` in minor units of the programme's
    currency (None: nobody knows); `count` members would get one; `points` are given in all;
    `enough`: whether the budget pays for everybody."""

    each_minor: int | None
    count: int
    total_minor: int
    points: int
    enough: bool


def cost_of_one(work: Work, gift: Gift) -> int | None:
    """What one gift costs, in minor units: as its author says; else the money that a voucher is
    worth; else its points (or its price in points) at what a point buys at best in the
    catalogue. None where nothing says."""
    if gift.each_minor is not None:
        return gift.each_minor
    points = gift.points
    if gift.benefit_key:
        benefit = presents.benefit_of(work, gift.benefit_key)
        if benefit is None:
            return None
        if worth := _worth(benefit):
            return worth
        points = benefit.price
    best = max(_rates(work), default=None)
    return None if best is None else ceil(points * best)


def cost(work: Work, campaign: Campaign, now: datetime) -> Cost | None:
    """What the gifts would cost if the campaign began now; None without a gift. Counts the
    audience, so outside of writing transactions. Raises AudienceMissing."""
    gift = load_plan(campaign.plan).gift
    if gift is None:
        return None
    audience, when = looked_for(work, campaign), asked_at(work, now)
    if tried := tried_of(work, campaign):
        places = work.audiences.places(campaign.id, audience, when, tried)
        return cost_for(work, campaign, sum(n for place, n in places.items() if place != "held"))
    return cost_for(
        work, campaign, sum(work.audiences.count(campaign.id, audience, when).values())
    )


def cost_for(work: Work, campaign: Campaign, count: int) -> Cost:
    """What the campaign's gift costs for so many members."""
    gift = load_plan(campaign.plan).gift or Gift()
    each, budget = cost_of_one(work, gift), campaign.budget_minor
    total = (each or 0) * count
    enough = budget is None or total <= budget
    return Cost(each, count, total, gift.points * count, enough)


def _worth(benefit: Benefit) -> int:
    """The money that it takes off or puts on, 0 if it is no fixed amount."""
    amount = benefit.detail.get("amount_minor", 0)
    return amount if isinstance(amount, int) else 0


def _rates(work: Work) -> Iterator[Fraction]:
    """What a point buys: money of a voucher for each of the points that it costs."""
    for benefit in work.benefits.all():
        if benefit.price > 0 and not benefit.stopped and (worth := _worth(benefit)):
            yield Fraction(worth, benefit.price)
