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


Move = Callable[[datetime], Awaitable[object]]
Travel = Callable[[datetime, Move], Awaitable[object]]


async def straight(to: datetime, move: Move) -> None:
    """Travels without a stop: nothing happens by itself."""
    await move(to)


class TimeMachine:
    """Moves club time, one journey after the other.

    `travel` is given the goal and the function that sets the clock; it stops wherever something
    is due (scheduler.worker.Worker.travel).
    """

    def __init__(self, clock: ClubClock, units: Units, travel: Travel = straight) -> None:
        self._clock = clock
        self._units = units
        self._travel = travel
        self._lock = asyncio.Lock()

    async def move(self, to: datetime) -> datetime:
        """Club time afterwards; raises ClockBackwards."""
        async with self._lock:
            if to < self._clock.now():
                raise ClockBackwards(self._clock.now())
            await self._travel(to, self._set)
            return self._clock.now()

    async def _set(self, to: datetime) -> None:
        await self._units.write(lambda work: self._clock.move(work, to))
        await self._units.read(self._clock.read)
