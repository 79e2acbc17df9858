"""Port of what members seem to like: which benefits are in demand, what goods they are about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from domain.likings import Demands


class Likings(Protocol):
    """What the order of the catalogue is made of. None of it belongs to a person."""

    def demand(self) -> Demands:
        """By benefit, as the last night counted it; perhaps a minute old."""

    def bought(self, member_id: int, most: int) -> dict[int, int]:
        """How many lines of the member's newest `most` purchases name goods of each benefit;
        benefits that none of them names are left out."""

    def set_goods(self, key: str, skus: Collection[str]) -> None:
        """Says which goods, by the till's article numbers, the benefit with that key is about."""

    def after(self, benefit_id: int, most: int) -> list[int]:
        """The next benefits in the order of their ids."""

    def count(self, benefit_id: int, since: datetime) -> None:
        """Counts anew how often a benefit was redeemed since then."""
