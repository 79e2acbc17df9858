"""Asking for a campaign to be sent: at once, at a time, or after another operator's yes.

SEMANTICS: Campaigns. The approver is not the author; what was approved is what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.approvals import Approval, ApprovalOutdated, NotOwnApproval
from domain.campaign_errors import CampaignNotDraft, CampaignWordless, ListHasUnknown, NothingSent
from domain.campaign_plan_errors import TasksOpen
from domain.campaign_plans import load_plan
from domain.campaigns import (
    BroadcastForNobody,
    CampaignKind,
    CampaignState,
    check_time,
)
from services import approvals, campaign_plan_words
from services.audience_scope import asked_at
from services.audiences import explained
from services.campaign_costs import cost_for
from services.campaign_drafts import audience_of, find, hash_of, looked_for
from services.campaign_plans import check_gift
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor

KIND: Final = "campaign.start"
PERMISSION: Final = "campaign:approve"
_DRAFT: Final = (CampaignState.DRAFT.value,)
_REVIEW: Final = (CampaignState.IN_REVIEW.value,)


def submit(
    work: Work,
    campaign_id: int,
    *,
    actor: Actor,
    key: str,
    now: datetime,
    count: int | None = None,
    anyway: bool = False,
) -> Campaign:
    """Asks for it to be sent: it is in review where more get it than one operator may write to
    alone, else scheduled. The same key again changes nothing. `count`: how many get it, if that
    was counted for the card; `anyway`: although lines of its checklist are open.

    Raises CampaignNotFound, CampaignNotDraft, CampaignWordless, AudienceMissing, SendTimePast,
    ListHasUnknown, BroadcastForNobody, NothingSent, TasksOpen, and what services.campaign_plans
    says of its gift.
    """
    work.campaigns.lock(campaign_id)
    campaign = find(work, campaign_id)
    if campaign.content.get("key") == key:
        return campaign
    if campaign.state != CampaignState.DRAFT:
        raise CampaignNotDraft(campaign.state)
    check(work, campaign, now)
    if not anyway:
        _check_tasks(work, campaign)
    content = {**campaign.content, "key": key}
    if actor.staff_id:
        content["by"] = sorted({*content.get("by", ()), str(actor.staff_id)})
    second = needs_second(work, campaign, now)
    after = CampaignState.IN_REVIEW if second else CampaignState.SCHEDULED
    values: dict[str, Any] = {"state": after, "content": content, "planned": count}
    if not second:
        values["approved_hash"] = hash_of(work, campaign)
    if not work.campaigns.change(campaign_id, _DRAFT, **values):
        raise CampaignNotDraft(find(work, campaign_id).state)
    campaign = find(work, campaign_id)
    if second:
        _ask(work, campaign, actor, key, now)
    work.audit.add(actor, "campaign.submit", ("campaign", campaign_id), now, {"second": second})
    return campaign


def check(work: Work, campaign: Campaign, now: datetime) -> None:
    """Raises what keeps a campaign from being sent as it is."""
    if campaign.kind != CampaignKind.RECALL and campaign.wording_id is None:
        raise CampaignWordless()
    if campaign.send_at is not None:
        check_time(campaign.send_at, work.programmes.current().zone, now)
    if campaign.of_id is not None:
        if not work.campaign_rows.states(campaign.of_id).get("sent"):
            raise NothingSent()
        return
    check_gift(work, load_plan(campaign.plan))
    audience = looked_for(work, campaign)
    listed = campaign.content.get("list", {})
    if listed.get("unknown") and not listed.get("partly"):
        raise ListHasUnknown(listed["unknown"], listed["found"])
    if not work.audiences.more_than(campaign.id, audience, asked_at(work, now), 0):
        raise BroadcastForNobody()


def _check_tasks(work: Work, campaign: Campaign) -> None:
    if undone := [one for one in work.campaign_tasks.of(campaign.id) if one.done_at is None]:
        raise TasksOpen(len(undone))


def needs_second(work: Work, campaign: Campaign, now: datetime) -> bool:
    """Whether so many get it that another operator has to agree. To take back what was sent
    nobody needs to ask."""
    above = work.programmes.current().announcements.second_above
    if above is None or campaign.kind == CampaignKind.RECALL:
        return False
    if campaign.of_id is not None:
        return work.campaign_rows.states(campaign.of_id).get("sent", 0) > above
    when = asked_at(work, now)
    return work.audiences.more_than(campaign.id, looked_for(work, campaign), when, above)


def approved(work: Work, payload: Mapping[str, Any], actor: Actor, now: datetime) -> Campaign:
    """Schedules what another operator has agreed to. Raises ApprovalOutdated if it is not what
    was asked for any more, NotOwnApproval for somebody who had a hand in it, SendTimePast."""
    campaign = _asked_for(work, payload)
    if str(actor.staff_id) in campaign.content.get("by", ()):
        raise NotOwnApproval()
    check(work, campaign, now)
    values = {
        "state": CampaignState.APPROVED,
        "approver_id": actor.staff_id,
        "approved_hash": payload["hash"],
    }
    if not work.campaigns.change(campaign.id, _REVIEW, **values):
        raise ApprovalOutdated()
    work.audit.add(
        actor, "campaign.approve", ("campaign", campaign.id), now, {"hash": payload["hash"]}
    )
    before, after = (CampaignState.APPROVED.value,), CampaignState.SCHEDULED
    work.campaigns.move(campaign.id, before, after, "")
    return find(work, campaign.id)


def not_approved(work: Work, approval: Approval, actor: Actor, now: datetime) -> None:
    """What nobody agreed to is a draft again, if it is still what was asked for."""
    try:
        campaign = _asked_for(work, approval.payload)
    except ApprovalOutdated:
        return
    content = {**campaign.content, "key": ""}
    if work.campaigns.change(
        campaign.id, _REVIEW, state=CampaignState.DRAFT, content=content, reason=approval.state
    ):
        work.audit.add(actor, "campaign.decline", ("campaign", campaign.id), now, {})


def _asked_for(work: Work, payload: Mapping[str, Any]) -> Campaign:
    try:
        campaign_id = int(payload["campaign"])
        work.campaigns.lock(campaign_id)
        campaign = work.campaigns.get(campaign_id)
        fits = hash_of(work, campaign) == payload["hash"]
    except (LookupError, KeyError, ValueError) as error:
        raise ApprovalOutdated() from error
    if campaign.state != CampaignState.IN_REVIEW or not fits:
        raise ApprovalOutdated()
    return campaign


def _ask(work: Work, campaign: Campaign, actor: Actor, key: str, now: datetime) -> Approval:
    payload = {"campaign": str(campaign.id), "hash": hash_of(work, campaign)}
    return approvals.ask(
        work,
        KIND,
        ("campaign", campaign.id),
        payload,
        permission=PERMISSION,
        actor=actor,
        summary=("campaign.asked", summary(work, campaign)),
        now=now,
        key=f"campaign:{campaign.id}:{key}",
    )


def summary(work: Work, campaign: Campaign) -> dict[str, Any]:
    """What the card of a request shows: the words, who gets it, when, how many, and the plan with
    what its gifts cost."""
    words: Mapping[str, Any] = {}
    if campaign.wording_id is not None:
        words = work.wordings.get(campaign.wording_id).content
    return {
        **campaign_plan_words.values(work, campaign),
        "planned": campaign_plan_words.planned(work, campaign),
        "cost": _cost(work, campaign),
        "name": campaign.name,
        "campaign": str(campaign.id),
        "kind": campaign.kind,
        "texts": [
            {"language": language, "text": text}
            for language, text in words.get("texts", {}).items()
        ],
        "picture": bool(words.get("picture")),
        "buttons": [dict(one) for row in words.get("buttons", ()) for one in row],
        "audience": named_audience(work, campaign),
        "count": campaign.planned,
        "at": campaign.send_at,
        "zone": work.programmes.current().zone,
        "paid": campaign.paid,
    }


def _cost(work: Work, campaign: Campaign) -> dict[str, Any] | None:
    """What the gifts cost for all who were counted; None without a gift or a count."""
    if not load_plan(campaign.plan).gift or campaign.planned is None:
        return None
    minor = cost_for(work, campaign, campaign.planned).total_minor
    return {"minor": minor, "currency": work.programmes.current().currency}


def named_audience(work: Work, campaign: Campaign) -> dict[str, Any]:
    """Who gets it, by the names that people know: `kind`, `names` (texts per language),
    `members`, how many a list has, and `meaning`, an expression in words."""
    if not campaign.audience:
        return {"kind": "", "names": [], "members": 0, "meaning": []}
    audience = audience_of(campaign)
    programme = work.programmes.current()
    names: list[Mapping[str, str]] = []
    if audience.kind == "level":
        names = [dict(programme.level(value).names) for value in audience.values]
    if audience.kind == "store":
        stores = {store.code: store.name for store in work.stores.all()}
        names = [dict.fromkeys(("zh", "en"), stores.get(v, v)) for v in audience.values]
    members = campaign.content.get("list", {}).get("found", 0)
    meaning = explained(work, audience.expression)["meaning"] if audience.expression else []
    return {"kind": str(audience.kind), "names": names, "members": members, "meaning": meaning}
