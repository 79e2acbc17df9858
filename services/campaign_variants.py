"""Several texts of one campaign: which there are, and how members fall to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from domain.campaign_errors import CampaignWordless
from domain.campaign_plan_errors import VariantUnknown
from domain.campaign_plans import check_shares, load_plan, split
from domain.wordings import campaign_key
from services.campaign_drafts import changed, find
from services.ports import Work
from services.ports.campaign_plans import Tried, Variant
from services.ports.campaigns import Campaign
from services.ports.club import Actor


def of(work: Work, campaign_id: int) -> list[Variant]:
    """The texts by their letters; none for a campaign with one text."""
    return work.campaign_variants.of(campaign_id)


def set_variants(
    work: Work,
    campaign_id: int,
    variants: Iterable[tuple[str, int, int]],
    actor: Actor,
    now: datetime,
) -> Campaign:
    """Replaces the texts: (letter, version of the key `campaign:ID`, share in percent); none is
    one text for all again. The first one is the campaign's own.

    Raises VariantsUneven, CampaignWordless, CampaignNotFound, CampaignNotDraft, LookupError for
    words of another key.
    """
    found = [Variant(*one) for one in variants]
    check_shares([(one.letter, one.share) for one in found])
    for one in found:
        _check_words(work, campaign_id, one.wording_id)
    work.campaigns.lock(campaign_id)
    campaign = find(work, campaign_id)
    if found == of(work, campaign_id):
        return campaign
    told = {"variants": {one.letter: [str(one.wording_id), one.share] for one in found}}
    first = found[0].wording_id if found else campaign.wording_id
    salt = campaign.salt or work.random_id()
    made = changed(work, campaign_id, actor, now, content=told, wording_id=first, salt=salt)
    work.campaign_variants.put(campaign_id, found)
    return made


def words_of(work: Work, campaign: Campaign, letter: str) -> int | None:
    """The wording of a letter, "" for the campaign's own. Raises VariantUnknown."""
    if not letter:
        return campaign.wording_id
    found = {one.letter: one.wording_id for one in of(work, campaign.id)}
    if letter not in found:
        raise VariantUnknown(letter)
    return found[letter]


def tried_of(work: Work, campaign: Campaign) -> Tried | None:
    """How the campaign scatters its members; None for one that only sends a text to all."""
    plan, variants = load_plan(campaign.plan), of(work, campaign.id)
    if not (variants or plan.held_percent or plan.gift):
        return None
    shares = [(one.letter, one.share) for one in variants]
    words = {one.letter: one.wording_id for one in variants}
    return Tried(campaign.salt, split(plan.held_percent, shares), words)


def corrected(
    work: Work, correction_id: int, original: Campaign, words: Mapping[str, int]
) -> None:
    """Gives a correction words for each letter; those that are not named keep theirs. Raises
    VariantUnknown."""
    before = of(work, original.id)
    for letter in words:
        if letter not in {one.letter for one in before}:
            raise VariantUnknown(letter)
    put = [one._replace(wording_id=words.get(one.letter, one.wording_id)) for one in before]
    work.campaign_variants.put(correction_id, put)


def _check_words(work: Work, campaign_id: int, wording_id: int) -> None:
    wording = work.wordings.get(wording_id)
    if wording.key != campaign_key(campaign_id):
        raise LookupError(wording_id)
    if not any(text.strip() for text in wording.texts.values()):
        raise CampaignWordless()
