"""A message of an operator to every member who has agreed to promotions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from domain.campaigns import (
    BroadcastForNobody,
    CampaignOver,
    CampaignState,
    check_text,
)
from domain.consent import Purpose
from services.ports import Work
from services.ports.care import Campaign
from services.ports.club import Actor
from services.ports.post import Notice, Waiting
from services.quiet import open_at

KIND: Final = "broadcast"
MESSAGE: Final = "broadcast.message"
BATCH: Final = 100
_OUT = ((("broadcast.button_stop", "stop", ()),),)
_STOPPABLE = (CampaignState.RUNNING.value, CampaignState.PAUSED.value)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a broadcast stands. `filling`: its recipients are still being written; `reasons`: what
    was not sent, and why."""

    campaign_id: int
    state: str
    filling: bool
    planned: int
    sent: int
    waiting: int
    skipped: int
    failed: int
    unknown: int
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def stoppable(self) -> bool:
        return self.state in _STOPPABLE


def audience(work: Work) -> int:
    """How many members would get a broadcast now; raises BroadcastForNobody for none."""
    count = work.campaigns.count(Purpose.PROMOTIONS)
    if not count:
        raise BroadcastForNobody()
    return count


def to_self(work: Work, text: str, address_id: int, now: datetime) -> None:
    """Sends the message to its author exactly as members will get it."""
    work.deliveries.to_address(address_id, Notice(MESSAGE, {"text": check_text(text)}, _OUT), now)


def start(
    work: Work, text: str, *, author: Actor, address_id: int, key: str, now: datetime
) -> Campaign:
    """Starts a broadcast, once per key; raises BroadcastEmpty, BroadcastTooLong, -ForNobody."""
    assert author.staff_id is not None
    planned = audience(work)
    campaign = Campaign(
        id=int.from_bytes(sha256(key.encode()).digest()[:8]) >> 2,
        kind=KIND,
        state=CampaignState.RUNNING.value,
        purpose=Purpose.PROMOTIONS.value,
        content={"text": check_text(text)},
        author_id=author.staff_id,
        address_id=address_id,
        made_at=now,
        started_at=now,
        reached=0,
        filled_at=None,
        finished_at=None,
        reason="",
    )
    if work.campaigns.add(campaign):
        subject = ("campaign", campaign.id)
        work.audit.add(author, "campaign.start", subject, now, {"planned": planned})
        fill(work, campaign, now)
    return work.campaigns.get(campaign.id)


def stop(work: Work, campaign_id: int, *, author: Actor, now: datetime) -> Campaign:
    """Stops a broadcast: what has not left stays; raises LookupError, CampaignOver."""
    campaign = work.campaigns.get(campaign_id)
    if campaign.finished_at or not work.campaigns.move(
        campaign_id, _STOPPABLE, CampaignState.CANCELLED, "stopped"
    ):
        if campaign.state == CampaignState.CANCELLED:
            return campaign
        raise CampaignOver(campaign.state)
    work.audit.add(author, "campaign.stop", ("campaign", campaign_id), now, {})
    work.outbox.skip_campaign(campaign_id, BATCH)
    return work.campaigns.get(campaign_id)


def progress(work: Work, campaign_id: int) -> Progress:
    """Where a broadcast stands; raises LookupError."""
    campaign = work.campaigns.get(campaign_id)
    by_state: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for (state, reason), count in work.outbox.states(campaign_id).items():
        by_state[state] = by_state.get(state, 0) + count
        if state in ("skipped", "dead"):
            word = reason.partition(":")[0]
            reasons[word] = reasons.get(word, 0) + count
    on_the_way = ("pending", "claimed", "sending")
    return Progress(
        campaign_id,
        campaign.state,
        campaign.filled_at is None and campaign.state in _STOPPABLE,
        sum(by_state.values()),
        by_state.get("sent", 0),
        sum(by_state.get(state, 0) for state in on_the_way),
        by_state.get("skipped", 0),
        by_state.get("dead", 0),
        by_state.get("unknown", 0),
        tuple(sorted(reasons.items())),
    )


# -- what goes on by itself --------------------------------------------------------------


def advance(work: Work, now: datetime) -> bool:
    """One short step of every open campaign; True if there is more to do at once."""
    return any([_step(work, campaign, now) for campaign in work.campaigns.open()])


def _step(work: Work, campaign: Campaign, now: datetime) -> bool:
    if campaign.state == CampaignState.CANCELLED:
        if work.outbox.skip_campaign(campaign.id, BATCH):
            return True
    elif campaign.state == CampaignState.PAUSED:
        return False
    elif campaign.filled_at is None:
        return fill(work, campaign, now)
    if work.outbox.is_open(campaign.id) or not work.campaigns.finish(campaign.id, now):
        return False
    work.campaigns.move(campaign.id, _STOPPABLE, CampaignState.FINISHED, "")
    result = progress(work, campaign.id)
    values = {"sent": result.sent, "planned": result.planned, "state": result.state}
    button = ("broadcast.button_result", "broadcast.progress", (str(campaign.id),))
    told = Notice("broadcast.finished", values, ((button,),), dedupe=f"finished:{campaign.id}")
    work.deliveries.to_address(campaign.address_id, told, now)
    return False


def fill(work: Work, campaign: Campaign, now: datetime) -> bool:
    """Writes the rows of the next recipients; True if there are more."""
    people, reached = work.campaigns.audience(campaign.purpose, campaign.reached, BATCH)
    home = work.programmes.current().zone
    due = [(to, open_at(now, to.zone or home, to.quiet_from, to.quiet_to)) for to in people]
    notice = Notice(
        MESSAGE,
        buttons=_OUT,
        purpose=campaign.purpose,
        surely=False,
        campaign_id=campaign.id,
    )
    work.deliveries.to_many(due, notice, now)
    work.campaigns.fill(campaign.id, reached or 0, now if reached is None else None)
    return reached is not None


def text_of(work: Work, row: Waiting, now: datetime) -> Mapping[str, Any]:
    """The message's text, which is kept once for all recipients."""
    if row.campaign_id is None:
        values: Mapping[str, Any] = row.message["values"]
        return values
    return work.campaigns.get(row.campaign_id).content
