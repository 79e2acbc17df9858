"""What a campaign would be: how many get it, in which languages, how long, at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain import sending
from domain.campaign_plans import load_plan
from domain.campaigns import Audience
from services import contacts
from services.audience_scope import asked_at
from services.campaign_costs import Cost, cost_for
from services.campaign_drafts import find, looked_for
from services.campaign_review import needs_second
from services.campaign_variants import tried_of
from services.ports import Work
from services.ports.audiences import When
from services.ports.campaigns import Campaign

SAMPLE: Final = 2000
HELD: Final = "held"


@dataclass(frozen=True, slots=True)
class Estimate:
    """`count`: who agreed and can be reached; `over_budget`: how many of them have no place for it
    in their week and will not get it, beyond SAMPLE members by a sample; `no_address` and
    `no_consent`: how many of the audience are left out; `seconds` at the usual or the paid rate,
    `stars` what that costs. `held`: how many are held out, who are not part of the count;
    `letters`: how many get which text; `gift`: what the gifts cost, None without one."""

    count: int
    by_language: Mapping[str, int]
    over_budget: int
    no_address: int
    no_consent: int
    seconds: int
    stars: int
    needs_second: bool
    held: int = 0
    letters: Mapping[str, int] = field(default_factory=dict)
    gift: Cost | None = None


def estimate(work: Work, campaign_id: int, now: datetime) -> Estimate:
    """What the campaign would be if it began now; reads much, so outside of writing transactions.

    Raises CampaignNotFound, AudienceMissing.
    """
    campaign = find(work, campaign_id)
    if campaign.of_id is not None:
        return _following(work, campaign, now)
    audience, when = looked_for(work, campaign), asked_at(work, now)
    tried = tried_of(work, campaign)
    languages = work.audiences.count(campaign.id, audience, when, tried)
    count = sum(languages.values())
    places = work.audiences.places(campaign.id, audience, when, tried) if tried else {}
    held = places.pop(HELD, 0)
    no_address, no_consent = work.audiences.left_out(campaign.id, audience, when)
    crowded = _crowded(work, campaign, (audience, when), count, now)
    cost = _cost(work, campaign, count - crowded)
    return Estimate(
        count,
        languages,
        crowded,
        no_address,
        no_consent,
        cost.seconds,
        cost.stars,
        needs_second(work, campaign, now),
        held,
        {letter: n for letter, n in sorted(places.items()) if letter},
        cost_for(work, campaign, count) if load_plan(campaign.plan).gift else None,
    )


def _following(work: Work, campaign: Campaign, now: datetime) -> Estimate:
    """A correction goes to all who have got what it corrects."""
    assert campaign.of_id is not None
    count = work.campaign_rows.states(campaign.of_id).get("sent", 0)
    cost = _cost(work, campaign, count)
    second = needs_second(work, campaign, now)
    return Estimate(count, {}, 0, 0, 0, cost.seconds, cost.stars, second)


def _cost(work: Work, campaign: Campaign, count: int) -> sending.Estimate:
    return sending.estimate(count, work.rate, work.paid_rate if campaign.paid else 0.0)


def _crowded(
    work: Work, campaign: Campaign, asked: tuple[Audience, When], count: int, now: datetime
) -> int:
    """Ids of members are random, so that the first ones are a fair sample."""
    sample = work.audiences.page(campaign.id, *asked, 0, SAMPLE)
    full = contacts.crowded(work, sample, max(now, campaign.send_at or now))
    return full if len(sample) >= count else round(count * full / len(sample))
