"""A service desk whose time the test moves, on both databases in turn."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.service_rules import Service
from domain.tickets import Ticket, TicketKind
from scheduler.worker import Worker
from services import ticket_opening
from services.ticket_opening import Opening
from services.ticket_words import Words
from tests.flows.staffed import operator
from tests.support.club import Club, Person, programme
from tests.support.post import FakeChannel, RealTime, clocks


@dataclass
class Desk:
    """The club, its worker, and a member with something to complain about."""

    club: Club
    worker: Worker
    channel: FakeChannel
    real: RealTime = field(default_factory=RealTime)
    opened: int = 0

    async def _move(self, to: datetime) -> None:
        self.club.clock.now = to
        self.real.move(60)

    async def until(self, at: datetime) -> None:
        """Passes time; everything crossed happens at its moment."""
        await self.worker.travel(at, self._move)

    async def passes(self, **by: float) -> None:
        await self.until(self.club.clock.now + timedelta(**by))

    async def sleeps(self, **by: float) -> None:
        """Time passes while the service is down; then it looks for what is due."""
        self.club.clock.move(**by)
        await self.worker.run_due(self.club.clock())
        await self.worker.drain()

    async def complains(self, person: Person, text: str = "The milk was sour.") -> Ticket:
        member_id = await person.member_id()
        self.opened += 1
        opening = Opening(TicketKind.COMPLAINT, "product", Words(text))
        key, now = f"ticket:{self.opened}", self.club.clock.now
        ticket: Ticket = await self.club.write(
            lambda work: ticket_opening.open_ticket(work, member_id, opening, key=key, now=now)
        )
        await self.worker.drain()
        return ticket

    async def ticket(self, ticket: Ticket) -> Ticket:
        found: Ticket = await self.club.read(lambda work: work.tickets.get(ticket.id))
        return found

    async def rules(self, **changes: Any) -> None:
        """Puts other rules of the desk in force."""

        def publish(work: Any) -> None:
            now = work.programmes.current()
            service: Service = replace(now.service, **changes)
            changed = replace(now, service=service, version=now.version + 1)
            work.programmes.publish(changed, self.club.clock.now, None)

        await self.club.write(publish)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    club = await Club(database_url, programme()).open()
    channel, real = FakeChannel(), RealTime()
    worker = Worker(
        club.units,
        club.renderer,
        [channel],
        clocks=clocks(club, real),
        rate=500,
        holder="worker",
    )
    club.shared.after_commit = worker.push  # replies are sent by who wrote them
    await worker.run_due(club.clock())
    yield Desk(club, worker, channel, real)
    await worker.stop()
    await club.close()


@pytest.fixture
async def mei(desk: Desk) -> Person:
    return await desk.club.person("Mei").joins()


@pytest.fixture
async def anna(desk: Desk) -> Person:
    """Service staff who answer tickets."""
    return await operator(desk.club, "service", "Anna")


@pytest.fixture
async def olga(desk: Desk) -> Person:
    """Who manages the desk, and so hears of what is escalated."""
    return await operator(desk.club, "operator", "Olga")
