"""Refusals about holds, gifts between members and expired points."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class HoldNotFound(Refused):
    code: ClassVar[str] = "hold.not_found"


@dataclass(eq=False)
class HoldOver(Refused):
    """The hold has ended otherwise. state: `released` or `settled`."""

    state: str
    code: ClassVar[str] = "hold.over"


@dataclass(eq=False)
class BadCount(Refused):
    """Not a whole number of points above zero."""

    text: str
    code: ClassVar[str] = "points.bad_count"


# -- gifts ------------------------------------------------------------------------------


@dataclass(eq=False)
class GiftsOff(Refused):
    """The programme does not let members hand points to each other."""

    code: ClassVar[str] = "gift.off"


@dataclass(eq=False)
class GiftToSelf(Refused):
    code: ClassVar[str] = "gift.to_self"


@dataclass(eq=False)
class GiftNotReceivable(Refused):
    """The other membership is frozen or closed; which of these is not told."""

    code: ClassVar[str] = "gift.not_receivable"


@dataclass(eq=False)
class GiftTooSmall(Refused):
    """Whole points."""

    points: int
    least: int
    code: ClassVar[str] = "gift.too_small"


@dataclass(eq=False)
class GiftOverMonth(Refused):
    """Whole points: what was asked, what one may give in a month, what is given already."""

    asked: int
    limit: int
    used: int
    code: ClassVar[str] = "gift.over_month"


@dataclass(eq=False)
class GiftNotFound(Refused):
    code: ClassVar[str] = "gift.unknown"


# -- expired points ---------------------------------------------------------------------


@dataclass(eq=False)
class ReinstatementOff(Refused):
    """The programme does not give expired points again."""

    code: ClassVar[str] = "reinstate.off"


@dataclass(eq=False)
class ReinstateTooMuch(Refused):
    """Whole points: what was asked, and what expired within `days` and has not come back."""

    asked: int
    left: int
    days: int
    code: ClassVar[str] = "reinstate.too_much"
