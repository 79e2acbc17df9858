"""How many recipients a campaign writes in one transaction: few while others write, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FEW, MANY = 250, 8000
QUIET_SECONDS = 10.0


class Slices:
    """On SQLite whoever writes waits for the slice that is being written, so a slice is short when
    somebody else has written in the last seconds; else each is twice as long as the one before,
    for a COMMIT costs as much for few rows as for many.

    `units` counts the units that were committed; `monotonic` gives seconds.
    """

    def __init__(self, units: Any, monotonic: Callable[[], float]) -> None:
        self._units = units
        self._monotonic = monotonic
        self._seen = self._committed()
        self._busy_until = 0.0
        self._size = FEW // 2

    def next(self) -> int:
        """The size of the slice that is written now."""
        now, done = self._monotonic(), self._committed()
        if done - self._seen > 0:
            self._busy_until = now + QUIET_SECONDS
        self._seen = done + 1  # with the slice itself
        self._size = FEW if now < self._busy_until else min(2 * self._size, MANY)
        return self._size

    def _committed(self) -> int:
        return int(getattr(self._units, "committed", 0))
