"""Bills that points, stored value or vouchers pay a part of; and how these come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain import bookings
from domain.errors import NotEnoughPoints
from domain.ledger import Account, Booked, Entry, Posting, Share
from domain.members import MemberState
from domain.money import plain
from domain.payments import (
    BONUS,
    PaidBy,
    Payment,
    PaymentInvalid,
    back_to,
    credit_for,
    points_for,
    spread,
)
from domain.points import Lot, Take, Unit
from domain.programme import Level
from domain.till import TillKind
from domain.vouchers import Voucher, VoucherState
from services import fulfilling, till_events, transfers, vouchers
from services.kinds import kind_of
from services.ledger import restored_until
from services.ports import Work
from services.ports.club import Actor
from services.ports.earning import Paid
from services.ports.sales import Purchase

SOURCE = "payment"
SYSTEM: Final = Actor("system")


@dataclass(slots=True)
class Till:
    """What the payments of one bill book. `off`: how much of the bill earns nothing, in minor
    units: what points, vouchers and bonus credit paid. `points` is the account after them."""

    points: Account
    off: int = 0
    booked: list[Booked] = field(default_factory=list)
    rows: list[Paid] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Counter:
    """Who takes the payments: the member's level, the till that may hold the vouchers, and
    whether what each takes off was worked out by our own bill."""

    level: str = ""
    holder: str = ""
    quoted: bool = False


def pay(
    work: Work,
    purchase: Purchase,
    payments: Sequence[Payment],
    points: Account,
    now: datetime,
    counter: Counter,
) -> Till:
    """Takes what a bill is paid with beside money; the member is locked by the caller.

    Raises NotEnoughPoints and PaymentInvalid, which names the payment.
    """
    till = Till(points)
    left = purchase.minor  # as vouchers see the bill: less what vouchers have paid before
    for number, payment in enumerate(payments, start=1):
        match payment.kind:
            case PaidBy.POINTS:
                row = _with_points(work, till, purchase, payment, number, now)
            case PaidBy.CREDIT:
                row = _with_credit(work, till, purchase, payment, number, now)
            case PaidBy.VOUCHER:
                row = _with_voucher(work, purchase, (payment, number, left), counter, now)
                left -= payment.minor
        till.rows.append(row)
        till.off += _earns_nothing(work, row)
    return till


def _earns_nothing(work: Work, row: Paid) -> int:
    """Points come from what is paid after discounts, never from bonus credit, and from credit
    only where its top-up brought none. SEMANTICS: Points, refunds."""
    rules = work.programmes.current().stored_value
    if row.kind == PaidBy.CREDIT and (rules is None or rules.earns == "spending"):
        return row.bonus_minor
    return row.minor


def _with_points(
    work: Work, till: Till, purchase: Purchase, payment: Payment, number: int, now: datetime
) -> Paid:
    entry = _entry(work, purchase, f"purchase:{purchase.id}:paid:{number}", -payment.points, now)
    lots = work.ledger.lots(till.points.member_id, Unit.POINTS)
    booked = bookings.spend(till.points, entry, payment.points, lots)
    till.points = booked.account
    till.booked.append(booked)
    return Paid(
        purchase.id,
        number,
        payment.kind,
        payment.minor,
        points=payment.points,
        posting_id=booked.posting.id,
    )


def _with_credit(
    work: Work, till: Till, purchase: Purchase, payment: Payment, number: int, now: datetime
) -> Paid:
    if work.credit_blocks.get(till.points.member_id):
        raise PaymentInvalid("blocked", number)
    entry = _entry(work, purchase, f"purchase:{purchase.id}:paid:{number}", -payment.minor, now)
    account = work.ledger.account(till.points.member_id, Unit.CREDIT)
    lots = {lot.id: lot for lot in work.ledger.lots(account.member_id, Unit.CREDIT)}
    try:
        booked = bookings.spend(account, entry, payment.minor, lots.values())
    except NotEnoughPoints as few:
        have, asked = (plain(minor, purchase.currency) for minor in (few.have, payment.minor))
        raise PaymentInvalid("credit", number, have, asked) from None
    till.booked.append(booked)
    return Paid(
        purchase.id,
        number,
        payment.kind,
        payment.minor,
        bonus_minor=sum(take.amount for take in _bonus(booked.posting.takes, lots)),
        posting_id=booked.posting.id,
    )


def _bonus(takes: Sequence[Take], lots: Mapping[int, Lot]) -> list[Take]:
    return [take for take in takes if lots[take.lot_id].source_type == BONUS]


def _with_voucher(
    work: Work,
    purchase: Purchase,
    asked: tuple[Payment, int, int],
    counter: Counter,
    now: datetime,
) -> Paid:
    """Marks a voucher as used by the purchase, with journal and audit. `asked`: the payment, its
    number, and what of the bill was left before it."""
    payment, number, _ = asked
    voucher, wrong = vouchers.by_code(work, payment.code)
    if voucher is None or wrong or voucher.member_id != purchase.member_id:
        raise PaymentInvalid("unknown", number)  # what others have is not told
    if not counter.quoted:
        level = work.programmes.current().level(counter.level)
        _check_worth(voucher, purchase, asked, level)
    key, who = _voucher_key(purchase.id, number), (purchase.staff_id, purchase.store_id)
    if not work.vouchers.use(voucher.id, key, now, *who, counter.holder):
        found = work.vouchers.get(voucher.id)
        raise PaymentInvalid(str(found.state_at(now)) if found else "unknown", number)
    actor = Actor(purchase.channel, *who)
    detail = {"purchase": str(purchase.id)}
    work.audit.add(actor, "voucher.use", ("voucher", voucher.id), now, detail)
    _note_use(work, actor, voucher, purchase.id, key, now)
    fulfilling.handed_over(work, voucher.id, actor, now)
    return Paid(purchase.id, number, payment.kind, payment.minor, voucher_id=voucher.id)


def _check_worth(
    voucher: Voucher, purchase: Purchase, asked: tuple[Payment, int, int], level: Level
) -> None:
    """A voucher that lowers bills pays no more than it takes off; what another one is worth, such
    as a free tea, the till knows."""
    payment, number, left = asked
    kind = kind_of(voucher.promise["kind"])
    if not kind.on_bill:
        return
    detail: Mapping[str, Any] = voucher.promise.get("detail") or {}
    most = kind.takes_off(detail, left, level)
    least = detail.get("minimum_minor", 0)
    if left < least:
        given, expected = plain(left, purchase.currency), plain(least, purchase.currency)
        raise PaymentInvalid("minimum", number, given, expected)
    if payment.minor > most:
        given, expected = plain(payment.minor, purchase.currency), plain(most, purchase.currency)
        raise PaymentInvalid("worth", number, given, expected)


def _note_use(
    work: Work, actor: Actor, voucher: Voucher, purchase_id: int, key: str, now: datetime
) -> None:
    till_events.record(
        work,
        TillKind.USE,
        actor,
        now,
        key=f"use:{key}",
        member_id=voucher.member_id,
        voucher_id=voucher.id,
        purchase_id=purchase_id,
    )


def _voucher_key(purchase_id: int, number: int) -> str:
    """The effect that used a voucher: each payment of a bill has its own."""
    return f"purchase:{purchase_id}:{number}"


def _entry(work: Work, purchase: Purchase, key: str, amount: int, now: datetime) -> Entry:
    version = work.programmes.newest()
    source, shares = (SOURCE, str(purchase.id)), (Share(SOURCE, version, "", amount),)
    who = (purchase.staff_id, purchase.store_id)
    return Entry(work.new_id(), key, now, *source, version, shares, *who)


# -- what returns -----------------------------------------------------------------------


@dataclass(slots=True)
class CameBack:
    """What a refund returned to its own: points, credit as principal and bonus in minor units,
    and the names of vouchers that can be used again or have expired meanwhile. `money`: the rest,
    for the till to pay out (None: all of the bill had been paid in money)."""

    money: int | None = None
    points: int = 0
    principal: int = 0
    bonus: int = 0
    opened: list[Mapping[str, str]] = field(default_factory=list)
    expired: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def credit(self) -> int:
        return self.principal + self.bonus


def give_back(
    work: Work,
    purchase: Purchase,
    minor: int,
    *,
    key: str,
    now: datetime,
    actor: Actor = SYSTEM,
) -> CameBack:
    """Returns what a refund of `minor` concerns to its own (SEMANTICS: Points, refunds): points
    and credit pro rata to their lots, vouchers when nothing of the purchase is left.

    `purchase` is as before the refund. Over several refunds all is returned exactly.
    """
    back = CameBack()
    rows = work.earnings.payments(purchase.id)
    if not rows:
        return back
    left = purchase.minor - purchase.refunded_minor
    money = left - sum(row.left for row in rows)
    *parts, back.money = spread(minor, [*(row.left for row in rows), money])
    for row, part in zip(rows, parts, strict=True):
        if part:
            work.earnings.payment_returned(purchase.id, row.position, part)
        if row.posting_id is not None and part:
            _return(work, purchase, row, part, key, now, back)
        elif row.voucher_id is not None and minor == left:
            _open(work, row, actor, now, back)
    return back


def _return(
    work: Work,
    purchase: Purchase,
    row: Paid,
    part: int,
    key: str,
    now: datetime,
    back: CameBack,
) -> None:
    assert row.posting_id is not None
    paid = work.ledger.posting(row.posting_id)
    work.members.lock(paid.member_id)
    if work.members.get(paid.member_id).state is MemberState.CLOSED:
        return  # nobody is there any more to have it
    lots = work.ledger.lots_by_id([take.lot_id for take in paid.takes])
    upto = row.returned_minor + part
    if row.kind == PaidBy.POINTS:
        ends = [points_for(row.points, row.minor, done) for done in (row.returned_minor, upto)]
        takes = back_to(paid.takes, *ends)
        back.points += ends[1] - ends[0]
    else:
        takes = _credit_takes(row, upto, paid, lots, back)
    _book(work, purchase, paid, takes, lots, f"{key}:paid:{row.position}", now)


def _credit_takes(
    row: Paid, upto: int, paid: Posting, lots: Mapping[int, Lot], back: CameBack
) -> tuple[Take, ...]:
    start = credit_for(row.bonus_minor, row.minor, row.returned_minor)
    end = credit_for(row.bonus_minor, row.minor, upto)
    bonus = _bonus(paid.takes, lots)
    principal = [take for take in paid.takes if take not in bonus]
    back.principal += end.principal - start.principal
    back.bonus += end.bonus - start.bonus
    return (
        *back_to(principal, start.principal, end.principal),
        *back_to(bonus, start.bonus, end.bonus),
    )


def _book(
    work: Work,
    purchase: Purchase,
    paid: Posting,
    takes: tuple[Take, ...],
    lots: Mapping[int, Lot],
    key: str,
    now: datetime,
) -> None:
    if not takes:
        return
    unit, amount = Unit(paid.unit), sum(take.amount for take in takes)
    version = work.programmes.newest()
    source, shares = (SOURCE, str(purchase.id)), (Share("returned", version, "", amount),)
    entry = Entry(work.new_id(), key, now, *source, version, shares)
    until = restored_until(work.programmes.current(), now)
    account = work.ledger.account(paid.member_id, unit)
    booked = bookings.give_back(account, entry, takes, lots, until, work.new_id)
    work.ledger.append(booked, "")
    transfers.follow(work, paid.member_id, now, unit)


def _open(work: Work, row: Paid, actor: Actor, now: datetime, back: CameBack) -> None:
    """A voucher that is still valid can be used again."""
    voucher = work.vouchers.get(row.voucher_id) if row.voucher_id is not None else None
    if voucher is None or voucher.state is not VoucherState.USED:
        return
    key = _voucher_key(row.purchase_id, row.position)
    if work.vouchers.reopen(voucher.id, key, now):
        detail = {"purchase": str(row.purchase_id)}
        work.audit.add(actor, "voucher.reopen", ("voucher", voucher.id), now, detail)
        fulfilling.taken_back(work, voucher.id, now)
        if used := work.till_events.by_key(f"use:{key}"):
            till_events.take_back(work, used, actor, now)
        back.opened.append(dict(voucher.names))
    else:
        back.expired.append(dict(voucher.names))
