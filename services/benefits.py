"""Redeeming: points are taken and the voucher is issued in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.benefit_errors import PriceChanged
from domain.benefits import Benefit, Stock, Why, voucher_expires
from domain.codes import BITS, make_code
from domain.errors import NotEnoughPoints
from domain.refusals import BenefitUnavailable
from domain.vouchers import Voucher, VoucherState
from services import charters, expiry, fulfilling, ledger, waiting
from services.catalogue import Offer, Reader, offer, spendable, to_redeem
from services.kinds import kind_of
from services.ports import Work
from services.ports.club import Actor

__all__ = ["Offer", "Redeemed", "offer", "redeem"]

SOURCE: Final = "benefit"
REDEEMED: Final = "redeemed"
REDEMPTION: Final = "redemption"
FOR_EVER: Final = ""
MEMBER: Final = Actor("member")
PERIOD: Final = "period"
"""What a voucher's promise calls the period in which it counted for the limit."""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The voucher that was issued and the points that are left."""

    voucher: Voucher
    points: int


def redeem(
    work: Work,
    member_id: int,
    benefit_id: int,
    *,
    key: str,
    now: datetime,
    shown: int | None = None,
    actor: Actor = MEMBER,
) -> Redeemed:
    """Takes the points and issues the voucher (SEMANTICS: Benefits), once per key. `shown`: the
    price that the member said yes to, None if they were shown none.

    Raises BenefitNotFound, BenefitUnavailable, NotEnoughPoints, PriceChanged, MemberFrozen,
    MemberClosed, RulesNotAccepted.
    """
    work.members.lock(member_id)
    if before := work.vouchers.by_key(key):
        return Redeemed(before, spendable(work, member_id, now))
    found, reader = _found(work, member_id, benefit_id, now)
    _require(work, reader, found)
    benefit, price = found.benefit, found.standing.price
    if shown is not None and shown != price:
        raise PriceChanged(shown, price, benefit.names)
    period = reader.periods[benefit.per]
    if not work.benefits.take_use(benefit.id, member_id, period, benefit.per_member):
        raise BenefitUnavailable(Why.LIMIT, benefit.names)
    # Before the payment: should it be returned, its lots have lasted longer, too.
    expiry.extend(work, work.programmes.current(), member_id, REDEMPTION, now)
    voucher = _issue(work, member_id, found, period, key, now)
    detail = {"price": voucher.price}
    work.audit.add(actor, "voucher.issue", ("voucher", voucher.id), now, detail)
    return Redeemed(voucher, spendable(work, member_id, now))


def _found(work: Work, member_id: int, benefit_id: int, now: datetime) -> tuple[Offer, Reader]:
    """The benefit, after what nobody took in time was offered to the next."""
    found, reader = to_redeem(work, member_id, benefit_id, now)
    sold_out = found.standing.why is Why.SOLD_OUT
    if sold_out and work.waits.lapsed(benefit_id, now):
        waiting.stock_came(work, benefit_id, now)
        return to_redeem(work, member_id, benefit_id, now)
    return found, reader


def _require(work: Work, reader: Reader, found: Offer) -> None:
    reader.member.may_move_points()
    charters.require_accepted(work, reader.member)
    benefit, stands = found.benefit, found.standing
    if stands.why is Why.POINTS:
        raise NotEnoughPoints(reader.points, stands.price)
    if stands.why is not Why.NOTHING:
        raise BenefitUnavailable(stands.why, benefit.names, stands.missing)


def _issue(
    work: Work, member_id: int, found: Offer, period: str, key: str, now: datetime
) -> Voucher:
    benefit, price = found.benefit, found.standing.price
    posting_id = None
    if price:
        source = (SOURCE, benefit.id)
        paid = ledger.spend(work, member_id, price, key=f"redeem:{key}", source=source, now=now)
        posting_id = paid.id
    voucher = _voucher(work, member_id, found, period, key, now)
    # Late, so that the others who want one of it wait for a short time only.
    stocked = _take(work, found, voucher.id, now)
    code = _code(work, benefit, voucher.id)
    issued = work.vouchers.issue(
        voucher, code, key=key, posting_id=posting_id, source=REDEEMED, stocked=stocked
    )
    if not issued:
        raise RuntimeError("the key of this redemption came twice at the same moment")
    kind_of(benefit.kind).issued(work, voucher, now)
    if benefit.ready_days is not None:
        fulfilling.order(work, voucher, now)
    return voucher


def _voucher(
    work: Work, member_id: int, found: Offer, period: str, key: str, now: datetime
) -> Voucher:
    benefit, at_once = found.benefit, kind_of(found.benefit.kind).at_once
    return Voucher(
        id=work.new_id(),
        benefit_id=benefit.id,
        member_id=member_id,
        state=VoucherState.USED if at_once else VoucherState.ISSUED,
        promise={**benefit.promise(), PERIOD: period},
        price=found.standing.price,
        issued_at=now,
        expires_at=voucher_expires(now, benefit.valid_days, work.programmes.current().zone),
        used_at=now if at_once else None,
        use_key=f"issue:{key}" if at_once else None,
    )


def _take(work: Work, found: Offer, voucher_id: int, now: datetime) -> bool:
    """Takes the one that is kept for the member, or one that is left; whether it came out of a
    limited stock. Raises BenefitUnavailable for all but one of those who want the last one."""
    waits = found.waits
    if waits and waits.is_offered(now) and work.waits.take(waits.id, voucher_id, now):
        return True
    if found.benefit.stock is None:
        return False
    taken = work.benefits.take_stock(found.benefit.id)
    if taken is Stock.GONE:
        raise BenefitUnavailable(Why.SOLD_OUT, found.benefit.names)
    return taken is Stock.TAKEN


def _code(work: Work, benefit: Benefit, voucher_id: int) -> str:
    """A code of our own, or one of those that the partner gave us."""
    if not benefit.imported_codes:
        return make_code(secrets.randbits(BITS))
    code = work.partners.take_code(benefit.id, voucher_id)
    if code is None:
        raise BenefitUnavailable(Why.SOLD_OUT, benefit.names)
    return code
