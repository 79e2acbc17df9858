"""What follows from a campaign's corrections and recalls: which words stand, and whether anything
may still be sent of it."""

from __future__ import annotations

from typing import Final

from domain.campaign_errors import CampaignNotNow, CampaignRecalled
from domain.campaigns import CampaignKind, CampaignState
from domain.errors import Refused
from services.campaign_drafts import find
from services.ports import Work
from services.ports.campaigns import Campaign

_AGREED: Final = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.FINISHED)
_DROPPED: Final = (CampaignState.DRAFT, CampaignState.CANCELLED)


def check_again(work: Work, campaign: Campaign) -> None:
    """Whether what did not arrive may be sent again. Raises CampaignRecalled, CampaignNotNow for
    one that was stopped."""
    if campaign.kind != CampaignKind.RECALL and _recalled(work, campaign):
        raise CampaignRecalled()
    if campaign.state == CampaignState.CANCELLED:
        raise CampaignNotNow(campaign.state)


def may_again(work: Work, campaign_id: int) -> bool:
    """Whether `check_again` lets it pass."""
    try:
        check_again(work, find(work, campaign_id))
    except Refused:
        return False
    return True


def agreed_words(work: Work, campaign: Campaign) -> int | None:
    """The words with which something of it is sent again: those of its newest correction that
    others got, None where it has none."""
    if campaign.kind == CampaignKind.RECALL:
        return None
    return next((one.wording_id for one in _corrections(work, campaign) if _has_begun(one)), None)


def letters_from(work: Work, campaign: Campaign) -> int | None:
    """The campaign whose letters say with which words something is sent again: the newest
    correction that others got, if it has a text for each letter."""
    if campaign.kind == CampaignKind.RECALL:
        return None
    newest = next((one for one in _corrections(work, campaign) if _has_begun(one)), None)
    if newest is None or not work.campaign_variants.of(newest.id):
        return None
    return newest.id


def standing_words(work: Work, campaign_id: int) -> int | None:
    """The words that a correction starts from: those of the newest correction that was asked for
    and neither called off nor refused, else its own. Raises CampaignNotFound."""
    campaign = find(work, campaign_id)
    asked = (one for one in _corrections(work, campaign) if one.state not in _DROPPED)
    return next((one.wording_id for one in asked), campaign.wording_id)


def _has_begun(one: Campaign) -> bool:
    return one.state in _AGREED


def _recalled(work: Work, campaign: Campaign) -> bool:
    return any(
        one.kind == CampaignKind.RECALL
        and (one.state != CampaignState.CANCELLED or one.started_at is not None)
        for one in work.campaigns.corrections(campaign.of_id or campaign.id)
    )


def _corrections(work: Work, campaign: Campaign) -> list[Campaign]:
    """The newest first."""
    found = work.campaigns.corrections(campaign.of_id or campaign.id)
    return [one for one in found if one.kind == CampaignKind.CORRECTION]
