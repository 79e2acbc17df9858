"""Why something about an event is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class AnswersClosed(Refused):
    """Answers could change until a moment that is over."""

    names: Mapping[str, str]
    until: datetime
    zone: str
    code: ClassVar[str] = "event.answers_closed"


@dataclass(eq=False)
class NotForYourLevel(Refused):
    """Only members of some levels may come."""

    names: Mapping[str, str]
    levels: tuple[Mapping[str, str], ...]
    code: ClassVar[str] = "event.not_for_level"


@dataclass(eq=False)
class TooManyGuests(Refused):
    names: Mapping[str, str]
    most: int
    code: ClassVar[str] = "event.too_many_guests"


@dataclass(eq=False)
class DepositMissing(Refused):
    """The member has fewer points to spend than the deposit."""

    names: Mapping[str, str]
    deposit: int
    available: int
    code: ClassVar[str] = "event.deposit_missing"


@dataclass(eq=False)
class OfferGone(Refused):
    """The seat that was kept has gone to somebody else."""

    names: Mapping[str, str]
    code: ClassVar[str] = "event.offer_gone"


@dataclass(eq=False)
class CheckedInBefore(Refused):
    """They came already. `by`: who let them in."""

    at: datetime
    zone: str
    by: str
    code: ClassVar[str] = "event.checked_in_before"


@dataclass(eq=False)
class CheckInNotYet(Refused):
    """Members are checked in from a moment on."""

    names: Mapping[str, str]
    at: datetime
    zone: str
    code: ClassVar[str] = "event.check_in_not_yet"


@dataclass(eq=False)
class NotExpected(Refused):
    """No seat: not on the list, and nobody comes without being on it, or all seats are taken."""

    names: Mapping[str, str]
    full: bool
    code: ClassVar[str] = "event.not_expected"


@dataclass(eq=False)
class TicketUnknown(Refused):
    """A code that is no ticket of this event."""

    code: ClassVar[str] = "event.ticket_unknown"


@dataclass(eq=False)
class ShrunkTooFar(Refused):
    """Fewer seats than are taken."""

    wanted: int
    taken: int
    code: ClassVar[str] = "event.shrunk"


@dataclass(eq=False)
class EventNumber(Refused):
    """Not a whole number from 0 to `most`."""

    text: str
    most: int
    code: ClassVar[str] = "event.bad_number"


@dataclass(eq=False)
class MapUnreadable(Refused):
    """Not the address of a web page."""

    text: str
    code: ClassVar[str] = "event.bad_link"


@dataclass(eq=False)
class NotOverYet(Refused):
    """Thanks are said when it is over."""

    names: Mapping[str, str]
    at: datetime
    zone: str
    code: ClassVar[str] = "event.not_over_yet"


@dataclass(eq=False)
class ThanksSaid(Refused):
    """Those who came have been thanked; only photos are still worth a message."""

    names: Mapping[str, str]
    code: ClassVar[str] = "event.thanks_said"


@dataclass(eq=False)
class EventTimes(Refused):
    """It would end before it begins, begin in the past, or invite after answers close. `why`:
    `ends`, `past` or `invites`."""

    why: str
    code: ClassVar[str] = "event.bad_times"
