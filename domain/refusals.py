"""Refusals of benefits and vouchers, tickets, events, and the files they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Problem, Refused


@dataclass(eq=False)
class BadText(Refused):
    """reason: `empty` or `too_long`."""

    reason: str
    longest: int
    code: ClassVar[str] = "text.bad"


@dataclass(eq=False)
class ContentInvalid(Refused):
    """A file of benefits, surveys or events has faults, and nothing of it was taken."""

    problems: tuple[Problem, ...]
    code: ClassVar[str] = "content.invalid"

    def data(self) -> dict[str, object]:
        return {"problems": [str(problem) for problem in self.problems]}


# -- benefits and vouchers --------------------------------------------------------------


@dataclass(eq=False)
class BenefitNotFound(Refused):
    code: ClassVar[str] = "benefit.not_found"


@dataclass(eq=False)
class BenefitUnavailable(Refused):
    """why: a domain.benefits.Why; `missing` points if these are what is lacking."""

    why: str
    names: Mapping[str, str]
    missing: int = 0
    code: ClassVar[str] = "benefit.unavailable"


@dataclass(eq=False)
class BadCode(Refused):
    """Not a voucher code. reason: `length`, `characters` or `checksum`."""

    reason: str
    code: ClassVar[str] = "voucher.bad_code"


@dataclass(eq=False)
class VoucherNotFound(Refused):
    code: ClassVar[str] = "voucher.not_found"


@dataclass(eq=False)
class VoucherNotUsable(Refused):
    """state: a domain.vouchers.VoucherState; `at` (ISO, with `zone`) since when."""

    state: str
    names: Mapping[str, str]
    at: str | None = None
    zone: str = "UTC"
    code: ClassVar[str] = "voucher.not_usable"


# -- tickets ----------------------------------------------------------------------------


@dataclass(eq=False)
class TicketNotFound(Refused):
    code: ClassVar[str] = "ticket.not_found"


@dataclass(eq=False)
class TicketTaken(Refused):
    """Another operator has it."""

    number: int
    staff: str
    code: ClassVar[str] = "ticket.taken"


@dataclass(eq=False)
class TicketOver(Refused):
    """It was done too long ago to be opened again."""

    number: int
    code: ClassVar[str] = "ticket.over"


# -- events -----------------------------------------------------------------------------


@dataclass(eq=False)
class EventNotFound(Refused):
    code: ClassVar[str] = "event.not_found"


@dataclass(eq=False)
class EventFull(Refused):
    names: Mapping[str, str]
    code: ClassVar[str] = "event.full"


@dataclass(eq=False)
class EventOver(Refused):
    """why: `over` or `cancelled`."""

    names: Mapping[str, str]
    why: str = "over"
    code: ClassVar[str] = "event.over"
