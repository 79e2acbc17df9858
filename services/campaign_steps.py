"""What campaigns do by themselves: begin at their time, write recipients, end, tell the author.

Each step is one short transaction, so that nobody waits long for a campaign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from domain.campaign_plans import TimingKind, load_plan
from domain.campaigns import CampaignKind, CampaignState
from services import campaign_hours, restoring
from services.audience_scope import asked_at
from services.campaign_control import BATCH, young_since
from services.campaign_drafts import (
    MESSAGE,
    OUT,
    hash_of,
    lane_of,
    looked_for,
)
from services.campaign_following import agreed_words, letters_from
from services.campaign_gifts import SLICE as GIFTS
from services.campaign_gifts import gift_of, give_slice, told
from services.campaign_progress import finished_notice
from services.campaign_telling import chats
from services.campaign_variants import tried_of
from services.ports import Work
from services.ports.campaigns import Campaign, Shape, Slice
from services.ports.club import Actor
from services.ports.post import Waiting

SLICE: Final = 1000
"""Members looked at in one transaction, if nobody says how many."""
CLOCK: Final = Actor("clock")
_SCHEDULED: Final = (CampaignState.SCHEDULED.value,)
_RUNS: Final = (CampaignState.RUNNING.value,)
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
    by_letter = letters_from(work, campaign)
    count = work.campaign_rows.retry(
        campaign.id, now, BATCH, None if by_letter is not None else words
    )
    if by_letter is not None:
        work.campaign_subjects.reword_as(campaign.id, by_letter, campaign.of_id or campaign.id)
    if count == BATCH:
        return True
    return not work.campaigns.change(campaign.id, _GOING, retry_at=None)


def _end(work: Work, campaign: Campaign, now: datetime) -> bool:
    if work.campaign_rows.is_open(campaign.id) or not work.campaigns.finish(campaign.id, now):
        return False
    work.campaigns.move(campaign.id, _GOING, CampaignState.FINISHED, "")
    content = {**campaign.content, "rounds": campaign.content.get("rounds", 0) + 1}
    over = (CampaignState.FINISHED.value, CampaignState.CANCELLED.value)
    work.campaigns.change(campaign.id, over, content=content)
    notice = finished_notice(work, work.campaigns.get(campaign.id), now)
    for address_id in chats(work, campaign):
        once = notice.dedupe if campaign.address_id else f"{notice.dedupe}:{address_id}"
        work.deliveries.to_address(address_id, replace(notice, dedupe=once), now)
    return True  # a recall may have waited for it


# -- recipients --------------------------------------------------------------------------


def fill(work: Work, campaign: Campaign, now: datetime, most: int = SLICE) -> bool:
    """Writes the rows of the next recipients, and gives them what they get with it; True if there
    are more."""
    gift = gift_of(campaign) if campaign.of_id is None else None
    if gift is not None:
        most = min(most, GIFTS)
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
    more, upto, why = found.looked_at == most, found.upto, ""
    if gift is not None:
        upto, why = give_slice(work, campaign, gift, (campaign.reached, found.upto), now)
    work.campaigns.fill(campaign.id, upto, None if more or why else now)
    if why and work.campaigns.move(campaign.id, _RUNS, CampaignState.PAUSED, why):
        work.audit.add(CLOCK, "campaign.pause", ("campaign", campaign.id), now, {"reason": why})
        told(work, campaign, why, now)
    return more and not why


def _write(work: Work, campaign: Campaign, found: Slice, now: datetime) -> None:
    tried = tried_of(work, campaign) if campaign.of_id is None else None
    shape = Shape(
        campaign.id,
        campaign.purpose,
        lane_of(campaign),
        campaign.wording_id,
        campaign.paid,
        message(campaign),
        now,
        tried,
    )
    within, ids = (campaign.reached, found.upto), work.id_block(found.looked_at)
    if campaign.of_id is not None:
        recall = campaign.kind == CampaignKind.RECALL
        act, young = ("delete", young_since(now)) if recall else ("edit", None)
        work.campaign_rows.follow(shape, campaign.of_id, act, within, ids, young)
        if work.campaign_variants.of(campaign.id):
            work.campaign_subjects.reword(campaign.id, campaign.of_id, within)
        return
    timing, begun = load_plan(campaign.plan).timing, campaign.started_at or now
    due = campaign_hours.dues(work, found.hours, now, timing, begun)
    audience, when = looked_for(work, campaign), asked_at(work, begun)
    work.audiences.write(shape, audience, when, within, due, ids)
    if tried is not None:
        work.audiences.place(campaign.id, audience, when, within, tried)
    if timing.kind is TimingKind.USUAL_HOUR:
        campaign_hours.settle(work, campaign, within, now)


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
    if row.campaign_id is None:  # somebody looks at it
        return {"name": row.message["values"].get("name", "")}
    if row.member_id is None or not any("name" in text for text in texts.values()):
        return {"name": ""}
    return {"name": work.members.get(row.member_id).name or ""}
