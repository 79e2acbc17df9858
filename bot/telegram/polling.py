"""Our own polling loop: the offset moves only past updates that are committed or buried.

PTB's Updater queues in memory, confirms before anything is handled, and stops for ever at one
update that it cannot parse.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channel import SendError
from bot.messages import Address, Inbound, Kind, Rendered
from bot.state import StoreUnavailable
from bot.telegram.channel import FAILURES, TelegramChannel
from bot.telegram.decoding import encode
from bot.telegram.fields import LARGEST, BadUpdate
from bot.telegram.intake import Answers, Bury, Handles, handled, settle
from bot.telegram.render import toast
from bot.telegram.translate import ALLOWED, translate
from bot.telegram.transport import Flood

log = logging.getLogger(__name__)


class Lease(Protocol):
    """The right to poll for a bot: Telegram refuses a second poller with 409."""

    async def hold(self) -> bool:
        """Takes or renews it; False while another process has it. Called every `Pace.beat`
        seconds at least, so it should last for three of these."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: `wait` is how long the server holds an empty answer, `beat` how often the lease
    is renewed, `first` and `most` bound the growing pause after errors."""

    wait: int = 25
    beat: float = 5.0
    first: float = 1.0
    most: float = 60.0


@dataclass(frozen=True, slots=True)
class _Taken:
    """One update of a batch, read: where it stands and what it is."""

    number: int
    raw: Any
    inbound: Inbound


class Poller:
    """Fetches, handles and answers updates until it is stopped.

    Different persons' updates run side by side, one person's in order. `sleep` is given by tests.
    """

    def __init__(
        self,
        dispatch: Handles,
        *,
        channel: TelegramChannel,
        bury: Bury,
        answers: Answers,
        lease: Lease,
        pace: Pace | None = None,
    ) -> None:
        self._dispatch = dispatch
        self._channel = channel
        self._bury = bury
        self._answers = answers
        self._lease = lease
        self._pace = pace or Pace()
        self._stop = asyncio.Event()
        self._offset = 0

    async def run(self) -> None:
        """Polls until `stop`; survives every error, pausing longer each time."""
        pause = self._pace.first
        while not self._stop.is_set():
            try:
                quiet = await self._round()
            except Exception as error:
                await self._rest(_told(error, pause))
                pause = min(pause * 2, self._pace.most)
            else:
                pause = self._pace.first
                if quiet:
                    await self._rest(quiet)
        await self._confirm()

    def stop(self) -> None:
        """Ends `run` when what has been fetched is handled; an open long poll is broken off."""
        self._stop.set()

    async def _round(self) -> float:
        """Fetches and handles once; returns how long to rest."""
        if not await self._lease.hold():
            return self._pace.beat
        updates = await self._beating(self._fetch())
        if updates:
            await self._beating(self._batch(updates), leave=False)
        elif updates is not None:
            # All before is confirmed now. Ids turn random after a quiet week, so an old offset
            # must not outlive its use (reliability: update_id).
            self._offset = 0
        return 0.0

    async def _fetch(self) -> list[Any]:
        updates = await self._channel.client.raw_updates(self._offset, self._pace.wait, ALLOWED)
        if not isinstance(updates, list):
            raise TelegramError("getUpdates gave no list")
        return updates

    async def _beating(self, work: Coroutine[Any, Any, Any], *, leave: bool = True) -> Any:
        """The result of `work` while the lease is renewed beside it.

        With `leave` the work is given up, and None returned, when the lease is lost or a stop is
        asked for.
        """
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._stop.wait())
        waiting = {task, stop} if leave else {task}
        try:
            while True:
                await asyncio.wait(
                    waiting, timeout=self._pace.beat, return_when=asyncio.FIRST_COMPLETED
                )
                if task.done():
                    return task.result()
                held = await self._lease.hold()
                if leave and (stop.done() or not held):
                    return None
        finally:
            await _end(task)
            await _end(stop)

    async def _batch(self, updates: list[Any]) -> None:
        """Handles a batch and moves the offset past what is done before the first that is not."""
        done = [False] * len(updates)
        lines: dict[Address, list[_Taken]] = {}
        for number, update in enumerate(updates):
            inbound = await self._read(update)
            if inbound is None or inbound.kind is Kind.OTHER:
                done[number] = True
            else:
                lines.setdefault(inbound.address, []).append(_Taken(number, update, inbound))
        outcomes = await asyncio.gather(
            *(self._line(line, done) for line in lines.values()), return_exceptions=True
        )
        self._move(updates, done)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _read(self, update: Any) -> Inbound | None:
        try:
            return translate(update, self._channel.account)
        except BadUpdate as error:
            log.warning("an update cannot be read: %s", error.field)
            await self._bury(error.update_id, _text(update), f"bad update: {error.field}")
            return None

    async def _line(self, line: list[_Taken], done: list[bool]) -> None:
        """One person's updates in order; what follows one that cannot be committed waits."""
        for taken in line:
            await self._one(taken)
            done[taken.number] = True

    async def _one(self, taken: _Taken) -> None:
        inbound = taken.inbound
        reply = await handled(self._dispatch, self._bury, inbound, _text(taken.raw))
        tap: Awaitable[None] | None = None
        if inbound.callback:
            tap = self._channel.answer_tap(inbound.callback, toast(reply))
        sends = self._answer(inbound, reply) if reply else None
        await asyncio.gather(*(part for part in (tap, sends) if part is not None))

    async def _answer(self, inbound: Inbound, reply: Rendered) -> None:
        try:
            await self._answers.may_leave(inbound)
            await self._channel.answer(reply, inbound)
        except SendError as error:
            await settle(error, self._answers, inbound, reply)

    def _move(self, updates: list[Any], done: list[bool]) -> None:
        count = done.index(False) if False in done else len(done)
        ids = [_id(update) for update in updates[:count]]
        known = [found for found in ids if found is not None]
        if count == len(updates) and not known:
            raise TelegramError("no update of the batch has an id, so none can be confirmed")
        if known:
            self._offset = max(known) + 1

    async def _confirm(self) -> None:
        """Tells the server what is done, so that the next process does not see it again."""
        if self._offset:
            with suppress(*FAILURES, TimeoutError):
                await asyncio.wait_for(
                    self._channel.client.raw_updates(self._offset, 0, ALLOWED), 5
                )

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


def _told(error: Exception, pause: float) -> float:
    """Says in the log what is wrong and returns how long to rest."""
    if isinstance(error, Flood):
        log.warning("the Bot API asks to wait for %s", error.after)
        return max(pause, error.after.total_seconds())
    if isinstance(error, Conflict):
        log.error(
            "another program fetches this bot's updates, or a webhook is set for it: %s", error
        )
    elif isinstance(error, InvalidToken):
        log.error("the Bot API refuses the token: %s", error)
    elif isinstance(error, StoreUnavailable):
        log.error("the database cannot commit; updates wait at Telegram")
    elif isinstance(error, TelegramError):
        log.warning("fetching updates failed: %s", error)
    else:
        log.error("polling failed", exc_info=error)
    return pause


async def _end(task: asyncio.Future[Any]) -> None:
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _id(update: Any) -> int | None:
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if type(found) is int and 0 <= found < LARGEST else None


def _text(update: Any) -> str:
    try:
        return encode(update).decode()
    except TypeError:
        return ascii(update)
