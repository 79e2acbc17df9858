"""Bills at the till, as they stand: what every step takes off, and what could be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.bill_errors import BillCredit, BillPoints, BillVoucher
from domain.bill_rules import BillStep
from domain.bills import Bill, Coupon, Means, Wishes, calculate
from domain.money import Money
from domain.points import Unit
from domain.programme import Level, Programme
from domain.purchases import Line
from domain.vouchers import OPEN, Voucher
from services import finding, vouchers
from services.kinds import kind_of
from services.ports import Work
from services.ports.club import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """A bill of so much, in minor units, before anything is taken off, and what the member wants
    to use for it: vouchers by id, points and stored value at most so much (None: all). `lines`:
    what was bought, together the amount; none: not told."""

    member_id: int
    minor: int
    vouchers: tuple[int, ...] = ()
    points: int | None = 0
    credit: int | None = 0
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A voucher of the member that lowers bills, and what it takes off this one alone."""

    voucher: Voucher
    off: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A bill as it stands: nothing is booked. `vouchers`: those of its steps; `choices`: all that
    could be used; `points` and `credit`: what the member can spend; `blocked`: the stored value
    is."""

    bill: Bill
    currency: str
    level: Level
    vouchers: Mapping[int, Voucher]
    choices: tuple[Choice, ...]
    points: int
    credit: int
    blocked: bool

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def to_pay(self) -> Money:
        """What is paid in money."""
        return self.money(self.bill.to_pay)


def quote(work: Work, asked: Asked, actor: Actor, now: datetime) -> Quote:
    """What every step takes off a bill (SEMANTICS: Benefits); changes nothing. Vouchers that
    take nothing off are left out: `check` says why. Raises BillVoucher for those that cannot be
    used at all."""
    programme = work.programmes.current()
    member = finding.standing(work, asked.member_id)
    level = programme.level(member.level)
    mine = _on_bills(work, member.id, vouchers.holder_of(actor), now)
    for voucher_id in asked.vouchers:
        if voucher_id not in mine:
            raise _unusable(work, member.id, voucher_id, now)
    blocked = work.credit_blocks.get(member.id) is not None
    means = Means(
        level.discount,
        max(work.ledger.summary(member.id, Unit.POINTS, now).spendable, 0),
        0 if blocked else max(work.ledger.summary(member.id, Unit.CREDIT, now).spendable, 0),
    )
    coupons = {one: _coupon(voucher, level) for one, voucher in mine.items()}
    wishes = Wishes(tuple(coupons[one] for one in asked.vouchers), asked.points, asked.credit)
    alone = {
        one: calculate(programme.bill, asked.minor, means, Wishes((coupon,)))
        for one, coupon in coupons.items()
    }
    return Quote(
        calculate(programme.bill, asked.minor, means, wishes),
        programme.currency,
        level,
        {one: mine[one] for one in asked.vouchers},
        tuple(Choice(mine[one], bill.off(BillStep.VOUCHER)) for one, bill in alone.items()),
        means.points,
        means.credit,
        blocked,
    )


def only(asked: Asked, voucher_id: int | None) -> Asked:
    """The bill as a cashier may ask for it who has seen one voucher and not its member: that
    voucher alone. None: everything."""
    if voucher_id is None:
        return asked
    mine = tuple(one for one in asked.vouchers if one == voucher_id)
    return replace(asked, vouchers=mine, points=0, credit=0)


def check(work: Work, quote: Quote, asked: Asked) -> None:
    """That exactly what was asked for is used. Raises BillVoucher, BillPoints, BillCredit."""
    programme, bill = work.programmes.current(), quote.bill
    for voucher_id in bill.unused:
        raise _no_use(programme, quote, quote.vouchers[voucher_id], len(asked.vouchers))
    if asked.points is not None and bill.points != asked.points:
        rate = programme.bill.points
        step = rate.step if rate and BillStep.POINTS in programme.bill.order else 0
        raise BillPoints(asked.points, step, bill.points_possible)
    used = bill.off(BillStep.CREDIT)
    if asked.credit is not None and used != asked.credit:
        raise BillCredit(quote.money(asked.credit), quote.money(bill.credit_possible))


def _on_bills(work: Work, member_id: int, holder: str, now: datetime) -> dict[int, Voucher]:
    """The member's vouchers that lower bills and can be used here, soonest expiring first."""
    found = [
        one
        for one in work.vouchers.of_member(member_id)
        if kind_of(one.promise["kind"]).on_bill
        and one.state_at(now) in OPEN
        and not one.held_by_another(holder, now)
    ]
    return {one.id: one for one in sorted(found, key=lambda one: (one.expires_at, one.id))}


def _coupon(voucher: Voucher, level: Level) -> Coupon:
    kind = kind_of(voucher.promise["kind"])
    detail: Mapping[str, Any] = voucher.promise.get("detail") or {}
    return Coupon(voucher.id, lambda left: kind.takes_off(detail, left, level))


def _unusable(work: Work, member_id: int, voucher_id: int, now: datetime) -> BillVoucher:
    voucher = work.vouchers.get(voucher_id)
    if voucher is None or voucher.member_id != member_id:
        return BillVoucher("unknown", {})
    state = voucher.state_at(now)
    if state in OPEN and not kind_of(voucher.promise["kind"]).on_bill:
        return BillVoucher("kind", dict(voucher.names))
    return BillVoucher("held" if state in OPEN else str(state), dict(voucher.names))


def _no_use(programme: Programme, quote: Quote, voucher: Voucher, asked: int) -> BillVoucher:
    names, most = dict(voucher.names), programme.bill.vouchers
    if asked > most:
        return BillVoucher("most", names, most=most)
    least = (voucher.promise.get("detail") or {}).get("minimum_minor", 0)
    if quote.bill.gross < least or not any(
        one.off for one in quote.choices if one.voucher.id == voucher.id
    ):
        return BillVoucher("small", names, minimum=quote.money(least))
    return BillVoucher("worth", names)
