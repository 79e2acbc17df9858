"""Club time: real time plus an offset kept in the database, which only ever grows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.state import StoreUnavailable
from storage.unit_of_work import Units
from storage.work import Work

log = logging.getLogger(__name__)
OFFSET = "clock.offset_ms"
REREAD_SECONDS = 0.5
_MS = timedelta(milliseconds=1)


class ClockBackwards(Exception):
    """Club time may not go back; `now` is where it stands."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.now = now


def real_now() -> datetime:
    """Real time, to the millisecond as the database keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class ClubClock:
    """The club's clock in this process; `follow` keeps it equal to the other processes'."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """Club time in UTC."""
        return real_now() + self.offset

    def read(self, work: Work) -> None:
        """Takes the offset over from the database."""
        self.offset = _MS * (work.settings.get(OFFSET) or 0)

    def begin(self, work: Work, at: datetime) -> None:
        """Starts a new club at a moment of its own; does nothing if the clock has been set."""
        if work.settings.get(OFFSET) is None:
            self._put(work, at - real_now())
        self.read(work)

    def move(self, work: Work, to: datetime) -> None:
        """Moves club time forward; raises ClockBackwards."""
        self.read(work)
        if to < self.now():
            raise ClockBackwards(self.now())
        self._put(work, to - real_now())

    def _put(self, work: Work, offset: timedelta) -> None:
        work.settings.put(OFFSET, offset // _MS)

    async def follow(self, units: Units) -> None:
        """Re-reads the offset twice a second until it is cancelled."""
        while True:
            await asyncio.sleep(REREAD_SECONDS)
            try:
                await units.read(self.read)
            except StoreUnavailable:
                log.warning("the clock could not be read; it goes on as it was")


class TimeMachine:
    """Moves club time and lets everything crossed happen, one move after the other."""

    def __init__(
        self, clock: ClubClock, units: Units, run_due: Callable[[datetime], Awaitable[object]]
    ) -> None:
        self._clock = clock
        self._units = units
        self._run_due = run_due
        self._lock = asyncio.Lock()

    async def move(self, to: datetime) -> datetime:
        """Club time afterwards; raises ClockBackwards."""
        async with self._lock:
            await self._units.write(lambda work: self._clock.move(work, to))
            await self._units.read(self._clock.read)
            await self._run_due(to)
            return self._clock.now()
