"""Port of what ends: whose points and vouchers have their last day."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Endings(Protocol):
    """Members by what of theirs ends in since ≤ t < until, by id from `after` on. The cost grows
    with the answer."""

    def points(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        """Members with points left that expire then."""

    def vouchers(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        """Members with open vouchers that end then."""
