"""The clocks that the scheduler is given: the club's for what is due, the real one for pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """`club` and `real` give aware times, `monotonic` seconds; tests give `sleep` too."""

    club: Callable[[], datetime]
    real: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
