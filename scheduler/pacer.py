"""The pacer: marks messages as being sent shortly before their moments, and starts each then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.channel import Moved, PictureGone, Unreachable
from bot.dispatch import Units
from bot.state import StoreUnavailable
from scheduler.budget import Budget, Track
from scheduler.carrier import POST_SECONDS, Carrier, File
from scheduler.clocks import Clocks
from scheduler.lease import Lease
from scheduler.line import Flight, Line
from scheduler.silence import Silence
from services import post
from services.ports import Work

log = logging.getLogger(__name__)

CLAIM_SECONDS = 10.0
LEAST_LEAD, MOST_LEAD = 0.015, 0.2
"""Seconds before its moment at which a message is marked; twice what marking takes."""
LOOK_SECONDS = 0.004
"""So long before its moment the last look is taken at what other processes know."""
MOST_REPLIES_OUT = 100
LEAST_OUT, MOST_OUT = 40, 480
"""Messages in bulk on their way; between them rate × latency decides."""
NAP_SECONDS = 0.25
Task = asyncio.Task[None]


class Pacer:
    """Takes flights from a line while there are any."""

    def __init__(
        self,
        units: Units,
        clocks: Clocks,
        by: str,
        *,
        line: Line,
        budget: Budget,
        carrier: Carrier,
        silence: Silence,
        lease: Lease,
    ) -> None:
        self._units = units
        self._clocks = clocks
        self._by = by
        self._line = line
        self._budget = budget
        self._carrier = carrier
        self._silence = silence
        self._lease = lease
        self._out: dict[Track, set[Task]] = {track: set() for track in Track}
        self._running: Task | None = None
        self._woken = asyncio.Event()
        self._marking = 0.0
        self._latency = 0.05

    def wake(self) -> None:
        """Something is in the line, or there is room for more."""
        self._woken.set()
        if (self._running is None or self._running.done()) and len(self._line):
            self._running = asyncio.get_running_loop().create_task(self._run())

    def tasks(self) -> set[Task]:
        """What is under way."""
        running = {self._running} if self._running and not self._running.done() else set()
        return running.union(*self._out.values())

    async def _run(self) -> None:
        while len(self._line):
            most = {track: self._places(track) for track in Track}
            lead = min(max(2 * self._marking, LEAST_LEAD), MOST_LEAD)
            self._woken.clear()
            now = self._clocks.monotonic()
            if flights := self._line.pick(now + lead, most):
                await self._send(flights)
                continue
            moment = self._line.next(most)
            await self._nap(NAP_SECONDS if moment is None else moment - now - lead)

    def _places(self, track: Track) -> int:
        """How many more may be on their way; a few at a time, so that they are marked together."""
        if track is Track.REPLIES:
            return MOST_REPLIES_OUT - len(self._out[track])
        needed = int(2 * self._budget.rate_of(track) * self._latency)
        most = min(max(needed, LEAST_OUT), MOST_OUT)
        free = most - len(self._out[track])
        return free if free >= most // 8 else 0

    async def _nap(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        sleeping = loop.create_task(_as_task(self._clocks, min(seconds, NAP_SECONDS)))
        woken = loop.create_task(self._wait())
        await asyncio.wait({sleeping, woken}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sleeping, woken):
            task.cancel()

    async def _wait(self) -> None:
        await self._woken.wait()

    # -- one batch ---------------------------------------------------------------------

    async def _send(self, flights: Sequence[Flight]) -> None:
        started = self._clocks.monotonic()
        until = self._clocks.real() + timedelta(seconds=CLAIM_SECONDS)
        begun = await self._begin(flights, until + timedelta(seconds=POST_SECONDS))
        self._marking += (self._clocks.monotonic() - started - self._marking) / 4
        for flight in flights:
            if flight.row.id in begun.ids:
                flight.answers(begun.quotes)
                await self._start(flight, begun.files.get(flight.row.id), until)
            else:
                self._not_now(flight)

    def _not_now(self, flight: Flight) -> None:
        self._budget.give_back(flight.track)
        self._line.done(flight, sent=False)

    async def _begin(self, flights: Sequence[Flight], until: datetime) -> post.Begun:
        now, by, route = self._clocks.club(), self._by, self._carrier.route
        rows = [flight.row for flight in flights]

        def begin(work: Work) -> post.Begun:
            return post.begin(work, route, rows, by, until, now)

        try:
            return await self._units.write(begin)
        except StoreUnavailable:
            log.warning("the database is away; claimed messages wait")
        except Exception:
            log.exception("%d messages cannot be marked as being sent", len(rows))
        return post.Begun(set(), {}, {})  # their claims run out and they are taken again

    async def _start(self, flight: Flight, file: File | None, until: datetime) -> None:
        """Starts a flight at its moment, if it still may."""
        await self._moment(flight, LOOK_SECONDS)
        await self._silence.refresh()
        await self._moment(flight)
        back = self._refused(flight, until)
        if back is not None:
            self._carrier.put_back(flight.row, back)
            self._not_now(flight)
            return
        task = asyncio.get_running_loop().create_task(self._fly(flight, file))
        self._out[flight.track].add(task)
        task.add_done_callback(partial(self._done, flight))
        await asyncio.sleep(0)  # it starts at this moment, before the next one is looked at

    async def _moment(self, flight: Flight, before: float = 0.0) -> None:
        while True:
            opens = self._budget.opens(flight.track, flight.row.chat)
            wait = max(flight.at, opens) - before - self._clocks.monotonic()
            if wait <= 0:
                return
            await self._clocks.sleep(wait)

    def _refused(self, flight: Flight, until: datetime) -> datetime | None:
        """When the flight is due again, if it may not start now."""
        if wait := self._silence.until(flight.row):
            return wait
        fenced = flight.track is not Track.REPLIES and not self._lease.valid()
        return self._clocks.club() if fenced or self._clocks.real() >= until else None

    async def _fly(self, flight: Flight, file: File | None) -> None:
        self._budget.start(flight.track, flight.row.chat, flight.messages)
        started = self._clocks.monotonic()
        error = await self._carrier.carry(flight, file, paid=flight.track is Track.PAID)
        if error is None:
            self._latency += (self._clocks.monotonic() - started - self._latency) / 16
        if isinstance(error, PictureGone):
            self._line.forget(flight)
        if isinstance(error, Unreachable | Moved):  # what else waits there is judged anew
            moved = isinstance(error, Moved)
            for row in self._line.drop(flight.row.chat, replies=moved):
                self._carrier.put_back(row, self._clocks.club())
        self._line.done(flight, sent=error is None)

    def _done(self, flight: Flight, task: Task) -> None:
        self._out[flight.track].discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a message stays begun until its time runs out", exc_info=error)
        self.wake()


async def _as_task(clocks: Clocks, seconds: float) -> None:
    await clocks.sleep(seconds)
