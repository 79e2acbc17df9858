"""Who a campaign reached and what became of it, member by member, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from domain.campaign_plans import load_plan
from domain.dates import zone_of
from domain.members import mask_name
from domain.staff import permissions
from services.campaign_drafts import find
from services.campaign_results import span
from services.exporting import WHOLE
from services.masks import mask_number
from services.ports import Work
from services.ports.club import Actor

PAGE: Final = 2000
HEADS: Final = (
    *("number", "name", "text", "state", "reason", "at", "clicked", "redeemed", "purchases"),
    "revenue",
)


def may_see_whole(work: Work, actor: Actor) -> bool:
    """Whether somebody sees members' numbers and names in full."""
    operator = next((one for one in work.staff.all() if one.id == actor.staff_id), None)
    return operator is not None and operator.active and WHOLE in permissions(operator.role)


def members(
    work: Work, campaign_id: int, now: datetime, *, whole: bool = False
) -> Iterator[list[Any]]:
    """Rows under HEADS, by member: local times, revenue in minor units. Without `whole` numbers
    and names are masked. Raises CampaignNotFound."""
    campaign = find(work, campaign_id)
    zone = zone_of(work.programmes.current().zone)
    bought = span(work, campaign, load_plan(campaign.plan), now)

    def local(at: datetime | None) -> str:
        return at.astimezone(zone).isoformat(" ", "seconds") if at else ""

    page = work.campaign_results.reached(campaign_id, bought, 0, PAGE)
    while page:
        for one in page:
            yield [
                one.number if whole else mask_number(one.number),
                one.name if whole else mask_name(one.name),
                one.letter,
                one.what,
                one.reason,
                local(one.at),
                local(one.clicked),
                one.redeemed,
                one.purchases,
                one.revenue,
            ]
        page = work.campaign_results.reached(campaign_id, bought, page[-1].member_id, PAGE)
