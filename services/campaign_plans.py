"""The plan of a campaign: goal, budget, gift, share held out, when each member gets it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain.campaign_plan_errors import BudgetTooSmall, BudgetWithoutCost, GiftUnknown
from domain.campaign_plans import Gift, Plan, check_plan, load_plan
from services import presents
from services.campaign_costs import cost_of_one
from services.campaign_drafts import changed, find
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor

LONGEST_NAME: Final = 80


def plan_of(campaign: Campaign) -> Plan:
    """What the campaign has beside words, audience and moment."""
    return load_plan(campaign.plan)


def set_plan(work: Work, campaign_id: int, plan: Plan, actor: Actor, now: datetime) -> Campaign:
    """Goal, budget, gift, share held out, timing and window; a campaign in review is a draft
    again. Raises CampaignNotFound, CampaignNotDraft, GiftUnknown, BudgetTooSmall,
    BudgetWithoutCost, and as domain.campaign_plans.check_plan."""
    check_plan(plan)
    check_gift(work, plan)
    find(work, campaign_id)
    values: dict[str, Any] = {"plan": plan.dump(), "budget_minor": plan.budget_minor}
    return changed(work, campaign_id, actor, now, **_salted(work, campaign_id), **values)


def set_name(work: Work, campaign_id: int, name: str, actor: Actor, now: datetime) -> Campaign:
    """What operators call it."""
    short = " ".join(name.split())[:LONGEST_NAME]
    return changed(work, campaign_id, actor, now, name=short)


def check_gift(work: Work, plan: Plan) -> None:
    """Raises GiftUnknown, BudgetWithoutCost, BudgetTooSmall."""
    gift = plan.gift
    if gift is None:
        return
    if gift.benefit_key:
        benefit = presents.benefit_of(work, gift.benefit_key)
        if benefit is None or benefit.stopped:
            raise GiftUnknown(gift.benefit_key)
    if plan.budget_minor is not None:
        _check_budget(work, gift, plan.budget_minor)


def _check_budget(work: Work, gift: Gift, budget: int) -> None:
    each = cost_of_one(work, gift)
    if each is None:
        raise BudgetWithoutCost()
    if each > budget:
        currency = work.programmes.current().currency
        amounts = ({"minor": minor, "currency": currency} for minor in (budget, each))
        raise BudgetTooSmall(*amounts)


def _salted(work: Work, campaign_id: int) -> dict[str, int]:
    """The salt is drawn once, so that a change of the plan moves nobody to another text."""
    return {"salt": find(work, campaign_id).salt or work.random_id()}
