"""Carries one claimed message: renders it, notes that it leaves, sends it, settles the outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.channel import Channel, Rejected, RetryLater, SendError, Unreachable
from bot.dispatch import Renderer, Units
from bot.messages import Document, Rendered, load_rendered, load_reply
from bot.state import StoreUnavailable
from scheduler.clocks import Clocks
from services import post
from services.ports import Work
from services.ports.post import Route, Waiting

log = logging.getLogger(__name__)

POST_SECONDS = 30.0
CLAIM_SECONDS = 10.0
AGAIN_SECONDS = 1.0


@dataclass(slots=True)
class Counts:
    """What was done, for metrics."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    unknown: int = 0


class Carrier:
    """Sends claimed rows of one account in the name of one claimant."""

    def __init__(
        self, units: Units, renderer: Renderer, channel: Channel, clocks: Clocks, by: str
    ) -> None:
        self.route = Route(channel.name, channel.account)
        self.counts = Counts()
        self._units = units
        self._renderer = renderer
        self._channel = channel
        self._clocks = clocks
        self._by = by

    async def carry(self, row: Waiting) -> None:
        """Sends a row and settles it; raises nothing that is the message's own fault."""
        try:
            message = self._render(row)
        except Exception as error:
            log.exception("the message %s cannot be rendered", row.key)
            self.counts.dead += 1
            await self._settle(partial(_refused, row, self._by, f"render {type(error).__name__}"))
            return
        begun = await self._begin(row)
        if begun is not None:
            document = Document(*begun.file) if begun.file else None
            await self._post(row, message, document)

    def _render(self, row: Waiting) -> Rendered:
        if "rendered" in row.message:
            return load_rendered(row.message["rendered"])
        return self._renderer.render(load_reply(row.message), row.locale, row.user or row.chat, 0)

    async def _begin(self, row: Waiting) -> post.Begun | None:
        until = self._clocks.real() + timedelta(seconds=POST_SECONDS + CLAIM_SECONDS)
        now, by = self._clocks.club(), self._by

        def begin(work: Work) -> post.Begun | None:
            return post.begin(work, row, by, until, now)

        try:
            return await self._units.write(begin)
        except StoreUnavailable:
            return None  # its claim runs out and it is taken again

    async def _post(self, row: Waiting, message: Rendered, document: Document | None) -> None:
        try:
            async with asyncio.timeout(POST_SECONDS):
                message_id = await self._channel.send(row.chat, message, document)
        except SendError as error:
            await self._failed(row, error)
        except TimeoutError:
            await self._failed(row, SendError(f"no answer within {POST_SECONDS:.0f} s"))
        except Exception as error:
            log.exception("sending broke; nobody knows whether %s is out", row.key)
            await self._failed(row, SendError(type(error).__name__))
        else:
            self.counts.sent += 1
            await self._settle(partial(_sent, row, self._by, message_id))

    async def _failed(self, row: Waiting, error: SendError) -> None:
        by, why = self._by, str(error)[:200]
        if isinstance(error, RetryLater):
            self.counts.retried += 1
            await self._settle(partial(_retry, row, by, self.route, error))
        elif isinstance(error, Unreachable):
            self.counts.dead += 1
            await self._settle(partial(_unreachable, row, by, self.route, why))
        elif isinstance(error, Rejected):
            self.counts.dead += 1
            log.error("the platform refuses %s: %s", row.key, why)
            await self._settle(partial(_refused, row, by, why))
        else:
            self.counts.unknown += 1
            await self._settle(partial(_unclear, row, by, why))

    async def _settle(self, use: Callable[[datetime, Work], None]) -> None:
        """Commits what became of a message; tries until the database is back."""
        while True:
            try:
                await self._units.write(partial(use, self._clocks.club()))
            except StoreUnavailable:
                log.error("the database is away; what became of a message waits")
                await self._clocks.sleep(AGAIN_SECONDS)
            else:
                return


def _sent(row: Waiting, by: str, message_id: str, now: datetime, work: Work) -> None:
    work.outbox.sent(row, by=by, message_id=message_id, at=now)


def _retry(
    row: Waiting, by: str, route: Route, error: RetryLater, now: datetime, work: Work
) -> None:
    post.retry(work, route, row, by, now, after=error.after, flood=error.flood)


def _unreachable(row: Waiting, by: str, route: Route, why: str, now: datetime, work: Work) -> None:
    post.unreachable(work, route, row, by, now, why)


def _refused(row: Waiting, by: str, why: str, now: datetime, work: Work) -> None:
    post.rejected(work, row, by, now, why)


def _unclear(row: Waiting, by: str, why: str, now: datetime, work: Work) -> None:
    post.unclear(work, row, by, now, why)
