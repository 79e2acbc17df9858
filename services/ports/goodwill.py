"""The port of what was given from tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Given:
    """Points, or the voucher of a benefit, that an operator gave from a ticket. `approval_id`:
    the request that a second operator agreed to."""

    id: int
    ticket_id: int
    staff_id: int | None
    points: int
    benefit_key: str
    approval_id: int | None
    posting_id: int | None
    voucher_id: int | None
    at: datetime


class Goodwill(Protocol):
    """What was given from tickets; each row has its posting or its voucher."""

    def add(self, given: Given, key: str) -> bool:
        """Adds what was given; False if the key was used."""

    def by_key(self, key: str) -> Given | None: ...
    def of_ticket(self, ticket_id: int) -> list[Given]:
        """What was given from a ticket, oldest first."""
