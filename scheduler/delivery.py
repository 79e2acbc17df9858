"""The sender of one account: claims due delivery rows and gives each its moment.

What is in bulk is sent by the one process that holds the account's lease; a reply is sent at once
by the process that wrote it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from bot.channel import Channel
from bot.dispatch import Renderer, Units
from bot.state import StoreUnavailable
from scheduler.budget import Budget
from scheduler.carrier import AGAIN_SECONDS, CLAIM_SECONDS, Carrier
from scheduler.clocks import Clocks
from scheduler.lease import Lease
from services import post
from services.filling import FILLERS
from services.ports import Work
from services.ports.post import REPLY, Orphans, Waiting

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
BUSY_SECONDS = 0.1
LINGER_SECONDS = 0.1
"""A further message leaves a little after the answer that it follows."""
PATIENCE_SECONDS = 8.0
"""What has not come back by then is unclear; the next sender settles it."""
MOST_REPLIES_OUT = 100
MOST_BULK_OUT = 60
Task = asyncio.Task[None]


class Sender:
    """Sends for one account of one channel. `holder` names this process and start; when it dies,
    the next takes over after `lease_seconds` of real time."""

    def __init__(
        self,
        units: Units,
        renderer: Renderer,
        channel: Channel,
        *,
        clocks: Clocks,
        rate: float,
        holder: str,
        lease_seconds: float = 4.0,
    ) -> None:
        self.carrier = Carrier(units, renderer, channel, clocks, holder)
        self.route = self.carrier.route
        name = f"send:{channel.name}:{channel.account}"
        self.lease = Lease(units, name, holder, clocks.real, lease_seconds)
        self._units = units
        self._clocks = clocks
        self._budget = Budget(rate, clocks.monotonic)
        self._by = holder
        self._recovered = 0
        self._look_again = 0.0
        self._out: dict[bool, set[Task]] = {True: set(), False: set()}
        self._pushing: set[Task] = set()
        self._last: dict[str, Task] = {}
        self._turn = asyncio.Lock()
        self._stop = asyncio.Event()

    # -- from outside ------------------------------------------------------------------

    def push(self, ids: Sequence[int]) -> None:
        """Sends rows that this process has just committed, those of them that are replies."""
        if not self._stop.is_set():
            task = asyncio.get_running_loop().create_task(self._push(tuple(ids)))
            self._pushing.add(task)
            task.add_done_callback(self._pushing.discard)

    async def run(self) -> None:
        """Sends what is due until `stop`; survives a database that is away."""
        while not self._stop.is_set():
            try:
                pause = BUSY_SECONDS if await self.round() else IDLE_SECONDS
            except StoreUnavailable:
                log.error("the database is away; sending waits")
                pause = AGAIN_SECONDS
            except Exception:
                log.exception("a round of sending failed")
                pause = AGAIN_SECONDS
            await self._rest(pause)

    async def stop(self) -> None:
        """Takes nothing more, waits a while for what is on its way, gives the lease up."""
        self._stop.set()
        async with self._turn:  # the round that runs has started what it claimed
            pass
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while tasks := self._busy():
                    await asyncio.wait(tasks)
        for task in self._busy():
            task.cancel()
        await self.lease.release()

    async def drain(self) -> int:
        """Sends until nothing more is due; how many messages left. Raises StoreUnavailable."""
        before = self.carrier.counts.sent
        while await self.round() or self._busy():
            await self._clocks.sleep(BUSY_SECONDS / 2)
        return self.carrier.counts.sent - before

    async def round(self) -> bool:
        """Claims what there is room for and starts sending it; False if there was nothing."""
        async with self._turn:
            return not self._stop.is_set() and await self._round()

    async def _round(self) -> bool:
        if not await self.lease.hold():
            return False
        await self._look_for_orphans()
        now, route = self._clocks.club(), self.route

        def is_due(work: Work) -> bool:
            return post.is_due(work, route, now)

        if not await self._units.read(is_due):
            return False
        lanes = self._lanes()
        rows = await self._take(lanes=lanes)
        await self._start(rows)
        return bool(rows) or not all(lanes)

    # -- claiming ----------------------------------------------------------------------

    def _lanes(self) -> tuple[int, int, int]:
        """How many messages of each lane there is room for."""
        replies = min(self._budget.room(bulk=False), MOST_REPLIES_OUT - len(self._out[False]))
        bulk = min(self._budget.room(bulk=True), MOST_BULK_OUT - len(self._out[True]))
        return max(replies, 0), max(bulk, 0), max(bulk, 0)

    async def _take(self, *, lanes: Sequence[int] = (), only: Sequence[int] = ()) -> list[Waiting]:
        real, now, lease = self._clocks.real(), self._clocks.club(), self.lease
        until = real + timedelta(seconds=CLAIM_SECONDS)
        claim = post.Claim(self.route, self._by, until, lanes, only)

        def take(work: Work) -> list[Waiting]:
            # Fenced: who only believes to hold the lease claims nothing.
            if lanes and work.leases.held(lease.name, real) != (lease.holder, lease.fence):
                return []
            return post.take(work, claim, FILLERS, now)

        return await self._units.write(take)

    async def _push(self, ids: tuple[int, ...]) -> None:
        await self._clocks.sleep(LINGER_SECONDS)
        try:
            await self._start(await self._take(only=ids))
        except StoreUnavailable:
            log.warning("%d replies wait for the next round", len(ids))

    async def _look_for_orphans(self) -> None:
        """Takes over from the holder before us, and now and then what others left claimed."""
        gone = ""
        if self._recovered != self.lease.fence:
            self._recovered = self.lease.fence
            # Never our own: who slept and has the lease again may still be sending.
            gone = self.lease.previous if self.lease.previous != self._by else ""
        elif self._clocks.monotonic() < self._look_again:
            return
        self._look_again = self._clocks.monotonic() + CLAIM_SECONDS / 2
        real, route = self._clocks.real(), self.route

        def recover(work: Work) -> Orphans:
            return work.outbox.recover(route, gone, real)

        found = await self._units.write(recover)
        if found != Orphans():
            log.warning("of a sender that is gone: %s", found)

    # -- sending -----------------------------------------------------------------------

    async def _start(self, rows: Sequence[Waiting]) -> None:
        """Gives every row its moment; puts back those of a chat whose turn is far away."""
        late: list[tuple[Waiting, float]] = []
        far: dict[str, float] = {}
        for row in rows:
            bulk = row.lane != REPLY
            wait = None if row.chat in far else self._budget.reserve(row.chat, bulk=bulk)
            if wait is None:
                far[row.chat] = far.get(row.chat, self._budget.wait_of(row.chat)) + 1.0
                late.append((row, far[row.chat]))
            else:
                self._send_in(wait, row, bulk=bulk)
        if late:
            await self._units.write(partial(_put_back, late, self._by, self._clocks.club()))

    def _send_in(self, wait: float, row: Waiting, *, bulk: bool) -> None:
        task = asyncio.get_running_loop().create_task(
            self._carry(wait, row, self._last.get(row.chat))
        )
        self._last[row.chat] = task
        self._out[bulk].add(task)
        task.add_done_callback(partial(self._done, row.chat, bulk))

    async def _carry(self, wait: float, row: Waiting, before: Task | None) -> None:
        if wait > 0:
            await self._clocks.sleep(wait)
        if before is not None:
            await asyncio.wait({before})
        await self.carrier.carry(row)

    def _done(self, chat: str, bulk: bool, task: Task) -> None:
        self._out[bulk].discard(task)
        if self._last.get(chat) is task:
            del self._last[chat]
        if not task.cancelled() and (error := task.exception()):
            log.error("a message stays claimed until its time runs out", exc_info=error)

    def _busy(self) -> set[Task]:
        return {*self._out[True], *self._out[False], *self._pushing}

    async def _rest(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._clocks.sleep(seconds))
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sleeping, stopping):
            task.cancel()


def _put_back(late: list[tuple[Waiting, float]], by: str, now: datetime, work: Work) -> None:
    for row, seconds in late:
        work.outbox.again(row, by=by, due_at=now + timedelta(seconds=seconds))
