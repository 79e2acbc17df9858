"""Refusals of bills and of stored value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused
from domain.money import Money


@dataclass(eq=False)
class BillChanged(Refused):
    """What the member has is not what it was when the bill was shown: `to_pay` now."""

    shown: Money
    to_pay: Money
    code: ClassVar[str] = "bill.changed"


@dataclass(eq=False)
class BillVoucher(Refused):
    """A voucher lowers no bill like this one. reason: `kind` (it lowers none), `small` (the bill
    is smaller than `minimum`), `most` (a bill takes `most` vouchers), `worth` (nothing is left to
    lower)."""

    reason: str
    names: Mapping[str, str]
    minimum: Money | None = None
    most: int = 0
    code: ClassVar[str] = "bill.voucher"


@dataclass(eq=False)
class BillPoints(Refused):
    """So many points cannot be used: whole steps of `step`, at most `most`; `step` 0: the club's
    bills are not paid with points."""

    asked: int
    step: int
    most: int
    code: ClassVar[str] = "bill.points"


@dataclass(eq=False)
class BillCredit(Refused):
    """More stored value than can be used here."""

    asked: Money
    most: Money
    code: ClassVar[str] = "bill.credit"


@dataclass(eq=False)
class PurchasePaid(Refused):
    """Points, stored value or a voucher paid a part of a purchase, so it cannot be moved to
    another member: it is taken back and booked anew."""

    code: ClassVar[str] = "correct.paid"


# -- stored value -----------------------------------------------------------------------


@dataclass(eq=False)
class CreditOff(Refused):
    """The club has no stored value."""

    code: ClassVar[str] = "credit.none"


@dataclass(eq=False)
class CreditBlocked(Refused):
    """It cannot be spent for now."""

    code: ClassVar[str] = "credit.blocked"


@dataclass(eq=False)
class TopUpTooSmall(Refused):
    asked: Money
    least: Money
    code: ClassVar[str] = "credit.too_small"


@dataclass(eq=False)
class CreditCeiling(Refused):
    """A member may hold `ceiling`, principal and bonus together; there is `room` for more."""

    ceiling: Money
    room: Money
    code: ClassVar[str] = "credit.ceiling"


@dataclass(eq=False)
class TopUpSpent(Refused):
    """A top-up of which something was spent is not undone; the rest can be paid out."""

    spent: Money
    code: ClassVar[str] = "credit.spent"


@dataclass(eq=False)
class PayoutTooMuch(Refused):
    """Only what was paid in is paid out; `most` of it is left."""

    asked: Money
    most: Money
    code: ClassVar[str] = "credit.payout_too_much"
