"""Port of care: who is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

Span = tuple[datetime, datetime]
"""From a moment to before another."""


class Care(Protocol):
    """Read-only questions about what is due; their cost grows with the answer."""

    def zones(self) -> list[str]:
        """The zones that members have chosen for themselves."""

    def birthdays(
        self,
        days: Sequence[tuple[int, int]],
        zone: str | None,
        after: int,
        most: int,
        *,
        lunar: bool = False,
    ) -> list[int]:
        """Active and frozen members born on one of these (month, day), by id from `after` on;
        `zone` None: those who follow the programme's. `lunar`: days of the Chinese calendar."""

    def joined(
        self,
        spans: Sequence[Span],
        zone: str | None,
        after: int,
        most: int,
        *,
        but: str = "",
    ) -> list[tuple[int, datetime]]:
        """Active and frozen members who joined in one of these spans of time, and when; by id
        from `after` on, those of a zone. `but`: not those of a source."""

    def first_joined(self) -> datetime | None:
        """When the first member joined."""

    def everyone(self, zone: str | None, after: int, most: int) -> list[int]:
        """Active and frozen members of a zone, by id from `after` on."""

    def willing(self, purpose: str, zone: str | None, after: int, most: int) -> list[int]:
        """Of these, those who agree to messages of a purpose."""

    def before(self, member_id: int, rule: str) -> tuple[int, datetime | None]:
        """How many messages of a rule a member was sent or will be, and when the last was due."""

    def expiring(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        """Members with points left that expire in since ≤ t < until, by id from `after` on."""
