"""Refusals about photographed receipts."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.errors import Refused
from domain.money import Money


@dataclass(eq=False)
class NoReceiptPhotos(Refused):
    """The club does not take photographed receipts."""

    code: ClassVar[str] = "receipt.off"


@dataclass(eq=False)
class ReceiptsADay(Refused):
    """A member may send `limit` receipts a day."""

    limit: int
    code: ClassVar[str] = "receipt.a_day"


@dataclass(eq=False)
class BadPicture(Refused):
    """problem: `unreachable` (it could not be fetched), `too_big`, `not_a_picture`."""

    problem: str
    code: ClassVar[str] = "receipt.bad_picture"


@dataclass(eq=False)
class PictureUsed(Refused):
    """This very picture waits or was booked already. `own`: the same member sent it."""

    own: bool
    code: ClassVar[str] = "receipt.picture_used"


@dataclass(eq=False)
class NumberUsed(Refused):
    """The receipt of that number waits or was booked already. `own`: by the same member."""

    number: str
    own: bool
    code: ClassVar[str] = "receipt.number_used"


@dataclass(eq=False)
class ReceiptTooHigh(Refused):
    """More than one receipt may be worth."""

    limit: Money
    code: ClassVar[str] = "receipt.over_limit"


@dataclass(eq=False)
class BadDay(Refused):
    """reason: `unreadable`, `unclear`, `future`, `too_old` (before `earliest`)."""

    text: str
    reason: str
    earliest: date
    code: ClassVar[str] = "receipt.bad_day"


@dataclass(eq=False)
class ReceiptNotFound(Refused):
    code: ClassVar[str] = "receipt.not_found"


@dataclass(eq=False)
class ReceiptDecided(Refused):
    """Somebody was faster. state: a domain.receipts.ReceiptState; `staff` who it was, `amount`
    and `points` if it was booked."""

    state: str
    staff: str
    amount: Money
    points: int
    code: ClassVar[str] = "receipt.decided"
