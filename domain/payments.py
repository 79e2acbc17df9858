"""How a purchase is paid beside money: points, stored value, vouchers; and what returns of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from domain.errors import Refused
from domain.money import plain
from domain.points import Take
from domain.purchases import Order

MOST_PAYMENTS: Final = 20
MOST_POINTS: Final = 10**9
# Where credit comes from (the source type of its lots): paid in, or given on top by the club.
PRINCIPAL: Final = "topup"
BONUS: Final = "topup_bonus"


class PaidBy(StrEnum):
    """What pays a part of a bill that is not paid in money."""

    POINTS = "points"
    CREDIT = "credit"
    VOUCHER = "voucher"


class Payment(NamedTuple):
    """A part of a bill: `minor` of it is paid by whole `points`, by as much credit, or by the
    voucher with a `code`."""

    kind: PaidBy
    minor: int
    points: int = 0
    code: str = ""


@dataclass(eq=False)
class PaymentInvalid(Refused):
    """reason: `zero`, `sum` (`given` is more than the bill, `expected`), `points`, `code`,
    `extra`, `twice`, `too_many`, `member` (nobody to take it from), `credit` (`given` is there,
    `expected` asked), `blocked` (the credit), or of a voucher `unknown` (none of theirs), `held`,
    `used`, `expired`, `cancelled`, `minimum` (the bill is `given`, it needs `expected`), `worth`
    (`given` is more than it takes off, `expected`); `payment` counts from 1, 0 for all."""

    reason: str
    payment: int = 0
    given: str = ""
    expected: str = ""
    code: ClassVar[str] = "payment.invalid"


def check_payments(order: Order, payments: Sequence[Payment]) -> None:
    """Raises PaymentInvalid for payments that no bill can have. SEMANTICS: Points, refunds."""
    if len(payments) > MOST_PAYMENTS:
        raise PaymentInvalid("too_many", given=str(len(payments)), expected=str(MOST_PAYMENTS))
    for number, payment in enumerate(payments, start=1):
        _check(payment, number)
    once = [payment.code or payment.kind for payment in payments]
    for number, what in enumerate(once, start=1):
        if what in once[: number - 1]:
            raise PaymentInvalid("twice", number)
    paid = sum(payment.minor for payment in payments)
    if paid > order.minor:
        raise PaymentInvalid(
            "sum", given=plain(paid, order.currency), expected=plain(order.minor, order.currency)
        )


def _check(payment: Payment, number: int) -> None:
    if payment.minor <= 0:
        raise PaymentInvalid("zero", number)
    if payment.kind is PaidBy.POINTS and not 0 < payment.points <= MOST_POINTS:
        raise PaymentInvalid("points", number)
    if payment.kind is PaidBy.VOUCHER and not payment.code:
        raise PaymentInvalid("code", number)
    if (payment.points and payment.kind is not PaidBy.POINTS) or (
        payment.code and payment.kind is not PaidBy.VOUCHER
    ):
        raise PaymentInvalid("extra", number)


# -- what returns -----------------------------------------------------------------------


def spread(minor: int, rests: Sequence[int]) -> list[int]:
    """An amount over what is left of several parts, pro rata and exact: never more than is left
    of a part, together the amount. Raises ValueError for more than all of them."""
    total = sum(rests)
    if not 0 <= minor <= total:
        raise ValueError(f"{minor} of {total}")
    done = seen = 0
    parts = []
    for rest in rests:
        seen += rest
        upto = minor * seen // total if total else 0
        parts.append(upto - done)
        done = upto
    return parts


def points_for(points: int, minor: int, returned: int) -> int:
    """How many of the points paid for `minor` have come back when `returned` of it has."""
    return points * returned // minor


class CreditBack(NamedTuple):
    """Stored value that returns, in minor units: paid in, and given on top."""

    principal: int
    bonus: int


def credit_for(bonus: int, minor: int, returned: int) -> CreditBack:
    """How much of a payment with credit has come back as bonus and as principal, pro rata."""
    part = bonus * returned // minor
    return CreditBack(returned - part, part)


def back_to(takes: Iterable[Take], before: int, after: int) -> tuple[Take, ...]:
    """Which part of the takes comes back when `before` had come back and `after` has: what was
    taken last (and so lasts longest) first."""
    back, seen = [], 0
    for lot_id, amount in reversed(tuple(takes)):
        start, end = max(before - seen, 0), min(after - seen, amount)
        if end > start:
            back.append(Take(lot_id, end - start))
        seen += amount
    return tuple(back)
