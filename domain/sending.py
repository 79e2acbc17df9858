"""How long sending takes and what it costs."""

from dataclasses import dataclass
from math import ceil
from typing import Final

FREE_PER_SECOND: Final = 30
"""Telegram's FAQ: so many messages a second are free; only those above cost something."""
STARS_PER_MESSAGE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Estimate:
    """`seconds` that sending takes, without waits that the platform asks for; `stars` that it
    costs at most."""

    seconds: int
    stars: int = 0


def estimate(count: int, rate: float, paid_rate: float = 0.0) -> Estimate:
    """What it takes to send `count` messages at `rate` a second, or at `paid_rate` where that is
    above 0: of a second's messages those above the free ones are charged for."""
    speed = paid_rate or rate
    charged = count * max(1 - FREE_PER_SECOND / paid_rate, 0.0) if paid_rate else 0.0
    return Estimate(ceil(count / speed), ceil(round(charged * STARS_PER_MESSAGE, 6)))
