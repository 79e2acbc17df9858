"""Benefits: what a member can have, why not, and redeeming it for points."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from domain.benefits import Benefit, Standing, Why, standing, voucher_expires
from domain.codes import BITS, make_code
from domain.errors import NotEnoughPoints
from domain.members import Member
from domain.points import Unit
from domain.refusals import BenefitNotFound, BenefitUnavailable
from domain.vouchers import Voucher, VoucherState
from services import charters, expiry, ledger
from services.ports import Work

SOURCE = "benefit"
REDEMPTION = "redemption"
FOR_EVER = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A benefit and how a member stands to it."""

    benefit: Benefit
    standing: Standing


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The voucher that was issued and the points that are left."""

    voucher: Voucher
    points: int


def offers(work: Work, member_id: int, now: datetime) -> list[Offer]:
    """What the member can see: affordable now first, then near, then the rest."""
    member, points = work.members.get(member_id), _points(work, member_id, now)
    uses = work.benefits.uses(member_id)
    found = [
        Offer(benefit, _standing(benefit, member, points, uses, now))
        for benefit in work.benefits.all()
        if benefit.visible(now)
    ]
    return sorted(found, key=lambda offer: (offer.standing.place, offer.standing.missing))


def offer(work: Work, member_id: int, benefit_id: int, now: datetime) -> Offer:
    """One benefit; raises BenefitNotFound if there is none that can be seen."""
    benefit = _visible(work, benefit_id, now)
    member, points = work.members.get(member_id), _points(work, member_id, now)
    uses = work.benefits.uses(member_id)
    return Offer(benefit, _standing(benefit, member, points, uses, now))


def redeem(work: Work, member_id: int, benefit_id: int, *, key: str, now: datetime) -> Redeemed:
    """Takes the points and issues the voucher (SEMANTICS: Benefits), once per key.

    Raises BenefitNotFound, BenefitUnavailable, NotEnoughPoints, MemberFrozen, MemberClosed,
    RulesNotAccepted.
    """
    work.members.lock(member_id)
    if before := work.vouchers.by_key(key):
        return Redeemed(before, _points(work, member_id, now))
    found = offer(work, member_id, benefit_id, now)
    _require(work, member_id, found, now)
    benefit = found.benefit
    if not work.benefits.take_use(benefit.id, member_id, FOR_EVER, benefit.per_member):
        raise BenefitUnavailable(Why.LIMIT, benefit.names)
    if not work.benefits.take_stock(benefit.id):
        raise BenefitUnavailable(Why.SOLD_OUT, benefit.names)
    # Before the payment: should it be returned, its lots have lasted longer, too.
    expiry.extend(work, work.programmes.current(), member_id, REDEMPTION, now)
    voucher = _issue(work, member_id, benefit, key, now)
    return Redeemed(voucher, _points(work, member_id, now))


def _require(work: Work, member_id: int, found: Offer, now: datetime) -> None:
    member = work.members.get(member_id)
    member.may_move_points()
    charters.require_accepted(work, member)
    benefit, stands = found.benefit, found.standing
    if stands.why is Why.POINTS:
        raise NotEnoughPoints(_points(work, member_id, now), benefit.price)
    if stands.why is not Why.NOTHING:
        raise BenefitUnavailable(stands.why, benefit.names, stands.missing)


def _issue(work: Work, member_id: int, benefit: Benefit, key: str, now: datetime) -> Voucher:
    posting_id = None
    if benefit.price:
        source = (SOURCE, benefit.id)
        paid = ledger.spend(
            work, member_id, benefit.price, key=f"redeem:{key}", source=source, now=now
        )
        posting_id = paid.id
    zone = work.programmes.current().zone
    voucher = Voucher(
        id=work.new_id(),
        benefit_id=benefit.id,
        member_id=member_id,
        state=VoucherState.ISSUED,
        promise=benefit.promise(),
        price=benefit.price,
        issued_at=now,
        expires_at=voucher_expires(now, benefit.valid_days, zone),
    )
    code = make_code(secrets.randbits(BITS))
    if not work.vouchers.issue(voucher, code, key=key, posting_id=posting_id, source="redeemed"):
        raise RuntimeError("the key of this redemption came twice at the same moment")
    return voucher


def _visible(work: Work, benefit_id: int, now: datetime) -> Benefit:
    benefit = work.benefits.get(benefit_id)
    if benefit is None or not benefit.visible(now):
        raise BenefitNotFound
    return benefit


def _standing(
    benefit: Benefit, member: Member, points: int, uses: dict[int, int], now: datetime
) -> Standing:
    used = uses.get(benefit.id, 0)
    return standing(benefit, points=points, level=member.level, used=used, now=now)


def _points(work: Work, member_id: int, now: datetime) -> int:
    return work.ledger.summary(member_id, Unit.POINTS, now).spendable
