"""Giving a voucher back in time: the points return to their lots, the stock to who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.benefit_errors import CannotCancel
from domain.refusals import VoucherNotFound
from domain.vouchers import Voucher, VoucherState
from services import fulfilling, ledger, waiting
from services.benefits import FOR_EVER, PERIOD, REDEEMED
from services.catalogue import spendable
from services.kinds import kind_of
from services.ports import Work
from services.ports.benefits import Origin
from services.ports.club import Actor


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The voucher that was given back and the points that the member has now."""

    voucher: Voucher
    points: int


def cancellable_until(voucher: Voucher) -> datetime | None:
    """Until when (exclusive) a voucher that nobody handed on can be given back; None for never."""
    hours = voucher.promise.get("cancel_hours") or 0
    if not hours or _at_once(voucher):
        return None
    return min(voucher.issued_at + timedelta(hours=hours), voucher.expires_at)


def returnable_until(work: Work, voucher: Voucher, now: datetime) -> datetime | None:
    """Until when its member can give it back; None where they cannot, or not any more: what was
    a present cost nothing that could come back."""
    until = cancellable_until(voucher)
    if voucher.state_at(now) is not VoucherState.ISSUED or until is None or now >= until:
        return None
    origin = work.vouchers.origin(voucher.id)
    return until if origin.source == REDEEMED and not origin.handed_on else None


def cancel(work: Work, member_id: int, voucher_id: int, *, now: datetime) -> Cancelled:
    """Takes the member's own voucher back and returns what it cost (SEMANTICS: Benefits); twice
    changes nothing and answers the same.

    Raises VoucherNotFound, CannotCancel, MemberFrozen, MemberClosed.
    """
    work.members.lock(member_id)
    voucher = work.vouchers.get(voucher_id)
    if voucher is None or voucher.member_id != member_id:
        raise VoucherNotFound
    if voucher.state is not VoucherState.CANCELLED:
        voucher = _cancel(work, voucher, now)
    return Cancelled(voucher, spendable(work, member_id, now))


def _cancel(work: Work, voucher: Voucher, now: datetime) -> Voucher:
    work.members.get(voucher.member_id).may_move_points()
    origin = work.vouchers.origin(voucher.id)
    _require(work, voucher, origin, now)
    if not work.vouchers.cancel(voucher.id, voucher.member_id, now):
        raise CannotCancel(str(_get(work, voucher.id).state_at(now)), voucher.names)
    if origin.posting_id is not None:
        back = ledger.give_back(work, origin.posting_id, key=f"cancel:{voucher.id}", now=now)
        work.vouchers.returned(voucher.id, back.id)
    fulfilling.withdraw(work, voucher.id, now)
    kind_of(voucher.promise["kind"]).cancelled(work, voucher, now)
    period = str(voucher.promise.get(PERIOD, FOR_EVER))
    work.benefits.give_use_back(voucher.benefit_id, voucher.member_id, period)
    detail = {"price": voucher.price}
    work.audit.add(Actor("member"), "voucher.cancel", ("voucher", voucher.id), now, detail)
    # Last, for the next members wait for the lock of the benefit.
    if origin.stocked:
        work.benefits.give_stock(voucher.benefit_id)
        waiting.stock_came(work, voucher.benefit_id, now, more=1)
    return _get(work, voucher.id)


def _require(work: Work, voucher: Voucher, origin: Origin, now: datetime) -> None:
    state, until = voucher.state_at(now), cancellable_until(voucher)
    if state is not VoucherState.ISSUED and not _at_once(voucher):
        raise CannotCancel(str(state), voucher.names)
    if origin.handed_on:
        raise CannotCancel("handed_on", voucher.names)
    if until is None or origin.source != REDEEMED:
        raise CannotCancel("never", voucher.names)
    if now >= until:
        zone = work.programmes.current().zone
        raise CannotCancel("too_late", voucher.names, until.isoformat(), zone)


def _at_once(voucher: Voucher) -> bool:
    kind = voucher.promise.get("kind")
    return kind is not None and kind_of(str(kind)).at_once


def _get(work: Work, voucher_id: int) -> Voucher:
    voucher = work.vouchers.get(voucher_id)
    if voucher is None:
        raise VoucherNotFound
    return voucher
