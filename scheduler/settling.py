"""Commits what became of messages: what comes back within a moment goes into one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.dispatch import Units
from bot.state import StoreUnavailable
from scheduler.clocks import Clocks
from services import outcomes
from services.ports import Work
from services.ports.post import Waiting

log = logging.getLogger(__name__)

COLLECT_SECONDS = 0.02
AGAIN_SECONDS = 1.0
Outcome = Callable[[Work, datetime], None]


class Settler:
    """Settles rows in the name of one claimant; tries until the database is back."""

    def __init__(self, units: Units, clocks: Clocks, by: str) -> None:
        self._units = units
        self._clocks = clocks
        self._by = by
        self._sent: list[tuple[Waiting, str]] = []
        self._others: list[Outcome] = []
        self._last = float("-inf")
        self.task: asyncio.Task[None] | None = None

    def sent(self, row: Waiting, message_id: str) -> None:
        """The message is out."""
        self._sent.append((row, message_id))
        self._begin()

    def add(self, outcome: Outcome) -> None:
        """Something else became of it."""
        self._others.append(outcome)
        self._begin()

    def busy(self) -> bool:
        """Whether something is not committed yet."""
        return self.task is not None and not self.task.done()

    def _begin(self) -> None:
        if not self.busy():
            self.task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while self._sent or self._others:
            # What fails is told to other processes at once.
            pause = self._last + COLLECT_SECONDS - self._clocks.monotonic()
            if pause > 0 and not self._others:
                await self._clocks.sleep(pause)
            sent, self._sent = self._sent, []
            others, self._others = self._others, []
            await self._commit(sent, others)
            self._last = self._clocks.monotonic()

    async def _commit(self, sent: list[tuple[Waiting, str]], others: list[Outcome]) -> None:
        try:
            await self._write(sent, others)
        except Exception:
            if len(sent) + len(others) == 1:
                log.exception("what became of a message cannot be kept")
                return
            log.exception("what became of %d messages is kept one by one", len(sent + others))
            for one in sent:
                await self._commit([one], [])
            for outcome in others:
                await self._commit([], [outcome])

    async def _write(self, sent: list[tuple[Waiting, str]], others: list[Outcome]) -> None:
        while True:
            use = partial(_settle, sent, others, self._by, self._clocks.club())
            try:
                await self._units.write(use)
            except StoreUnavailable:
                log.error("the database is away; what became of messages waits")
                await self._clocks.sleep(AGAIN_SECONDS)
            else:
                return


def _settle(
    sent: list[tuple[Waiting, str]], others: list[Outcome], by: str, now: datetime, work: Work
) -> None:
    outcomes.sent(work, sent, by, now)
    for outcome in others:
        outcome(work, now)
