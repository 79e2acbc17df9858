"""A fenced lease: the right to do what only one process may do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.dispatch import Units
from bot.state import StoreUnavailable
from services.ports import Work

log = logging.getLogger(__name__)


class Lease:
    """Held by one process at a time and renewed by calling `hold` again and again.

    A holder that dies is followed after `seconds` of real time. `fence` rises with every new
    holder, so that one that only slept can be told from its successor.
    """

    def __init__(
        self,
        units: Units,
        name: str,
        holder: str,
        real: Callable[[], datetime],
        seconds: float = 4.0,
    ) -> None:
        self.name = name
        self.holder = holder
        self.fence = 0
        self.previous = ""
        self._units = units
        self._real = real
        self._lasts = timedelta(seconds=seconds)
        self._until: datetime | None = None

    async def hold(self) -> bool:
        """Takes or renews the lease; False while another process has it."""
        now = self._real()
        if self._until and self._until - now > self._lasts * 0.6:
            return True
        try:
            taken = await self._take(now)
        except StoreUnavailable:
            return self.valid()
        if taken is None:
            self._until = None
            self.fence = 0
            return False
        if taken[0] != self.fence:
            log.info("%s holds %s", self.holder, self.name)
            self.fence, self.previous = taken
        self._until = now + self._lasts
        return True

    def valid(self) -> bool:
        """Whether the lease still runs by this process's clock."""
        return self._until is not None and self._real() < self._until

    async def release(self) -> None:
        """Gives it up, so that the next holder need not wait."""
        if not self.fence:
            return
        fence, now = self.fence, self._real()
        self.fence, self._until = 0, None

        def give_up(work: Work) -> None:
            work.leases.release(self.name, self.holder, fence, now)

        try:
            await self._units.write(give_up)
        except StoreUnavailable:
            log.warning("the lease %s could not be given up; it runs out by itself", self.name)

    async def _take(self, now: datetime) -> tuple[int, str] | None:
        def holder(work: Work) -> tuple[str, int] | None:
            return work.leases.held(self.name, now)

        held = await self._units.read(holder)
        if held and held[0] != self.holder:
            return None
        fence, until = self.fence, now + self._lasts

        def renew(work: Work) -> tuple[int, str] | None:
            return work.leases.take(self.name, self.holder, fence, now, until)

        return await self._units.write(renew)
