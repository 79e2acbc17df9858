"""APScheduler as a clock and nothing more: ticks in UTC; what is due lives in tables."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.state import StoreUnavailable

log = logging.getLogger(__name__)


class Clock:
    """Calls functions again and again; one that is late is called once, never twice at a time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def every(self, seconds: float, name: str, use: Callable[[], Awaitable[object]]) -> None:
        """Calls `use` every so many seconds; whatever it raises is logged and forgotten."""

        async def tick() -> None:
            try:
                await use()
            except StoreUnavailable:
                log.warning("the database is away; %s waits", name)
            except Exception:
                log.exception("%s failed and is tried again at the next tick", name)

        trigger = IntervalTrigger(seconds=seconds, timezone=UTC)
        self._scheduler.add_job(tick, trigger, name=name)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
