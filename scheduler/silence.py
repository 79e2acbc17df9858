"""The waits that the platform asks for: known here at once, and what other processes know soon."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.dispatch import Units
from bot.state import StoreUnavailable
from scheduler.clocks import Clocks
from services.ports import Work
from services.ports.post import REPLY, Route, Waiting
from services.post import silent_until

log = logging.getLogger(__name__)

FRESH_SECONDS = 0.02


class Silence:
    """Until when chats of an account must be silent, in club time."""

    def __init__(self, units: Units, route: Route, clocks: Clocks) -> None:
        self._units = units
        self._route = route
        self._clocks = clocks
        self._ours: dict[str, datetime] = {}
        self._kept: dict[str, datetime] = {}
        self._read_at = float("-inf")

    def note(self, chat: str, until: datetime) -> None:
        """The platform has just asked for it."""
        self._ours[chat] = max(until, self._ours.get(chat, until))

    async def refresh(self, fresh: float = FRESH_SECONDS) -> None:
        """Reads what other processes were told, unless that was done `fresh` seconds ago."""
        if self._clocks.monotonic() - self._read_at < fresh:
            return
        now, route = self._clocks.club(), self._route

        def floods(work: Work) -> dict[str, datetime]:
            return work.outbox.floods(route, now)

        try:
            self._kept = await self._units.read(floods)
        except StoreUnavailable:
            log.warning("the database is away; only this process's waits are known")
        self._read_at = self._clocks.monotonic()

    def until(self, row: Waiting) -> datetime | None:
        """Until when a row has to wait, None if it may start now."""
        return silent_until(self._all(), row.chat, row.lane)

    def answer_until(self, chat: str) -> datetime | None:
        """Until when an answer in a chat has to wait, None if it may leave now."""
        return silent_until(self._all(), chat, REPLY)

    def _all(self) -> dict[str, datetime]:
        if not self._ours and not self._kept:
            return {}
        now = self._clocks.club()
        self._ours = {chat: until for chat, until in self._ours.items() if until > now}
        silent = {chat: until for chat, until in self._kept.items() if until > now}
        for chat, until in self._ours.items():
            silent[chat] = max(until, silent.get(chat, until))
        return silent
