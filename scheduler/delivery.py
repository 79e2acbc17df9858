"""The sender of one account: claims due delivery rows and has each leave at its moment.

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
from itertools import count

from bot.channel import Channel
from bot.dispatch import Renderer, Units
from bot.state import StoreUnavailable
from scheduler.behind import Behind
from scheduler.budget import CHAT_SECONDS, Budget, Track
from scheduler.carrier import Carrier
from scheduler.clocks import Clocks
from scheduler.counted import Lead
from scheduler.lease import Lease
from scheduler.line import MOST_PER_CHAT, Line
from scheduler.pacer import CLAIM_SECONDS, Pacer
from scheduler.settling import AGAIN_SECONDS, Settler
from scheduler.silence import Silence
from services import post
from services.filling import FILLERS
from services.ports import Work
from services.ports.post import REPLY, Orphans, Route, Waiting

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
BUSY_SECONDS = 0.1
AT_ONCE_SECONDS = 0.01
LINGER_SECONDS = 0.1
"""A further message leaves a little after the answer that it follows."""
PATIENCE_SECONDS = 8.0
"""What has not come back by then is unclear; the next sender settles it."""
STOCK_SECONDS = 0.6
"""So much of its rate is claimed ahead: a hold or a pause stops all the rest at once."""
MOST_STOCK = 1000
MOST_CLAIMED = 200
"""At a time: the database's one writer is not kept from marking and settling."""
MOST_REPLIES = 50
MOST_WAIT_SECONDS = CLAIM_SECONDS / 2
"""For a chat that has no turn for longer nothing is kept claimed."""
Task = asyncio.Task[None]
_LAST = 2**63


class Sender:
    """Sends for one account of one channel. `holder` names this process and start; when it dies,
    the next takes over after `lease_seconds` of real time. `rate` and `paid`: see Budget."""

    def __init__(
        self,
        units: Units,
        renderer: Renderer,
        channel: Channel,
        *,
        clocks: Clocks,
        rate: float,
        holder: str,
        paid: float = 0.0,
        lead: Lead | None = None,
        lease_seconds: float = 4.0,
    ) -> None:
        self.route = Route(channel.name, channel.account)
        name = f"send:{channel.name}:{channel.account}"
        self.lease = Lease(units, name, holder, clocks.real, lease_seconds)
        self.silence = silence = Silence(units, self.route, clocks)
        self._settler = Settler(units, clocks, holder)
        self.carrier = Carrier(
            renderer, channel, clocks, holder, settler=self._settler, silence=silence, lead=lead
        )
        self._budget = Budget(rate, clocks.monotonic, paid)
        self._line = Line(self._budget, self.carrier.show)
        self._behind = Behind(clocks.monotonic)
        self._pacer = Pacer(
            units,
            clocks,
            holder,
            line=self._line,
            budget=self._budget,
            carrier=self.carrier,
            silence=silence,
            lease=self.lease,
        )
        self._units = units
        self._clocks = clocks
        self._by = holder
        self._recovered = 0
        self._turns = count()
        self._look_again = 0.0
        self._more = False
        self._pushing: set[Task] = set()
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
                pause = AT_ONCE_SECONDS if self._more else pause
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
                    if self.lease.fence:  # it has to last until the last message has left
                        await self.lease.hold()
                    await asyncio.wait(tasks, timeout=BUSY_SECONDS)
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
        """Claims what there is room for; False if there was nothing."""
        async with self._turn:
            return not self._stop.is_set() and await self._round()

    async def _round(self) -> bool:
        self._more = False
        if not await self.lease.hold():
            return False
        await self._look_for_orphans()
        lanes, paid = self._room()
        if not any(lanes) and not paid:
            return True
        now, route = self._clocks.club(), self.route

        def is_due(work: Work) -> bool:
            return post.is_due(work, route, now)

        if not await self._units.read(is_due):
            self._behind.looked(self._clocks.monotonic())
            return False
        began = self._clocks.monotonic()
        taken = await self._take(lanes=lanes, paid=paid)
        await self._accept(taken)
        self._behind.looked(began)
        self._more = taken.looked_at >= MOST_CLAIMED
        return taken.looked_at > 0 or not all(lanes)

    # -- claiming ----------------------------------------------------------------------

    def _room(self) -> tuple[tuple[int, int, int], int]:
        """How many messages of each lane there is room for, and how many paid ones."""
        replies = max(MOST_REPLIES - self._line.stock(Track.REPLIES), 0)
        bulk = self._room_of(Track.BULK)
        # Who does not pay sends paid messages as the others.
        paid = self._room_of(Track.PAID) if self._budget.paid else bulk
        return (replies, bulk, bulk), paid

    def _room_of(self, track: Track) -> int:
        wanted = int(max(min(self._budget.rate_of(track) * STOCK_SECONDS, MOST_STOCK), 1))
        room = wanted - self._line.stock(track)
        return min(room, MOST_CLAIMED) if room > wanted / 3 else 0

    async def _take(
        self, *, lanes: Sequence[int] = (), paid: int = 0, only: Sequence[int] = ()
    ) -> post.Taken:
        real, now, lease = self._clocks.real(), self._clocks.club(), self.lease
        until = real + timedelta(seconds=CLAIM_SECONDS)
        claim = post.Claim(self.route, self._by, until, lanes, paid, only, next(self._turns))

        def take(work: Work) -> post.Taken:
            # Fenced: who only believes to hold the lease claims nothing.
            if lanes and work.leases.held(lease.name, real) != (lease.holder, lease.fence):
                return post.Taken([], {}, 0)
            return post.take(work, claim, FILLERS, now)

        return await self._units.write(take)

    async def _push(self, ids: tuple[int, ...]) -> None:
        await self._clocks.sleep(LINGER_SECONDS)
        try:
            await self._accept(await self._take(only=ids))
        except StoreUnavailable:
            log.warning("%d replies wait for the next round", len(ids))

    async def _accept(self, taken: post.Taken) -> None:
        """Puts rows into the line, a chat's in their order; back those whose chat has its next
        turns taken, and those behind them."""
        late: list[tuple[Waiting, float]] = []
        for row in sorted(taken.rows, key=_in_order):
            words = taken.wordings.get(row.wording_id) if row.wording_id else None
            wait = self._budget.wait_of(row.chat)
            if wait > MOST_WAIT_SECONDS:  # its claim would run out in the line
                late.append((row, self._behind.put(row, wait)))
            elif self._behind.holds(row):
                late.append((row, self._behind.put(row, CHAT_SECONDS)))
            elif not self._line.add(row, words):
                late.append((row, self._behind.put(row, MOST_PER_CHAT * CHAT_SECONDS)))
            else:
                self._behind.goes(row)
        self._pacer.wake()
        if late:
            await self._units.write(partial(_put_back, late, self._by, self._clocks.club()))

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

    # -- being busy --------------------------------------------------------------------

    def _busy(self) -> set[Task]:
        settling = {self._settler.task} if self._settler.busy() and self._settler.task else set()
        return {*self._pacer.tasks(), *self._pushing, *settling}

    async def _rest(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._clocks.sleep(seconds))
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sleeping, stopping):
            task.cancel()


def _in_order(row: Waiting) -> int:
    """Replies by their ids; what is in bulk stays as it was claimed."""
    return row.id if row.lane == REPLY else _LAST


def _put_back(late: list[tuple[Waiting, float]], by: str, now: datetime, work: Work) -> None:
    for row, seconds in late:
        work.outbox.put_back([row.id], by=by, due_at=now + timedelta(seconds=seconds))
