"""Port of the days on which members checked in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from domain.checkins import Day


class CheckIns(Protocol):
    """The register of check-ins."""

    def add(self, day: Day) -> bool:
        """Adds a day; False if the member has checked in on it."""

    def booked(self, day_id: int, posting_id: int) -> None:
        """Notes the posting that gave the points."""

    def since(self, member_id: int, day: date) -> Sequence[Day]:
        """The member's days from one on, in order."""

    def row(self, member_id: int, day: date) -> int:
        """How many days in a row the member has checked in up to and with a day."""
