"""When a campaign's window is over: its author is told, and a day later the result is kept.

Counted in reading, beside everything else; written in a short transaction. A purchase that a till
sends late is in the result as long as it comes within that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.campaign_plans import load_plan
from services import campaign_figures, campaign_results
from services.campaign_drafts import find
from services.campaign_results import DAY, LATE, MOST_LOOKED_AT
from services.campaign_telling import chats
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from services.ports.post import Notice

AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Over:
    """A campaign whose window is over: its result, and whether that is kept now."""

    campaign_id: int
    result: Mapping[str, Any]
    for_good: bool


def shown(work: Work, campaign_id: int, now: datetime) -> dict[str, Any]:
    """The result of a campaign: as it was kept, else as it is now. Raises CampaignNotFound."""
    campaign = find(work, campaign_id)
    if campaign.result:
        return dict(campaign.result)
    return campaign_figures.plain(work, campaign_results.of(work, campaign_id, now))


def due(work: Work, now: datetime) -> list[int]:
    """Campaigns about which there is something to tell or to keep; a cheap read."""
    found = (one for one in work.campaign_results.unsettled(MOST_LOOKED_AT) if _due(one, now))
    return [one.id for one in found][:AT_ONCE]


def _due(campaign: Campaign, now: datetime) -> bool:
    """By the moment when it was finished, which is not before its last message was sent."""
    if campaign.finished_at is None:
        return False
    window = DAY * load_plan(campaign.plan).window_days
    over = campaign.finished_at + window
    return over <= now if campaign.counted_at is None else over + DAY <= now


def counted(work: Work, now: datetime) -> list[Over]:
    """Those that are due with their results; reads much."""
    found = []
    for campaign_id in due(work, now):
        result = campaign_results.of(work, campaign_id, now)
        ended = result.campaign.finished_at
        long_over = ended is not None and ended + DAY * (result.plan.window_days + 1) <= now
        data = campaign_figures.plain(work, result)
        found.append(Over(campaign_id, data, long_over))
    return found


def settle(work: Work, results: Iterable[Over], now: datetime) -> int:
    """Tells the authors and keeps what is to be kept, each once; how many."""
    return sum(_settle(work, one, now) for one in results)


def _settle(work: Work, over: Over, now: datetime) -> bool:
    campaign = find(work, over.campaign_id)
    first = campaign.counted_at is None
    if not work.campaign_results.settle(campaign.id, over.result if over.for_good else None, now):
        return False
    if over.for_good:
        work.audit.add(Actor("clock"), "campaign.settle", ("campaign", campaign.id), now, {})
    window = DAY * load_plan(campaign.plan).window_days
    if first and campaign.finished_at and now - campaign.finished_at - window <= LATE:
        _tell(work, campaign, over.result, now)
    return True


def _tell(work: Work, campaign: Campaign, result: Mapping[str, Any], now: datetime) -> None:
    button = ("outcome.button_show", "campaign.results", (str(campaign.id),))
    kept = ("name", "about", "window_days", "goal", "sent")
    values = {name: result[name] for name in kept} | {"currency": result["currency"]}
    for address_id in chats(work, campaign):
        once = f"outcome:{campaign.id}:{address_id}"
        notice = Notice("outcome.told", values, ((button,),), dedupe=once)
        work.deliveries.to_address(address_id, notice, now)


def export(work: Work, campaign_id: int, form: str, actor: Actor, now: datetime) -> None:
    """Notes in the audit that somebody takes results out, before anything of them leaves."""
    detail = {"what": "results", "form": form}
    work.audit.add(actor, "campaign.export", ("campaign", campaign_id), now, detail)
