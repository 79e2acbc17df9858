"""Refusals at the till: held elsewhere, used by somebody, undone too late, no session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class VoucherHeld(Refused):
    """Another till looks at it: `by` at `store` since `at` (ISO, with `zone`)."""

    names: Mapping[str, str]
    by: str
    store: str
    at: str
    zone: str
    code: ClassVar[str] = "till.held"


@dataclass(eq=False)
class VoucherTaken(Refused):
    """It was used: by `by` (a member of staff, or a till system's key; "" where nobody knows) at
    `store` (may be ""), at `at` (ISO, with `zone`)."""

    names: Mapping[str, str]
    by: str
    store: str
    at: str
    zone: str
    code: ClassVar[str] = "till.taken"


@dataclass(eq=False)
class SessionOver(Refused):
    """The cashier does not serve this member (any more): the member's code is to be scanned."""

    code: ClassVar[str] = "till.session_over"


@dataclass(eq=False)
class HoldOver(Refused):
    """The till does not hold the voucher (any more): its code is to be scanned again."""

    code: ClassVar[str] = "till.hold_over"


@dataclass(eq=False)
class OwnVoucher(Refused):
    """Nobody uses, or undoes, what is their own; a colleague does it."""

    code: ClassVar[str] = "till.own"


# -- undoing ----------------------------------------------------------------------------


@dataclass(eq=False)
class UndoneBefore(Refused):
    """It was taken back already."""

    code: ClassVar[str] = "till.undone_before"


@dataclass(eq=False)
class TopUpUndone(Refused):
    """A till system sent a top-up again that was taken back since."""

    number: str
    code: ClassVar[str] = "credit.undone"


@dataclass(eq=False)
class UndoNotAllowed(Refused):
    """Whoever did it takes it back within `minutes`; after that, on the same day, an operator of
    that store."""

    minutes: int
    code: ClassVar[str] = "till.undo_not_allowed"


@dataclass(eq=False)
class UndoImpossible(Refused):
    """why: `expired` (the voucher's last day is over), `other` (part of a bill: the bill is taken
    back as a whole), `refunded` (part of the bill was returned already), `missing` (there is
    nothing to take back)."""

    why: str
    code: ClassVar[str] = "till.undo_impossible"


# -- the API ----------------------------------------------------------------------------


@dataclass(eq=False)
class CodeUnknown(Refused):
    """No voucher has this code. reason: `unknown`, or why it can be none (`length` …)."""

    reason: str
    code: ClassVar[str] = "till.code_unknown"


@dataclass(eq=False)
class CodesLocked(Refused):
    """Too many wrong codes: none is looked up for `minutes` minutes after the first of them."""

    minutes: int
    code: ClassVar[str] = "till.codes_locked"
