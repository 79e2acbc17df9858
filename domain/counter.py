"""Refusals at the counter: limits of receipts, shifts and look-ups, and undoing an entry."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused
from domain.money import Money


@dataclass(eq=False)
class ReceiptOverLimit(Refused):
    """More than one receipt may be worth."""

    amount: Money
    limit: Money
    code: ClassVar[str] = "award.receipt_over_limit"


@dataclass(eq=False)
class ShiftReceiptsUsed(Refused):
    """The operator has booked `limit` receipts today."""

    limit: int
    code: ClassVar[str] = "award.shift_receipts"


@dataclass(eq=False)
class ShiftMoneyUsed(Refused):
    """All receipts of the operator's day together may be worth `limit`; `left` of it remains."""

    amount: Money
    limit: Money
    left: Money
    code: ClassVar[str] = "award.shift_money"


@dataclass(eq=False)
class UndoNotYours(Refused):
    """Only who entered a receipt takes it back at the counter."""

    code: ClassVar[str] = "award.undo_not_yours"


@dataclass(eq=False)
class UndoTooLate(Refused):
    """The way back is open for `minutes` minutes."""

    minutes: int
    code: ClassVar[str] = "award.undo_late"


@dataclass(eq=False)
class TooManyLooks(Refused):
    """An operator has looked for very many members, or for many that do not exist, within
    `minutes` minutes."""

    minutes: int
    code: ClassVar[str] = "member.too_many_looks"
