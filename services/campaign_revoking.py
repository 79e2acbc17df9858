"""Taking back what a campaign gave and nobody has used: points as far as they are unspent, and
vouchers that are. What was handed on, or is at a till at this moment, stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain import bookings
from domain.campaign_plan_errors import NothingToRevoke
from domain.campaign_plans import load_plan
from domain.ledger import Account, Booked, Entry, Kind, Share
from domain.points import Take
from services import fulfilling, ledger, presents, waiting
from services.campaign_drafts import find
from services.kinds import kind_of
from services.ports import Work
from services.ports.campaign_plans import Grant, Unused
from services.ports.campaigns import Campaign
from services.ports.club import Actor

MOST: Final = 100
"""So many are taken back in one transaction."""
SOURCE: Final = "campaign_revoke"


@dataclass(frozen=True, slots=True)
class Revoked:
    """From how many members something was taken back, how many points; `more`: there may be
    others."""

    members: int
    points: int
    more: bool


def revoke_unused(
    work: Work, campaign_id: int, actor: Actor, now: datetime, most: int = MOST
) -> Revoked:
    """Takes back what is unused, from so many members at most. Raises CampaignNotFound,
    NothingToRevoke."""
    work.campaigns.lock(campaign_id)
    campaign = find(work, campaign_id)
    grants = [] if _of_partner(work, campaign) else _unused(work, campaign_id, now, most)
    if not grants:
        raise NothingToRevoke()
    members, points = 0, 0
    for grant in grants:
        taken = _take(work, grant, now)
        if taken is not None:
            members, points = members + 1, points + taken
    about = {"members": members, "points": points}
    work.audit.add(actor, "campaign.revoke", ("campaign", campaign_id), now, about)
    return Revoked(members, points, len(grants) == most)


def unused(work: Work, campaign_id: int, now: datetime) -> Unused:
    """What there is to take back, counted in full. Raises CampaignNotFound, NothingToRevoke."""
    campaign = find(work, campaign_id)
    found = Unused(0, 0, 0)
    if not _of_partner(work, campaign):
        found = work.campaign_grants.unused_sums(campaign_id, now)
    if not found.members:
        raise NothingToRevoke()
    return found


def _unused(work: Work, campaign_id: int, now: datetime, most: int) -> list[Grant]:
    return work.campaign_grants.unused(campaign_id, now, most)


def _of_partner(work: Work, campaign: Campaign) -> bool:
    """A partner's code that somebody may have seen is valid there whatever we say."""
    gift = load_plan(campaign.plan).gift
    benefit = presents.benefit_of(work, gift.benefit_key) if gift and gift.benefit_key else None
    return benefit is not None and benefit.imported_codes


def _take(work: Work, grant: Grant, now: datetime) -> int | None:
    """The points that were taken back (0 for a voucher); None if it was used a moment ago."""
    work.members.lock(grant.member_id)
    taken = _take_points(work, grant, now) if grant.posting_id else _take_voucher(work, grant, now)
    if taken is None:
        return None
    spent = grant.points - taken
    stays = grant.cost_minor * spent // grant.points if grant.points else 0
    if not work.campaign_grants.revoked(grant, now, stays):
        raise RuntimeError("a gift was taken back before")
    work.campaign_grants.spend(grant.campaign_id, stays - grant.cost_minor)
    return taken


def _take_points(work: Work, grant: Grant, now: datetime) -> int | None:
    """What is left of exactly the lots that the gift has made, so never more than was given and
    never below zero."""
    assert grant.posting_id is not None
    made = work.ledger.posting(grant.posting_id).lots_made
    lots = work.ledger.lots_by_id([lot.id for lot in made]).values()
    takes = [Take(lot.id, lot.left) for lot in lots if lot.left and not lot.is_expired(now)]
    amount = sum(take.amount for take in takes)
    if not amount:
        return None
    version = work.programmes.current().version
    source, shares = (SOURCE, grant.campaign_id), (Share(SOURCE, version, "", -amount),)
    key = f"revoke:{grant.campaign_id}:{grant.member_id}"
    entry = ledger.entry_of(key, source, now, version, None, shares)

    def decide(account: Account, entry: Entry) -> Booked:
        return bookings.withdraw(account, entry, takes)

    ledger.book(work, grant.member_id, entry, (Kind.ADJUSTED, amount), decide, idle_too=True)
    return amount


def _take_voucher(work: Work, grant: Grant, now: datetime) -> int | None:
    assert grant.voucher_id is not None
    voucher, origin = work.vouchers.get(grant.voucher_id), work.vouchers.origin(grant.voucher_id)
    if voucher is None or not work.vouchers.cancel(voucher.id, grant.member_id, now):
        return None
    fulfilling.withdraw(work, voucher.id, now)
    kind_of(str(voucher.promise["kind"])).cancelled(work, voucher, now)
    if origin.stocked:
        work.benefits.give_stock(voucher.benefit_id)
        waiting.stock_came(work, voucher.benefit_id, now, more=1)
    return 0
