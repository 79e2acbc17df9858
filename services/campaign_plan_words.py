"""The plan of a campaign as values for texts (`campaign_plan.summary`)."""

from __future__ import annotations

from typing import Any

from domain.campaign_plans import GoalKind, Plan
from services import campaign_costs, campaign_plans, campaign_tasks, campaign_variants
from services.ports import Work
from services.ports.campaigns import Campaign


def planned(work: Work, campaign: Campaign) -> bool:
    """Whether it has more than words, audience and time."""
    more = campaign_variants.of(work, campaign.id) or campaign_tasks.listed(work, campaign.id)
    return bool(more) or campaign_plans.plan_of(campaign) != Plan()


def values(work: Work, campaign: Campaign) -> dict[str, Any]:
    """The plan for a text."""
    plan = campaign_plans.plan_of(campaign)
    currency = work.programmes.current().currency
    goal, gift = plan.goal, plan.gift
    each = campaign_costs.cost_of_one(work, gift) if gift else None
    money = goal is not None and goal.kind is GoalKind.REVENUE
    owners = {one.id: one.name for one in work.staff.all()}
    texts = campaign_variants.of(work, campaign.id)
    return {
        "goal": str(goal.kind) if goal else "",
        "target": _money(goal.target, currency) if goal and money else goal.target if goal else 0,
        "budget": _money(campaign.budget_minor, currency) if plan.budget_minor else None,
        "points": gift.points if gift else 0,
        "voucher": _voucher(work, gift.benefit_key) if gift and gift.benefit_key else None,
        "each": _money(each, currency) if each else None,
        "held": plan.held_percent,
        "hour": str(plan.timing.kind),
        "clock": f"{plan.timing.minute // 60}:{plan.timing.minute % 60:02}",
        "days": plan.window_days,
        "letters": [{"letter": one.letter, "share": one.share} for one in texts],
        "tasks": [
            {
                "text": one.text,
                "done": one.done_at is not None,
                "owner": owners.get(one.owner_id or 0),
            }
            for one in campaign_tasks.listed(work, campaign.id)
        ],
    }


def _money(minor: int | None, currency: str) -> dict[str, Any]:
    return {"minor": minor or 0, "currency": currency}


def _voucher(work: Work, key: str) -> dict[str, str]:
    found = next((one for one in work.benefits.all() if one.key == key), None)
    return dict(found.names) if found else {"zh": key, "en": key}
