"""Waiting for what is sold out: a place in the list, and an offer to who has waited longest."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WaitState(StrEnum):
    """SEMANTICS: Benefits. Only those who wait or are offered have a place."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Wait:
    """A place in a benefit's list. An offer keeps one of the stock for the member until
    `offered_until` (exclusive)."""

    id: int
    benefit_id: int
    member_id: int
    state: WaitState
    since: datetime
    offered_until: datetime | None = None

    def is_offered(self, now: datetime) -> bool:
        """Whether one is kept for them now."""
        if self.state is not WaitState.OFFERED or self.offered_until is None:
            return False
        return now < self.offered_until
