"""What an operator does about a campaign's gifts: more budget, on without them, taking back what
is unused; and ticking off a line of a checklist."""

from __future__ import annotations

from typing import Final

from bot.messages import Button, Reply
from bot.router import Route
from domain.campaign_plan_errors import TaskUnknown
from domain.errors import NotAllowed
from handlers import campaign_cards
from handlers.parts import number
from handlers.turns import Turn, actor
from services import campaign_gifts, campaign_revoking, campaign_tasks, campaigns

RAISES: Final = (150, 200, 300)
"""Budgets that are offered, in percent of the one that is used up."""


def ask_budget(turn: Turn) -> Reply:
    """By how much is the budget to grow?"""
    campaign = campaigns.find(turn.work, number(turn))
    if campaign.budget_minor is None or campaign.state in campaign_cards.OVER:
        return campaign_cards.watched(turn, campaign.id)
    values = campaign_gifts.values(turn.work, campaign)
    currency = values["cost"]["currency"]
    amounts = [campaign.budget_minor * percent // 100 for percent in RAISES]
    rows = [(_raise(campaign.id, minor, currency),) for minor in amounts]
    keep = Button("broadcast.button_keep", "campaign.show", (str(campaign.id),))
    return Reply("campaign_plan.ask_budget", values, (*rows, (keep,)), edit=True)


def _raise(campaign_id: int, minor: int, currency: str) -> Button:
    args = (str(campaign_id), str(minor))
    shown = {"amount": {"minor": minor, "currency": currency}}
    return Button("campaign_plan.button_budget", "campaign.raise", args, effect=True, values=shown)


def raise_budget(turn: Turn) -> Reply:
    """A larger budget, and on it goes."""
    campaign_gifts.raise_budget(turn.work, number(turn), number(turn, 1), actor(turn), turn.now)
    return campaign_cards.watched(turn, number(turn))


def without_gift(turn: Turn) -> Reply:
    """Goes on and gives nothing any more."""
    campaign_gifts.without_gift(turn.work, number(turn), actor(turn), turn.now)
    return campaign_cards.watched(turn, number(turn))


def ask_revoke(turn: Turn) -> Reply:
    """Take it back? From how many, and what."""
    campaign_id = number(turn)
    found = campaign_revoking.unused(turn.work, campaign_id, turn.now)
    values = campaign_gifts.values(turn.work, campaigns.find(turn.work, campaign_id))
    shown = {**values, "members": found.members, "left": found.points, "vouchers": found.vouchers}
    args = (str(campaign_id),)
    sure = Button("campaign_plan.button_revoke_sure", "campaign.revoke_now", args, effect=True)
    keep = Button("campaign_plan.button_leave", "campaign.show", args)
    return Reply("campaign_plan.sure_revoke", shown, ((sure,), (keep,)), edit=True)


def revoke(turn: Turn) -> Reply:
    """Takes some of what is unused back, and offers to go on."""
    done = campaign_gifts.revoke_unused(turn.work, number(turn), actor(turn), turn.now)
    args = (str(number(turn)),)
    more = Button("campaign_plan.button_more", "campaign.revoke_now", args, effect=True)
    card = Button("broadcast.button_result", "campaign.show", args)
    values = {"members": done.members, "points": done.points, "more": done.more}
    rows = ((more,), (card,)) if done.more else ((card,),)
    return Reply("campaign_plan.revoked", values, rows, edit=True)


def task_done(turn: Turn) -> Reply:
    """Ticks a line off: its owner's, or that of a campaign one may write."""
    if turn.person.staff is None:
        raise NotAllowed("campaign:write")
    campaign_id, position = number(turn), number(turn, 1)
    tasks = campaign_tasks.listed(turn.work, campaign_id)
    task = next((one for one in tasks if one.position == position), None)
    if task is None:
        raise TaskUnknown()
    if task.owner_id != actor(turn).staff_id and not turn.person.may("campaign:write"):
        raise NotAllowed("campaign:write")
    campaign_tasks.done(turn.work, campaign_id, position, actor(turn), turn.now)
    return Reply("campaign_plan.task_done", {"text": task.text}, edit=True)


ROUTES: Final[tuple[Route, ...]] = (
    Route("campaign.budget", ask_budget, needs="campaign:write"),
    Route("campaign.raise", raise_budget, writes=True, needs="campaign:write"),
    Route("campaign.without", without_gift, writes=True, needs="campaign:write"),
    Route("campaign.revoke", ask_revoke, needs="campaign:write", long=True),
    Route("campaign.revoke_now", revoke, writes=True, needs="campaign:write"),
    Route("campaign.task_done", task_done, writes=True, anyone=True),
)
