"""What operators do with a campaign on its way: pause, go on, stop, try again, correct, recall."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from domain.campaign_errors import (
    CampaignNotNow,
    CampaignWordless,
    CorrectionRunning,
    NothingSent,
    RecallTooLate,
)
from domain.campaigns import (
    RECALL_HOURS,
    STOPPABLE,
    CampaignKind,
    CampaignOver,
    CampaignState,
)
from domain.consent import Purpose
from services.campaign_drafts import find, id_of
from services.campaign_following import check_again, letters_from
from services.campaign_gifts import offer_revoking
from services.campaign_review import submit
from services.campaign_variants import corrected
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor

_STOPPABLE: Final = tuple(str(state) for state in STOPPABLE)
_RETRIABLE: Final = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.FINISHED)
BATCH: Final = 500


def pause(work: Work, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Nothing more of it leaves until it goes on. Raises CampaignNotFound, CampaignNotNow."""
    return _moved(work, campaign_id, (CampaignState.RUNNING,), CampaignState.PAUSED, actor, now)


def resume(work: Work, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """It goes on; one that was paused before it had begun begins. Raises CampaignNotFound,
    CampaignNotNow."""
    campaign, before = find(work, campaign_id), (CampaignState.PAUSED,)
    unbegun = campaign.state == CampaignState.PAUSED and campaign.started_at is None
    after = CampaignState.SCHEDULED if unbegun else CampaignState.RUNNING
    return _moved(work, campaign_id, before, after, actor, now)


def stop(work: Work, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Ends it for good: what has not left stays. Raises CampaignNotFound, CampaignOver."""
    campaign = find(work, campaign_id)
    if campaign.state == CampaignState.CANCELLED:
        return campaign
    if not work.campaigns.move(campaign_id, _STOPPABLE, CampaignState.CANCELLED, "stopped"):
        campaign = find(work, campaign_id)
        if campaign.state == CampaignState.CANCELLED:
            return campaign
        raise CampaignOver(campaign.state)
    work.audit.add(actor, "campaign.stop", ("campaign", campaign_id), now, {})
    if campaign.started_at is None:
        work.campaigns.finish(campaign_id, now)
    else:
        work.campaign_rows.skip(campaign_id, BATCH)
        offer_revoking(work, campaign, now)
    return find(work, campaign_id)


def retry_failed(work: Work, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Tries what was refused or given up once more; never what may have been sent. A paused one
    stays so and does it when it goes on. Raises CampaignNotFound, CampaignRecalled, CampaignNotNow
    for one that was not begun or was stopped, and if there is nothing to try."""
    work.campaigns.lock(campaign_id)
    campaign = find(work, campaign_id)
    check_again(work, campaign)
    if campaign.retry_at is not None:
        return campaign
    failed = work.campaign_rows.failed(campaign_id)
    again: dict[str, Any] = {"finished_at": None, "retry_at": now}
    if campaign.state != CampaignState.PAUSED:
        again |= {"state": CampaignState.RUNNING, "reason": ""}
    before = (campaign.state,) if campaign.state in _RETRIABLE else ()
    if not failed or not work.campaigns.change(campaign_id, before, **again):
        raise CampaignNotNow(campaign.state)
    about = {"failed": failed}
    work.audit.add(actor, "campaign.retry", ("campaign", campaign_id), now, about)
    return find(work, campaign_id)


def _moved(
    work: Work,
    campaign_id: int,
    before: tuple[CampaignState, ...],
    after: CampaignState,
    actor: Actor,
    now: datetime,
) -> Campaign:
    states = tuple(str(state) for state in before)
    if work.campaigns.move(campaign_id, states, after, ""):
        action = "campaign.pause" if after is CampaignState.PAUSED else "campaign.resume"
        work.audit.add(actor, action, ("campaign", campaign_id), now, {})
    campaign = find(work, campaign_id)
    if campaign.state != after:
        raise CampaignNotNow(campaign.state)
    return campaign


# -- after it was sent -------------------------------------------------------------------


def correct(
    work: Work,
    campaign_id: int,
    wording_id: int,
    *,
    actor: Actor,
    key: str,
    now: datetime,
    letter: str = "",
) -> Campaign:
    """Edits what was sent to other words (a version of the key of the campaign), once per key; it
    is a campaign of its own that may need another operator's yes. `letter`: only those who got
    that text get the new words; else all do.

    Raises CampaignNotFound, CampaignNotNow while it is being sent, NothingSent,
    CorrectionRunning, CampaignWordless, VariantUnknown.
    """
    wording = work.wordings.get(wording_id)
    if not any(text.strip() for text in wording.texts.values()):
        raise CampaignWordless()
    original = _original(work, campaign_id)
    if original.finished_at is None:
        raise CampaignNotNow(original.state)
    made = _following(work, original, CampaignKind.CORRECTION, actor, key, now, wording_id)
    if letter and made.state == CampaignState.DRAFT:
        standing = letters_from(work, original) or original.id
        corrected(work, made.id, find(work, standing), {letter: wording_id})
    return submit(work, made.id, actor=actor, key=key, now=now)


def recall(work: Work, campaign_id: int, *, actor: Actor, key: str, now: datetime) -> Campaign:
    """Deletes what was sent in the last 48 hours and names the rest, once per key. What is still
    being sent is stopped first, a correction called off. Raises CampaignNotFound, NothingSent,
    RecallTooLate, CorrectionRunning."""
    original = _original(work, campaign_id)
    youngest = work.campaign_rows.youngest(original.id)
    going = original.finished_at is None
    if youngest is None and not going:
        raise NothingSent()
    if not going and youngest is not None and youngest <= young_since(now):
        raise RecallTooLate(RECALL_HOURS)
    if going and original.state != CampaignState.CANCELLED:
        if original.started_at is None:
            raise NothingSent()
        stop(work, original.id, actor, now)
    made = _following(work, original, CampaignKind.RECALL, actor, key, now, original.wording_id)
    before, after = (CampaignState.DRAFT.value,), CampaignState.SCHEDULED
    if work.campaigns.move(made.id, before, after, ""):
        work.audit.add(actor, "campaign.recall", ("campaign", original.id), now, {})
    return find(work, made.id)


def young_since(now: datetime) -> datetime:
    """What was sent at this moment or before can no longer be deleted."""
    return now - timedelta(hours=RECALL_HOURS)


def _original(work: Work, campaign_id: int) -> Campaign:
    campaign = find(work, campaign_id)
    return campaign if campaign.of_id is None else find(work, campaign.of_id)


def _following(
    work: Work,
    original: Campaign,
    kind: CampaignKind,
    actor: Actor,
    key: str,
    now: datetime,
    wording_id: int | None,
) -> Campaign:
    """The campaign that corrects or recalls another; made once per key."""
    work.campaigns.lock(original.id)
    made = Campaign(
        id=id_of(key),
        kind=kind,
        state=CampaignState.DRAFT,
        purpose=Purpose.SERVICE,
        content={"by": [str(actor.staff_id)] if actor.staff_id else []},
        author_id=actor.staff_id or 0,
        address_id=_chat(work, actor, original),
        made_at=now,
        wording_id=wording_id,
        of_id=original.id,
    )
    for one in work.campaigns.corrections(original.id):
        if one.id == made.id or one.finished_at is not None or one.state == CampaignState.DRAFT:
            continue
        if kind != CampaignKind.RECALL or one.kind != CampaignKind.CORRECTION:
            raise CorrectionRunning()
        stop(work, one.id, actor, now)
    work.campaigns.add(made)
    return find(work, made.id)


def _chat(work: Work, actor: Actor, original: Campaign) -> int:
    """Where who asks hears of it: their own chat."""
    found = (one.address_id for one in work.staff.all() if one.id == actor.staff_id)
    return next(found, None) or original.address_id
