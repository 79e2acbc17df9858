"""The port of what the report on tickets is counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Reported:
    """A ticket that was opened in the time of a report; those merged into others are left out.
    `level`: the member's now."""

    id: int
    kind: str
    category: str
    level: str
    store_id: int | None
    opened_at: datetime
    first_due_at: datetime
    answered_at: datetime | None
    done_at: datetime | None
    in_time: bool | None
    rating: int | None
    cause_key: str
    improvement: str | None


class Spent(NamedTuple):
    """What an operator gave from tickets."""

    staff_id: int | None
    points: int
    vouchers: int


class FaqCounts(NamedTuple):
    """How often answers of the FAQ were shown, helped, or led to a person."""

    shown: int
    helped: int
    asked: int


class TicketReports(Protocol):
    """Tickets as a report counts them, opened in since ≤ t < until."""

    def opened(self, since: datetime, until: datetime) -> list[Reported]: ...
    def spent(self, since: datetime, until: datetime) -> list[Spent]:
        """Goodwill by operator, most points first."""

    def repeated(self, since: datetime, until: datetime, most: int) -> list[tuple[int, int]]:
        """Members with two complaints or more, and how many; most of them first."""

    def faq(self, first: date, last: date) -> FaqCounts: ...
