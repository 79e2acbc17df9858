"""Gifts of campaigns (发券): each recipient gets one, in the transaction that writes their row.

Where the budget or the stock ends the campaign pauses before the member who would get nothing, and
asks. What the message itself meets later (a blocked chat, a week that is full) takes no gift back.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from domain.campaign_errors import CampaignNotNow
from domain.campaign_plan_errors import BudgetNeedsAnother, BudgetOutside
from domain.campaign_plans import Gift, load_plan
from domain.campaigns import CampaignState
from domain.errors import Refused
from services import ledger, presents
from services.campaign_costs import Cost, cost, cost_for, cost_of_one
from services.campaign_drafts import find
from services.campaign_revoking import Revoked, revoke_unused
from services.campaign_telling import abouts, chats
from services.ports import Work
from services.ports.campaign_plans import Grant, Sums
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from services.ports.post import Notice

__all__ = [
    "Cost",
    "Revoked",
    "cost",
    "cost_for",
    "give_slice",
    "given",
    "offer_revoking",
    "raise_budget",
    "revoke_unused",
    "told",
    "values",
    "without_gift",
]

log = logging.getLogger(__name__)

SLICE: Final = 25
"""Members who get a gift in one transaction: it holds their locks and that of the stock."""
SOURCE: Final = "campaign"
BUDGET: Final = "budget"
GONE: Final = "gift_gone"
REFUSED: Final = "no_gift"
ENDED: Final = "gift_ended"
"""In `content`: it goes on without its gift."""
_PAUSED: Final = (CampaignState.PAUSED.value,)


def gift_of(campaign: Campaign) -> Gift | None:
    """What recipients get from now on."""
    return None if campaign.content.get(ENDED) else load_plan(campaign.plan).gift


def give_slice(
    work: Work, campaign: Campaign, gift: Gift, within: tuple[int, int], now: datetime
) -> tuple[int, str]:
    """Gives recipients `within` (after, upto) their gift, whose rows this transaction has written.
    Up to which member that went, and why no further (BUDGET, GONE), "" if everybody has theirs:
    the rows beyond are taken away again."""
    each = cost_of_one(work, gift) or 0
    for member_id in work.campaign_grants.owed(campaign.id, within):
        why = _give(work, campaign, gift, member_id, each, now)
        if why:
            work.campaign_grants.unwrite(campaign.id, (member_id - 1, within[1]))
            return member_id - 1, why
    return within[1], ""


def _give(
    work: Work, campaign: Campaign, gift: Gift, member_id: int, each: int, now: datetime
) -> str:
    """ "" once the member has it, or cannot be given it and gets no message."""
    if not work.campaign_grants.spend(campaign.id, each):
        return BUDGET
    work.members.lock(member_id)
    got = work.apart(partial(_present, work, campaign, gift, member_id, each, now))
    if isinstance(got, Grant):
        return ""
    work.campaign_grants.spend(campaign.id, -each)
    if got is None:
        return GONE
    if not isinstance(got, Refused):
        raise got
    log.warning("campaign %s cannot give its gift to a member: %s", campaign.id, got)
    work.campaign_grants.refuse(campaign.id, member_id, REFUSED)
    return ""


def _present(
    work: Work, campaign: Campaign, gift: Gift, member_id: int, each: int, now: datetime
) -> Grant | None:
    """None where there is none left to give."""
    key, posting_id, voucher_id = f"campaign:{campaign.id}:{member_id}", None, None
    if gift.points:
        posting = ledger.bonus(
            work,
            member_id,
            gift.points,
            key=key,
            source=(SOURCE, campaign.id),
            now=now,
            expires_at=_until(work, gift, now),
        )
        posting_id = posting.id if posting else None
    else:
        voucher = presents.present(
            work, member_id, gift.benefit_key, key=key, now=now, valid_days=gift.valid_days
        )
        if voucher is None:
            return None
        voucher_id = voucher.id
    grant = Grant(campaign.id, member_id, posting_id, voucher_id, gift.points, each, now)
    if not work.campaign_grants.add(grant):
        raise RuntimeError(f"campaign {campaign.id} gave its gift to a member before")
    return grant


def _until(work: Work, gift: Gift, now: datetime) -> datetime | None:
    if gift.valid_days is None:
        return None
    return ledger.end_of_days(work.programmes.current(), now, gift.valid_days)


def given(work: Work, campaign_id: int) -> Sums:
    """What it has given so far."""
    return work.campaign_grants.sums(campaign_id)


# -- when it cannot go on -----------------------------------------------------------------


def told(work: Work, campaign: Campaign, why: str, now: datetime) -> None:
    """Asks the author how a campaign that was paused for its gift shall go on."""
    what = "raise" if why == BUDGET else "again"
    intent = "campaign.budget" if why == BUDGET else "campaign.resume"
    args = (str(campaign.id),)
    rows = tuple(
        ((f"campaign_plan.button_{label}", leads, args),)
        for label, leads in (
            (what, intent),
            ("without", "campaign.without"),
            ("halt", "campaign.stop"),
        )
    )
    shown = {**values(work, campaign), "cause": why}
    notice = Notice("campaign_plan.paused", shown, rows)
    for address_id in chats(work, campaign):
        work.deliveries.to_address(address_id, notice, now)


def offer_revoking(work: Work, campaign: Campaign, now: datetime) -> None:
    """Says what a campaign that was stopped has given, and offers to take it back."""
    if not (campaign.plan.get("gift") and given(work, campaign.id).members):
        return
    button = ("campaign_plan.button_revoke", "campaign.revoke", (str(campaign.id),))
    once = f"given:{campaign.id}"
    notice = Notice("campaign_plan.given", values(work, campaign), ((button,),))
    for address_id in chats(work, campaign):
        single = replace(notice, dedupe=f"{once}:{address_id}")
        work.deliveries.to_address(address_id, single, now)


def values(work: Work, campaign: Campaign) -> dict[str, Any]:
    """What texts say of a campaign's gift: `points` or the names of the `voucher`, how many were
    `given`, `cost` and `budget` (amounts, or None)."""
    gift, sums = load_plan(campaign.plan).gift or Gift(), given(work, campaign.id)
    benefit = presents.benefit_of(work, gift.benefit_key) if gift.benefit_key else None
    currency = work.programmes.current().currency
    budget = campaign.budget_minor
    return {
        "about": abouts(work, (campaign,))[campaign.id],
        "given": sums.members,
        "points": gift.points,
        "voucher": dict(benefit.names) if benefit else None,
        "cost": {"minor": sums.cost_minor, "currency": currency},
        "budget": None if budget is None else {"minor": budget, "currency": currency},
    }


def raise_budget(
    work: Work, campaign_id: int, budget_minor: int, actor: Actor, now: datetime
) -> Campaign:
    """A larger budget for a campaign on its way; one that had paused for it goes on.

    Raises CampaignNotFound, CampaignNotNow, BudgetOutside if it pays for no further gift,
    BudgetNeedsAnother where another operator had agreed to it.
    """
    work.campaigns.lock(campaign_id)
    campaign = find(work, campaign_id)
    gift = gift_of(campaign)
    if campaign.state not in (CampaignState.RUNNING, CampaignState.PAUSED) or gift is None:
        raise CampaignNotNow(campaign.state)
    least = campaign.spent_minor + (cost_of_one(work, gift) or 0)
    if budget_minor < max(least, (campaign.budget_minor or 0) + 1):
        raise BudgetOutside()
    if campaign.approver_id and str(actor.staff_id) in campaign.content.get("by", ()):
        raise BudgetNeedsAnother()
    plan = {**campaign.plan, "budget_minor": budget_minor}
    changes: dict[str, Any] = {"plan": plan, "budget_minor": budget_minor}
    if campaign.reason == BUDGET:
        changes |= {"state": CampaignState.RUNNING, "reason": ""}
    work.campaigns.change(campaign_id, (campaign.state,), **changes)
    about = {"before": campaign.budget_minor, "after": budget_minor}
    work.audit.add(actor, "campaign.budget", ("campaign", campaign_id), now, about)
    return find(work, campaign_id)


def without_gift(work: Work, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Goes on and gives nothing any more; once. Raises CampaignNotFound, CampaignNotNow for one
    that has not paused for its gift, BudgetNeedsAnother where another operator had agreed to
    it."""
    work.campaigns.lock(campaign_id)
    campaign = find(work, campaign_id)
    if campaign.content.get(ENDED) and campaign.state == CampaignState.RUNNING:
        return campaign
    if campaign.approver_id and str(actor.staff_id) in campaign.content.get("by", ()):
        raise BudgetNeedsAnother()
    content = {**campaign.content, ENDED: True}
    going = {"state": CampaignState.RUNNING, "reason": "", "content": content}
    paused = campaign.reason in (BUDGET, GONE)
    if not paused or not work.campaigns.change(campaign_id, _PAUSED, **going):
        raise CampaignNotNow(campaign.state)
    work.audit.add(actor, "campaign.without_gift", ("campaign", campaign_id), now, {})
    return find(work, campaign_id)
