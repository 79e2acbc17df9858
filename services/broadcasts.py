"""A text of an operator to every member who has agreed to promotions, without a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from domain.campaigns import (
    Audience,
    BroadcastForNobody,
    CampaignKind,
    CampaignState,
    check_text,
)
from domain.consent import Purpose
from services import campaign_control
from services.campaign_drafts import MESSAGE, OUT, id_of
from services.campaign_progress import Progress as Progress
from services.campaign_progress import progress as progress_at
from services.campaign_steps import advance as advance
from services.campaign_steps import fill
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from services.ports.post import Notice

BATCH: Final = campaign_control.BATCH


def audience(work: Work) -> int:
    """How many members would get a broadcast now; raises BroadcastForNobody for none."""
    count = sum(work.audiences.count(0, Audience(), 0).values())
    if not count:
        raise BroadcastForNobody()
    return count


def to_self(work: Work, text: str, address_id: int, now: datetime) -> None:
    """Sends the message to its author exactly as members will get it."""
    work.deliveries.to_address(address_id, Notice(MESSAGE, {"text": check_text(text)}, OUT), now)


def start(
    work: Work, text: str, *, author: Actor, address_id: int, key: str, now: datetime
) -> Campaign:
    """Starts a broadcast, once per key; raises BroadcastEmpty, BroadcastTooLong, -ForNobody."""
    assert author.staff_id is not None
    planned = audience(work)
    campaign = Campaign(
        id=id_of(key),
        kind=CampaignKind.BROADCAST,
        state=CampaignState.RUNNING,
        purpose=Purpose.PROMOTIONS,
        content={"text": check_text(text)},
        author_id=author.staff_id,
        address_id=address_id,
        made_at=now,
        started_at=now,
        audience=Audience().dump(),
        planned=planned,
    )
    if work.campaigns.add(campaign):
        subject = ("campaign", campaign.id)
        work.audit.add(author, "campaign.start", subject, now, {"planned": planned})
        fill(work, campaign, now)
    return work.campaigns.get(campaign.id)


def stop(work: Work, campaign_id: int, *, author: Actor, now: datetime) -> Campaign:
    """Stops a broadcast: what has not left stays; raises CampaignNotFound, CampaignOver."""
    return campaign_control.stop(work, campaign_id, author, now)


def progress(work: Work, campaign_id: int) -> Progress:
    """Where a broadcast stands; raises CampaignNotFound."""
    return progress_at(work, campaign_id, work.campaigns.get(campaign_id).made_at)
