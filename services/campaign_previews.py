"""A campaign as a particular member would get it, or why they would not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.campaign_errors import CampaignWordless
from domain.campaign_plans import bucket
from domain.campaigns import Audience
from domain.members import Member, MemberState
from domain.wordings import LANGUAGES
from services import contacts
from services.audience_scope import asked_at
from services.campaign_drafts import find, looked_for
from services.campaign_variants import tried_of
from services.ports import Work
from services.ports.audiences import When
from services.ports.campaigns import Campaign, Named
from services.ports.club import Actor

NOT_MEANT: Final = "not_meant"
SHOWN: Final = 5
_LONGEST: Final = 80
_EVENLY: Final = 62
"""Ids of members are random numbers below 2 to this power."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a member would get. `language`: theirs, `gets`: that of the words they would read;
    `letter`: of their text, "" where there is one; `held`: they are held out; `why`: they are
    skipped, for a reason of the post or because they are not meant, else ""."""

    campaign_id: int
    member: Member
    level: Mapping[str, str]
    language: str
    gets: str
    wording_id: int
    letter: str
    held: bool
    why: str


def of(work: Work, campaign_id: int, member_id: int, now: datetime) -> Preview:
    """The campaign as that member would get it if it began now, or at its time. Raises
    CampaignNotFound, CampaignWordless, AudienceMissing, LookupError for no member."""
    campaign = find(work, campaign_id)
    if campaign.wording_id is None:
        raise CampaignWordless()
    audience, when = looked_for(work, campaign), asked_at(work, now)
    member, tried = work.members.get(member_id), tried_of(work, campaign)
    letter, held = tried.split.of(bucket(member_id, tried.salt)) if tried else ("", False)
    wording_id = tried.words[letter] if tried and letter else campaign.wording_id
    language = work.audiences.standing(member_id).locale
    texts = work.wordings.get(wording_id).texts
    written = [one for one in LANGUAGES if one in texts]
    why = _why(work, campaign, (audience, when), member_id, held=held)
    return Preview(
        campaign_id=campaign_id,
        member=member,
        level=work.programmes.current().level(member.level).names,
        language=language,
        gets=language if language in written else written[0],
        wording_id=wording_id,
        letter=letter,
        held=held and not why,
        why=why,
    )


def _why(
    work: Work, campaign: Campaign, asked: tuple[Audience, When], member_id: int, *, held: bool
) -> str:
    """In the order in which it is decided; the last two when the message would leave, which that
    of somebody who is held out never does."""
    standing = work.audiences.standing(member_id)
    if standing.state != MemberState.ACTIVE:
        known = (MemberState.MERGED, MemberState.FROZEN)
        return standing.state if standing.state in known else "closed"
    if not work.audiences.has(campaign.id, *asked, member_id):
        return NOT_MEANT
    if not standing.agreed:
        return "no_consent"
    if not standing.reachable:
        return "unreachable"
    if held:
        return ""
    if standing.complains:
        return "open_complaint"
    now = asked[1].now
    full = contacts.crowded(work, [member_id], max(now, campaign.send_at or now))
    return "contact_budget" if full else ""


def following(work: Work, campaign_id: int, after: int, now: datetime) -> int | None:
    """The next recipient behind a member, the first one behind the last; 0: any. None if nobody
    would get it. May take long. Raises CampaignNotFound, AudienceMissing."""
    campaign = find(work, campaign_id)
    audience, when = looked_for(work, campaign), asked_at(work, now)
    start = after or int(now.timestamp() * 1000) * 2654435761 % (1 << _EVENLY)
    for at in (start, 0):
        if found := work.audiences.page(campaign.id, audience, when, at, 1):
            return found[0]
    return None


def named(work: Work, campaign_id: int, name: str, now: datetime) -> list[Named]:
    """Recipients of that name, SHOWN at most. May take long. Raises as `following`."""
    short = " ".join(name.split())[:_LONGEST]
    if not short:
        return []
    campaign = find(work, campaign_id)
    audience, when = looked_for(work, campaign), asked_at(work, now)
    return work.audiences.named(campaign.id, audience, when, short, SHOWN)


def note(work: Work, preview: Preview, actor: Actor, now: datetime) -> None:
    """Notes in the audit that an operator saw a member this way."""
    subject, detail = ("member", preview.member.id), {"campaign": str(preview.campaign_id)}
    work.audit.add(actor, "campaign.preview", subject, now, detail)
