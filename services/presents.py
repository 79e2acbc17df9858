"""Presents: a voucher that a member is given without paying points for it."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.benefits import Benefit, Stock, voucher_expires
from domain.codes import BITS, make_code
from domain.vouchers import Voucher, VoucherState
from services import fulfilling
from services.kinds import kind_of
from services.ports import Work
from services.ports.club import Actor

log = logging.getLogger(__name__)

PRESENT: Final = "present"
CLUB: Final = Actor("care")


def benefit_of(work: Work, key: str) -> Benefit | None:
    """The benefit with a key; None if there is none."""
    return next((one for one in work.benefits.all() if one.key == key), None)


def present(
    work: Work,
    member_id: int,
    benefit_key: str,
    *,
    key: str,
    now: datetime,
    valid_days: int | None = None,
) -> Voucher | None:
    """Gives the voucher of a benefit, once per key; None if there is no such benefit, it is
    stopped, or none is left. Neither the limit per member nor its price counts for a present.
    `valid_days`: instead of the benefit's own."""
    if before := work.vouchers.by_key(key):
        return before
    benefit = benefit_of(work, benefit_key)
    if benefit is None or benefit.stopped:
        return None
    stocked = False
    if benefit.stock is not None:
        taken = work.benefits.take_stock(benefit.id)
        if taken is Stock.GONE:
            return None
        stocked = taken is Stock.TAKEN
    if valid_days is not None:
        benefit = replace(benefit, valid_days=valid_days)
    return _issue(work, member_id, benefit, key, now, stocked)


def _issue(
    work: Work, member_id: int, benefit: Benefit, key: str, now: datetime, stocked: bool
) -> Voucher | None:
    voucher = _voucher(work, member_id, benefit, key, now)
    code = _code(work, benefit, voucher.id)
    if code is None:
        if stocked:
            work.benefits.give_stock(benefit.id)
        return None
    work.vouchers.issue(voucher, code, key=key, posting_id=None, source=PRESENT, stocked=stocked)
    kind_of(benefit.kind).issued(work, voucher, now)
    if benefit.ready_days is not None:
        fulfilling.order(work, voucher, now)
    work.audit.add(CLUB, "voucher.present", ("voucher", voucher.id), now, {"benefit": benefit.key})
    return voucher


def _voucher(work: Work, member_id: int, benefit: Benefit, key: str, now: datetime) -> Voucher:
    at_once = kind_of(benefit.kind).at_once
    return Voucher(
        id=work.new_id(),
        benefit_id=benefit.id,
        member_id=member_id,
        state=VoucherState.USED if at_once else VoucherState.ISSUED,
        promise=benefit.promise(),
        price=0,
        issued_at=now,
        expires_at=voucher_expires(now, benefit.valid_days, work.programmes.current().zone),
        used_at=now if at_once else None,
        use_key=f"issue:{key}" if at_once else None,
    )


def _code(work: Work, benefit: Benefit, voucher_id: int) -> str | None:
    """A code of our own, or one of the partner's; None if those are used up."""
    if not benefit.imported_codes:
        return make_code(secrets.randbits(BITS))
    return work.partners.take_code(benefit.id, voucher_id)
