"""A demo's post that need not wait: its platform takes all at once. What the waits are for is
shown in tests/scheduler."""

from datetime import timedelta
from typing import Any, Final

from scheduler import behind, budget, delivery
from services import post

QUICK: Final[tuple[tuple[Any, str, Any], ...]] = (
    *((module, "CHAT_SECONDS", 0.02) for module in (behind, budget, delivery)),
    (budget, "GROUP_SECONDS", 1.0),
    (post, "LEFT_OVER", timedelta(seconds=0.5)),
)
"""Module, name and value of each wait."""
