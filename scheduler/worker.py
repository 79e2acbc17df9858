"""All that a working process does: senders for its accounts, the clock, campaigns."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from secrets import token_hex

from bot.channel import Channel
from bot.dispatch import Renderer, Units
from bot.state import StoreUnavailable
from scheduler.clock import Clock
from scheduler.clocks import Clocks
from scheduler.counted import Lead
from scheduler.delivery import Sender
from scheduler.due import crossed, reach, run, run_due
from scheduler.jobs import Job
from scheduler.lease import Lease
from scheduler.moments import Moments
from scheduler.moods import Moods
from scheduler.slices import Slices
from services import (
    campaign_kept,
    campaign_settling,
    campaign_steps,
    campaigns,
    post,
    posted,
    restocks,
    survey_steps,
    waiting,
)
from services.ports import Work

log = logging.getLogger(__name__)

JOBS_SECONDS = 5.0
CAMPAIGN_SECONDS = 1.0
WAITING_SECONDS = 60.0
DEADLINE_SECONDS = 30.0
CARD_SECONDS = 2.0
LISTENING_SECONDS = 15.0
UNCLEAR_SECONDS = 20.0
RESULT_SECONDS = 120.0
COUNTING_PAUSE = 9.0
"""Live cards are left alone so many times as long as it took to count for them."""
Move = Callable[[datetime], Awaitable[object]]


class Worker:
    """Sends, cares and campaigns for the given channels.

    A process that only serves sends its own replies: it hands `push` to the units and never calls
    `run`. `holder` names this process for people who look at leases. `rate`: messages per second
    in bulk and bot; `paid`: of those that may be charged for. `lead`: how links of campaigns are
    counted.
    """

    def __init__(
        self,
        units: Units,
        renderer: Renderer,
        channels: Iterable[Channel],
        *,
        clocks: Clocks,
        rate: float,
        holder: str,
        paid: float = 0.0,
        lead: Lead | None = None,
        jobs: Sequence[Job] | None = None,
    ) -> None:
        # A process that is started again may have its old name; it is another holder all the same.
        holder = f"{holder}/{token_hex(4)}"
        self.senders = [
            Sender(
                units,
                renderer,
                channel,
                clocks=clocks,
                rate=rate,
                paid=paid,
                holder=holder,
                lead=lead,
            )
            for channel in channels
        ]
        self._units = units
        self._clocks = clocks
        self._jobs = jobs
        self._lease = Lease(units, "clock", holder, clocks.real)
        self._slices = Slices(units, clocks.monotonic)
        self._moments = Moments(units)
        self._moods = Moods(units)
        self._cards_at = 0.0
        self._stop = asyncio.Event()
        # Who travels runs what is crossed at its own moment; a tick beside it would be late.
        self._turn = asyncio.Lock()

    def push(self, ids: Sequence[int]) -> None:
        """Sends rows that this process has just committed (Shared.after_commit)."""
        for sender in self.senders:
            sender.push(ids)

    async def run(self) -> None:
        """Works until `stop`."""
        clock = Clock()
        clock.every(JOBS_SECONDS, "the jobs", self._tick)
        clock.every(CAMPAIGN_SECONDS, "campaigns", self._campaigns)
        clock.every(CAMPAIGN_SECONDS, "live cards", self._cards)
        clock.every(WAITING_SECONDS, "waiting lists", self.serve)
        clock.every(WAITING_SECONDS, "what came back", self.tell_back)
        clock.every(DEADLINE_SECONDS, "deadlines", self.tell_deadlines)
        clock.every(CARD_SECONDS, "cards of events", self.renew_cards)
        clock.every(WAITING_SECONDS, "surveys", self.survey)
        clock.every(LISTENING_SECONDS, "moods", self.listen)
        clock.every(RESULT_SECONDS, "results of campaigns", self.tell_results)
        clock.every(RESULT_SECONDS, "figures of campaigns", self.keep_figures)
        clock.every(UNCLEAR_SECONDS, "unclear messages", self.tell_unclear)
        clock.start()
        try:
            await asyncio.gather(
                self._begin(), *(sender.run() for sender in self.senders), self._stop.wait()
            )
        finally:
            clock.stop()

    async def stop(self) -> None:
        """Ends `run`; what is on its way is waited for."""
        self._stop.set()
        await asyncio.gather(*(sender.stop() for sender in self.senders))
        await self._lease.release()

    async def run_due(self, upto: datetime, *, moved: bool = False) -> int:
        """Runs the jobs due by `upto`, in order; how many occurrences there were."""
        found = await run_due(self._units, upto, moved=moved, jobs=self._jobs)
        if not await self._restored():
            await self._moments.tell(upto)
        return found

    async def serve(self) -> None:
        """Offers what nobody took in time to the next in line, as soon as its hour is over; who
        travels leaves that to the nights."""
        if not await self._by_the_minute():
            return
        now = self._clocks.club()
        if await self._units.read(partial(waiting.nothing_to_serve, now=now)):
            return
        after: int | None = 0
        while after is not None:
            after = await self._units.write(partial(waiting.serve_due, now=now, after=after))

    async def tell_back(self) -> None:
        """Tells who had marked what came back into stock, in slices; who travels leaves that to
        the jobs."""
        if not await self._by_the_minute():
            return
        now = self._clocks.club()
        while not await self._units.read(restocks.nothing_to_tell):
            await self._units.write(partial(restocks.tell_some, now=now))

    async def tell_deadlines(self) -> None:
        """Reminds of tickets' deadlines and escalates them; who travels meets each at its own
        moment."""
        if not await self._by_the_minute():
            return
        await self._moments.tell(self._clocks.club())

    async def renew_cards(self) -> None:
        """Keeps invitations in chats saying what holds; who travels does so on the way."""
        if await self._by_the_minute():
            await self._moments.renew(self._clocks.club())

    async def survey(self) -> None:
        """Closes and opens surveys, invites to them and starts them; who travels does so on the
        way."""
        if not await self._by_the_minute():
            return
        while await self._survey():
            if not await self._lease.hold():
                return

    async def listen(self) -> None:
        """Listens to what members wrote, and keeps counts of what they answered."""
        while await self._lease.hold():
            if not await self._moods.work(self._clocks.club()):
                return

    async def tell_results(self) -> None:
        """Tells authors of campaigns what those brought, and keeps it: counted beside everything
        else, written in a moment."""
        while await self._lease.hold():
            now = self._clocks.club()
            if not await self._units.read(partial(campaign_settling.due, now=now)):
                return
            found = await self._units.read_long(partial(campaign_settling.counted, now=now))
            if not await self._units.write(
                partial(campaign_settling.settle, results=found, now=now)
            ):
                return

    async def keep_figures(self) -> None:
        """Counts what campaigns have brought so far, for lists."""
        if not await self._lease.hold():
            return
        now = self._clocks.club()
        if await self._units.read(partial(campaign_kept.stale, now=now)):
            found = await self._units.read_long(partial(campaign_kept.counted, now=now))
            await self._units.write(partial(campaign_kept.keep, found=found, now=now))

    async def tell_unclear(self) -> None:
        """Tells those concerned, once, of messages that nobody knows the end of."""
        if not await self._lease.hold():
            return
        now = self._clocks.club()
        if not await self._units.read(partial(posted.nothing_to_tell, now=now)):
            await self._units.write(partial(posted.tell, now=now))

    async def _by_the_minute(self) -> bool:
        """Whether this process does what comes by the minute. The jobs tick at the same moments,
        so it waits for them, and for who travels, instead of leaving it out again and again."""
        async with self._turn:
            pass
        return await self._lease.hold() and not await self._restored()

    async def _restored(self) -> bool:
        """Whether a restored backup waits for its release: it may have told all this already."""
        return await self._units.read(post.hold_state) == post.RESTORED

    async def drain(self) -> int:
        """Writes what campaigns still owe, and sends all that is due now; how many messages."""
        while await self._advance() or await self._survey():
            pass
        await self._show()
        return sum([await sender.drain() for sender in self.senders])

    async def travel(self, to: datetime, move: Move) -> tuple[int, int]:
        """Passes time up to a later moment: `move` sets the club's clock, and everything crossed
        happens at its own moment and in order, sending included. How many occurrences there were
        and how many messages left."""
        async with self._turn:
            return await self._travel(to, move)

    async def _travel(self, to: datetime, move: Move) -> tuple[int, int]:
        jobs = await self.run_due(self._clocks.club())
        sent = await self.drain()
        waiting = await crossed(self._units, to, self._jobs)
        for at, together in groupby(waiting, key=lambda one: one[1].at):
            sent += await self._meet(at, move)
            if at > self._clocks.club():
                await move(at)
            for job, due in together:
                await run(self._units, job, due, at)
            sent += await self.drain()
        sent += await self._meet(to, move)
        if to > self._clocks.club():
            await move(to)
        await reach(self._units, to)
        return jobs + len(waiting), sent + await self.drain()

    async def _meet(self, upto: datetime, move: Move) -> int:
        """Passes time up to a moment by way of every deadline that comes near before it; how many
        messages left."""
        sent = 0
        if await self._restored():
            return sent
        while at := await self._moments.following(self._clocks.club(), upto):
            await move(at)
            await self._moments.tell(at)
            await self._moments.renew(at)
            sent += await self.drain()
        return sent

    async def _begin(self) -> None:
        """What is due already does not wait for the first tick."""
        try:
            await self._tick()
        except StoreUnavailable:
            log.warning("the database is away; the jobs wait")

    async def _tick(self) -> None:
        if self._turn.locked():
            return
        async with self._turn:
            if await self._may():
                upto = self._clocks.club()
                await run_due(self._units, upto, jobs=self._jobs, may=self._may)

    async def _may(self) -> bool:
        """Whether this process goes on with the jobs: a long night is handed over, too."""
        return not self._stop.is_set() and await self._lease.hold()

    async def _campaigns(self) -> None:
        if not await self._lease.hold():
            return
        while await self._advance():
            if not await self._lease.hold():
                return

    async def _cards(self) -> None:
        began = self._clocks.monotonic()
        if began < self._cards_at or not await self._lease.hold():
            return
        await self._show()
        now = self._clocks.monotonic()
        self._cards_at = now + COUNTING_PAUSE * (now - began)

    async def _show(self) -> None:
        """Keeps the cards of campaigns in operators' chats up to date."""
        now = self._clocks.club()
        if not await self._units.read(partial(campaigns.cards_to_count, now=now)):
            return
        found = await self._units.read_long(partial(campaigns.cards_due, now=now))
        if found:
            await self._units.write(partial(campaigns.refresh, cards=found, now=now))

    async def _advance(self) -> bool:
        now = self._clocks.club()

        def look(work: Work) -> bool:
            # What was to begin at the time of a backup may have been sent: it is paused first.
            return post.hold_state(work) != post.RESTORED and campaign_steps.due(work, now)

        if not await self._units.read(look):
            return False
        most = self._slices.next()
        return await self._units.write(partial(campaign_steps.advance, now=now, most=most))

    async def _survey(self) -> bool:
        now = self._clocks.club()

        def look(work: Work) -> bool:
            return post.hold_state(work) != post.RESTORED and survey_steps.due(work, now)

        if not await self._units.read(look):
            return False
        return await self._units.write(partial(survey_steps.advance, now=now))
