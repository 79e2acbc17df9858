"""Ids made here, so that a batch knows them before it is written."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime

_START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000)
_LOW_BITS = 22


class Ids:
    """Time-ordered 63-bit ids: milliseconds since 2024, then a counter with a random start.

    Two processes can meet in one millisecond only with equal low 22 bits; the primary key then
    refuses the second, and the unit is tried again.
    """

    def __init__(self, millis: Callable[[], int]) -> None:
        self._millis = millis
        self._lock = threading.Lock()
        self._last = 0
        self._low = secrets.randbits(_LOW_BITS)

    def next(self) -> int:
        """The next id, greater than every earlier one of this process."""
        with self._lock:
            high = max(self._millis() - _START, self._last >> _LOW_BITS)
            self._low = (self._low + 1) & ((1 << _LOW_BITS) - 1)
            if (high << _LOW_BITS | self._low) <= self._last:
                high = (self._last >> _LOW_BITS) + 1
            self._last = high << _LOW_BITS | self._low
            return self._last

    def block(self, count: int) -> int:
        """The first of so many ids in a row, all greater than every earlier one."""
        with self._lock:
            high = max(self._millis() - _START, (self._last >> _LOW_BITS) + 1)
            first = high << _LOW_BITS | secrets.randbits(_LOW_BITS)
            self._last = first + count - 1
            self._low = self._last & ((1 << _LOW_BITS) - 1)
            return first


def random_id() -> int:
    """A random positive 63-bit id, for what must not tell when it was made."""
    return secrets.randbits(62) + 1
