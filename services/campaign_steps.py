"""What campaigns do by themselves: begin at their time, write recipients, end, tell the author.

Each step is one short transaction, so that nobody waits long for a campaign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from domain.campaigns import CampaignKind, CampaignState
from domain.consent import send_at
from services import restoring
from services.audience_scope import asked_at
from services.campaign_control import BATCH, young_since
from services.campaign_drafts import (
    MESSAGE,
    OUT,
    hash_of,
    lane_of,
    looked_for,
)
from services.campaign_following import agreed_words
from services.campaign_progress import finished_notice
from services.campaign_telling import chats
from services.ports import Work
from services.ports.campaigns import Campaign, Hours, Shape, Slice
from services.ports.club import Actor
from services.ports.post import Waiting
from services.quiet import open_at

SLICE: Final = 1000
"""Members looked at in one transaction, if nobody says how many."""
CLOCK: Final = Actor("clock")
_SCHEDULED: Final = (CampaignState.SCHEDULED.value,)
_GOING: Final = (CampaignState.RUNNING.value, CampaignState.PAUSED.value)


def due(work: Work, now: datetime) -> bool:
    """Whether `advance` would find something to do; a cheap read."""
    return bool(work.campaigns.steps(now))


def advance(work: Work, now: datetime, most: int = SLICE) -> bool:
    """One short step of every campaign that has one; True if there may be more at once."""
    return any([step(work, campaign_id, now, most) for campaign_id in work.campaigns.steps(now)])


def step(work: Work, campaign_id: int, now: datetime, most: int = SLICE) -> bool:
    """One short step of a campaign, which looks at so many members; True if there may be more at
    once."""
    work.campaigns.lock(campaign_id)
    campaign = work.campaigns.get(campaign_id)
    if campaign.finished_at is not None:
        return False
    if campaign.state == CampaignState.SCHEDULED:
        return _begin(work, campaign, now)
    if campaign.state == CampaignState.CANCELLED:
        return bool(work.campaign_rows.skip(campaign_id, BATCH)) or _end(work, campaign, now)
    if campaign.state != CampaignState.RUNNING:
        return False
    if campaign.filled_at is None:
        return fill(work, campaign, now, most)
    if campaign.retry_at is not None:
        return _retry(work, campaign, now)
    return _end(work, campaign, now)


def _begin(work: Work, campaign: Campaign, now: datetime) -> bool:
    """Only what was approved begins. SEMANTICS: Campaigns."""
    if campaign.send_at is not None and campaign.send_at > now:
        return False
    if campaign.kind != CampaignKind.RECALL and hash_of(work, campaign) != campaign.approved_hash:
        work.campaigns.move(campaign.id, _SCHEDULED, CampaignState.DRAFT, "changed")
        work.audit.add(CLOCK, "campaign.changed", ("campaign", campaign.id), now, {})
        return False
    started = {"state": CampaignState.RUNNING, "started_at": now}
    if not work.campaigns.change(campaign.id, _SCHEDULED, **started):
        return False
    work.audit.add(CLOCK, "campaign.start", ("campaign", campaign.id), now, {})
    return True


def _retry(work: Work, campaign: Campaign, now: datetime) -> bool:
    words = agreed_words(work, campaign)
    if work.campaign_rows.retry(campaign.id, now, BATCH, words) == BATCH:
        return True
    return not work.campaigns.change(campaign.id, _GOING, retry_at=None)


def _end(work: Work, campaign: Campaign, now: datetime) -> bool:
    if work.campaign_rows.is_open(campaign.id) or not work.campaigns.finish(campaign.id, now):
        return False
    work.campaigns.move(campaign.id, _GOING, CampaignState.FINISHED, "")
    content = {**campaign.content, "rounds": campaign.content.get("rounds", 0) + 1}
    over = (CampaignState.FINISHED.value, CampaignState.CANCELLED.value)
    work.campaigns.change(campaign.id, over, content=content)
    told = finished_notice(work, work.campaigns.get(campaign.id), now)
    for address_id in chats(work, campaign):
        once = told.dedupe if campaign.address_id else f"{told.dedupe}:{address_id}"
        work.deliveries.to_address(address_id, replace(told, dedupe=once), now)
    return True  # a recall may have waited for it


# -- recipients --------------------------------------------------------------------------


def fill(work: Work, campaign: Campaign, now: datetime, most: int = SLICE) -> bool:
    """Writes the rows of the next recipients; True if there are more."""
    if campaign.of_id is None:
        found = work.audiences.slice(
            campaign.id, looked_for(work, campaign), campaign.reached, most
        )
    else:
        found = work.campaign_rows.sent_of(campaign.of_id, campaign.reached, most)
    if found.looked_at:
        _write(work, campaign, found, now)
        if campaign.of_id is None and restoring.in_gap(work, campaign.started_at):
            work.doubts.doubt_new(campaign.id, now, restoring.REASON)
    more = found.looked_at == most
    work.campaigns.fill(campaign.id, found.upto, None if more else now)
    return more


def _write(work: Work, campaign: Campaign, found: Slice, now: datetime) -> None:
    shape = Shape(
        campaign.id,
        campaign.purpose,
        lane_of(campaign),
        campaign.wording_id,
        campaign.paid,
        message(campaign),
        now,
    )
    within, ids = (campaign.reached, found.upto), work.id_block(found.looked_at)
    if campaign.of_id is not None:
        recall = campaign.kind == CampaignKind.RECALL
        act, young = ("delete", young_since(now)) if recall else ("edit", None)
        work.campaign_rows.follow(shape, campaign.of_id, act, within, ids, young)
        return
    audience, due = looked_for(work, campaign), dues(work, found.hours, now)
    when = asked_at(work, campaign.started_at or now)
    work.audiences.write(shape, audience, when, within, due, ids)


def dues(work: Work, hours: Iterable[Hours], now: datetime) -> dict[str, datetime]:
    """When members may be written to, by the key of their hours."""
    programme = work.programmes.current()
    found = {}
    for one in hours:
        zone = one.zone or programme.zone
        if one.quiet_from is None or one.quiet_to is None:
            found[one.key] = send_at(now, zone, programme.care.quiet)
        else:
            found[one.key] = open_at(now, zone, one.quiet_from, one.quiet_to)
    return found


def message(campaign: Campaign) -> dict[str, Any]:
    """What each row says of its message; the words stand once, in the wording."""
    rows = [[_button(*button) for button in row] for row in OUT]
    return {
        "key": MESSAGE,
        "values": {},
        "rows": [] if campaign.kind == CampaignKind.RECALL else rows,
        "ask_contact": "",
        "photo": "",
        "protect": False,
    }


def _button(label: str, intent: str, args: tuple[str, ...]) -> dict[str, Any]:
    plain = {"effect": False, "here": False, "url": "", "values": {}}
    return {"label": label, "intent": intent, "args": list(args), **plain}


def values_of(work: Work, row: Waiting, now: datetime) -> Mapping[str, Any]:
    """The values of a campaign's message: what its words may use."""
    if row.campaign_id is None and row.wording_id is None:
        values: Mapping[str, Any] = row.message["values"]
        return values
    if row.wording_id is None:
        assert row.campaign_id is not None
        return work.campaigns.get(row.campaign_id).content
    texts = work.wordings.contents([row.wording_id]).get(row.wording_id, {}).get("texts", {})
    if row.member_id is None or not any("name" in text for text in texts.values()):
        return {"name": ""}
    return {"name": work.members.get(row.member_id).name or ""}
