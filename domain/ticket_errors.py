"""Refusals of tickets that are not about finding or taking them (see domain.refusals)."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class CategoryUnknown(Refused):
    """The club has no such category for tickets of that kind, or not any more."""

    code: ClassVar[str] = "ticket.category_unknown"


@dataclass(eq=False)
class TooManyTickets(Refused):
    """The member has as many open as one may have; `numbers` are theirs."""

    numbers: tuple[int, ...]
    code: ClassVar[str] = "ticket.too_many"


@dataclass(eq=False)
class TooManyMessages(Refused):
    """The member has said as much as one may within so many minutes; what was said is kept."""

    minutes: int
    code: ClassVar[str] = "ticket.flood"


@dataclass(eq=False)
class FileTooLarge(Refused):
    """A file of more megabytes than can be handed on."""

    most: int
    code: ClassVar[str] = "ticket.file_too_large"


@dataclass(eq=False)
class TicketDone(Refused):
    """It is settled or closed, so that this cannot be done with it."""

    number: int
    code: ClassVar[str] = "ticket.done"


@dataclass(eq=False)
class OwnTicket(Refused):
    """Operators do not work on what they brought forward as members themselves."""

    number: int
    code: ClassVar[str] = "desk.own_ticket"


@dataclass(eq=False)
class MergeImpossible(Refused):
    """why: `same`, `other_member`, `done` (one of the two is), `merged` (into the number)."""

    why: str
    number: int
    code: ClassVar[str] = "ticket.merge_impossible"


@dataclass(eq=False)
class SubjectUnknown(Refused):
    """The order or voucher that the ticket should be about is not the member's."""

    code: ClassVar[str] = "ticket.subject_unknown"


@dataclass(eq=False)
class CauseUnknown(Refused):
    """The club has no such cause, or not any more."""

    code: ClassVar[str] = "ticket.cause_unknown"
