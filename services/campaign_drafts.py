"""Writing a campaign: its words, who gets it, when; every change takes it back from review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from domain.campaign_errors import (
    AudienceMissing,
    AudienceUnknown,
    CampaignNotDraft,
    CampaignNotFound,
    CampaignWordless,
    PaidOff,
)
from domain.campaigns import (
    EDITABLE,
    STORE_MONTHS,
    Audience,
    AudienceKind,
    CampaignKind,
    CampaignState,
    check_time,
    content_hash,
    load_audience,
)
from domain.consent import Purpose
from domain.dates import add_months, local_day
from domain.wordings import campaign_key
from services.audience_scope import as_kept, written_out
from services.ports import Work
from services.ports.campaigns import Campaign
from services.ports.club import Actor
from services.ports.post import OPTIONAL, SERVICE, Notice

MESSAGE: Final = "broadcast.message"
OUT: Final = ((("broadcast.button_stop", "stop", ()),),)
"""Under every promotion: no more of them."""


def find(work: Work, campaign_id: int) -> Campaign:
    """The campaign; raises CampaignNotFound."""
    try:
        return work.campaigns.get(campaign_id)
    except LookupError as error:
        raise CampaignNotFound() from error


def newest(work: Work, most: int) -> list[Campaign]:
    """The newest campaigns."""
    return work.campaigns.newest(most)


def draft(work: Work, *, author: Actor, address_id: int, key: str, now: datetime) -> Campaign:
    """A new campaign that nobody gets yet, once per key. `address_id`: the chat that hears what
    becomes of it, 0 for none."""
    made = Campaign(
        id=id_of(key),
        kind=CampaignKind.BROADCAST,
        state=CampaignState.DRAFT,
        purpose=Purpose.PROMOTIONS,
        content={"by": _hands({}, author)},
        author_id=author.staff_id or 0,
        address_id=address_id,
        made_at=now,
    )
    if work.campaigns.add(made):
        work.audit.add(author, "campaign.draft", ("campaign", made.id), now, {})
    return work.campaigns.get(made.id)


def set_words(
    work: Work, campaign_id: int, wording_id: int, actor: Actor, now: datetime
) -> Campaign:
    """The words, a version of the key `campaign:ID`; raises LookupError for other ones."""
    wording = work.wordings.get(wording_id)
    if wording.key != campaign_key(campaign_id):
        raise LookupError(wording_id)
    if not any(text.strip() for text in wording.texts.values()):
        raise CampaignWordless()
    variants = work.campaign_variants.of(campaign_id)
    made = changed(work, campaign_id, actor, now, wording_id=wording_id)
    if variants and variants[0].wording_id != wording_id:  # the first is the campaign's own
        first = variants[0]._replace(wording_id=wording_id)
        work.campaign_variants.put(campaign_id, (first, *variants[1:]))
    return made


def set_audience(
    work: Work, campaign_id: int, audience: Audience, actor: Actor, now: datetime
) -> Campaign:
    """Who gets it. Raises AudienceUnknown for a level or store that is not there, AudienceGone
    and AudienceLoop for saved audiences.

    The members of an uploaded list are set by services.campaign_lists.
    """
    if audience.expression is not None:
        # What was approved is what is sent, also when a saved audience changes meanwhile.
        audience = replace(audience, expression=written_out(work, audience.expression))
    known = _known(work, audience.kind)
    for value in audience.values if known is not None else ():
        if value not in (known or ()):
            raise AudienceUnknown(str(audience.kind), value[:60], tuple(known or ())[:20])
    if known is not None and not audience.values:
        raise AudienceMissing()
    return changed(work, campaign_id, actor, now, audience=audience.dump())


def set_time(
    work: Work, campaign_id: int, at: datetime | None, actor: Actor, now: datetime
) -> Campaign:
    """When it begins; None: as soon as it may. Raises SendTimePast, SendTimeFar."""
    if at is not None:
        check_time(at, work.programmes.current().zone, now)
    return changed(work, campaign_id, actor, now, send_at=at)


def set_paid(work: Work, campaign_id: int, paid: bool, actor: Actor, now: datetime) -> Campaign:
    """Whether it may be charged for and go faster; raises PaidOff where that is not set up."""
    if paid and not work.paid_rate:
        raise PaidOff()
    return changed(work, campaign_id, actor, now, paid=paid)


def changed(work: Work, campaign_id: int, actor: Actor, now: datetime, **values: Any) -> Campaign:
    """Changes a draft; one in review is a draft again. Raises CampaignNotFound, -NotDraft."""
    campaign = find(work, campaign_id)
    before = {name: getattr(campaign, name) for name in values}
    if before == values and campaign.state == CampaignState.DRAFT:
        return campaign
    content = {**campaign.content, **values.pop("content", {})}
    content |= {"by": _hands(content, actor)}
    back = {"state": CampaignState.DRAFT, "content": content, "approved_hash": ""}
    states = tuple(str(state) for state in EDITABLE)
    if not work.campaigns.change(campaign_id, states, **back, **values):
        raise CampaignNotDraft(work.campaigns.get(campaign_id).state)
    about = {"changed": sorted({*values, *(("list",) if "list" in content else ())})}
    work.audit.add(actor, "campaign.change", ("campaign", campaign_id), now, about)
    return work.campaigns.get(campaign_id)


def to_self(
    work: Work,
    campaign_id: int,
    address_id: int,
    locale: str,
    now: datetime,
    wording_id: int | None = None,
    name: str = "",
) -> None:
    """Sends it to an operator in a language as members will get it, with the operator's `name` in
    it; `wording_id`: one of its other texts (services.campaign_variants.words_of). Raises
    CampaignWordless."""
    wording_id = wording_id or find(work, campaign_id).wording_id
    if wording_id is None:
        raise CampaignWordless()
    notice = Notice(MESSAGE, {"name": name}, OUT, wording_id=wording_id)
    work.deliveries.to_address(address_id, notice, now, locale=locale)


# -- what is sent -----------------------------------------------------------------------


def audience_of(campaign: Campaign) -> Audience:
    """Who gets it; raises AudienceMissing while nobody has said."""
    audience = load_audience(campaign.audience)
    if audience is None:
        raise AudienceMissing()
    return audience


def check_audience(campaign: Campaign) -> None:
    """Raises AudienceMissing while nobody has said who gets it."""
    audience_of(campaign)


def looked_for(work: Work, campaign: Campaign) -> Audience:
    """The audience as members have it: levels with the keys that they had in earlier versions of
    the programme. Raises AudienceMissing."""
    audience = audience_of(campaign)
    if audience.expression is not None:
        return replace(audience, expression=as_kept(work, audience.expression))
    if audience.kind is not AudienceKind.LEVEL:
        return audience
    levels = [one for one in work.programmes.current().levels if one.key in audience.values]
    keys = {key for level in levels for key in (level.key, *level.formerly)}
    return Audience(audience.kind, tuple(sorted(keys)))


def hash_of(work: Work, campaign: Campaign) -> str:
    """What an approval of the campaign as it is now is for."""
    words = ""
    if campaign.wording_id is not None:
        words = work.wordings.get(campaign.wording_id).content_hash
    audience = {"to": campaign.audience, "of": str(campaign.of_id or ""), "kind": campaign.kind}
    listed = campaign.content.get("list", {}).get("hash", "")
    plan = _planned(work, campaign)
    return content_hash(words, audience, campaign.send_at, campaign.paid, listed, plan)


def _planned(work: Work, campaign: Campaign) -> dict[str, Any]:
    """What is approved beside the words: the plan, who falls where, and each text's own hash."""
    texts = [
        [one.letter, one.share, work.wordings.get(one.wording_id).content_hash]
        for one in work.campaign_variants.of(campaign.id)
    ]
    if not (campaign.plan or texts):
        return {}
    return {"plan": dict(campaign.plan), "texts": texts, "salt": campaign.salt}


def store_day(work: Work, now: datetime) -> int:
    """Who bought in a store after this local day is one of its members. SEMANTICS: Levels, last
    12 months."""
    today = local_day(now, work.programmes.current().zone)
    return add_months(today, -STORE_MONTHS).toordinal()


def lane_of(campaign: Campaign) -> int:
    """A correction of what somebody has got goes out whether they still agree or not."""
    return OPTIONAL if campaign.kind == CampaignKind.BROADCAST else SERVICE


def id_of(key: str) -> int:
    """The id that a campaign of an idempotency key has."""
    return int.from_bytes(sha256(key.encode()).digest()[:8]) >> 2


def _known(work: Work, kind: AudienceKind) -> tuple[str, ...] | None:
    if kind is AudienceKind.LEVEL:
        return tuple(level.key for level in work.programmes.current().levels)
    if kind is AudienceKind.STORE:
        return tuple(store.code for store in work.stores.all())
    return None


def _hands(content: Mapping[str, Any], actor: Actor) -> list[str]:
    """Who had a hand in it: none of them approves it."""
    return sorted({*content.get("by", ()), *([str(actor.staff_id)] if actor.staff_id else [])})
