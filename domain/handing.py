"""Vouchers that members hand to each other by a link."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LASTS: Final = timedelta(days=7)


class HandingState(StrEnum):
    """SEMANTICS: Benefits. Only the first can become any of the others."""

    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Handing:
    """A voucher that its giver has put into a link, to be taken until `until` (exclusive)."""

    id: int
    voucher_id: int
    giver_id: int
    state: HandingState
    at: datetime
    until: datetime
    taker_id: int | None = None
    done_at: datetime | None = None

    def state_at(self, now: datetime) -> HandingState:
        """The state by the clock: nobody can take it after its time."""
        if self.state is HandingState.OPEN and now >= self.until:
            return HandingState.LAPSED
        return self.state


def lasts_until(now: datetime, expires_at: datetime) -> datetime:
    """How long a link made now can be used: seven days, but not longer than its voucher."""
    return min(now + LASTS, expires_at)
