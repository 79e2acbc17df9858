"""Races for the last seats of events: answers, offers, expiry and more seats, all at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from domain.errors import Refused
from domain.event_rules import Rules
from domain.events import Answer, Event, Place
from domain.members import Member, MemberState
from services import events, joining, ledger
from services.ports.club import Actor
from storage.unit_of_work import Units
from storage.work import Work
from tests.support import moments

RUNNERS = 64
SEATS = 8
OFFER = 30
DEPOSIT = 10
STAFF = Actor("race")
_PARTS = text("SELECT place, guests, offered_until FROM invitations WHERE event_id = :of")
_HELD = text(
    "SELECT count(*) FROM holds h JOIN postings p ON p.id = h.posting_id"
    " WHERE p.source_type = 'event' AND p.source_id = :of AND h.state = 'open'"
)


@dataclass
class Tally:
    """What came of some races."""

    races: int = 0
    answers: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


async def prepare(units: Units, now: datetime) -> list[int]:
    """Members with points."""
    return list(await units.write(lambda work: [_member(work, n, now) for n in range(RUNNERS)]))


def _member(work: Work, number: int, now: datetime) -> int:
    values: dict[str, Any] = {"level": work.programmes.current().first_level.key}
    values |= {"joined_at": now, "charter_version": 1, "locale": "en"}
    new = joining.add_member(work, Member(work.random_id(), "", MemberState.ACTIVE, **values))
    ledger.bonus(work, new.id, 10**6, key=f"seats:{number}", source=("race", number), now=now)
    return new.id


async def run(units: Units, members: list[int], now: datetime, numbers: range) -> Tally:
    """Runs races with these numbers, one after the other."""
    tally = Tally()
    for number in numbers:
        await _Race(units, members, now, number, tally).run()
        tally.races += 1
    return tally


@dataclass
class _Race:
    units: Units
    members: list[int]
    now: datetime
    number: int
    tally: Tally
    event_id: int = 0

    async def run(self) -> None:
        chance = random.Random(self.number)
        self.event_id = await self.units.write(self._plan(chance.randint(1, SEATS)))
        await self._all([self._yes(one, chance.randint(0, 2)) for one in self.members])
        await self._look("after the rush")
        for turn in range(3):
            self.now += timedelta(minutes=OFFER + 1 if turn else 1)
            await self._all(
                [*(self._any(one, chance) for one in self.members), self._more(chance)]
            )
            await self._settle()
            await self._look(f"after turn {turn}")
        await self.units.write(lambda w: events.cancel(w, self.event_id, STAFF, self.now))
        await self._settle()
        await self._look("after the cancellation", over=True)

    def _plan(self, seats: int) -> Callable[[Work], int]:
        rules = Rules(guests=2, offer_minutes=OFFER, reminders=())
        key = f"race-{self.number}"
        starts = self.now + timedelta(days=20)
        told = {"zh": key, "en": key}
        made = Event(0, key, told, told, "Asia/Shanghai", starts, capacity=seats)

        def plan(work: Work) -> int:
            event = replace(made, open_to_all=True, deposit=DEPOSIT, rules=rules)
            work.events.save(event, key, self.now)
            found = work.events.by_key(key)
            assert found is not None
            return found.id

        return plan

    def _yes(self, member: int, guests: int) -> Callable[[Work], object]:
        return lambda work: events.answer(
            work, member, self.event_id, Answer.YES, self.now, guests=guests
        )

    def _any(self, member: int, chance: random.Random) -> Callable[[Work], object]:
        what, event_id, now = chance.random(), self.event_id, self.now
        if what < 0.3:
            return lambda work: events.take_offer(work, member, event_id, now)
        if what < 0.6:
            return lambda work: events.answer(work, member, event_id, Answer.NO, now)
        if what < 0.7:
            return lambda work: moments.do_due(work, now, 20)
        return self._yes(member, chance.randint(0, 2))

    def _more(self, chance: random.Random) -> Callable[[Work], object]:
        more = chance.randint(0, 2)

        def resize(work: Work) -> object:
            event = work.events.get(self.event_id)
            assert event is not None
            seats = (event.capacity or 0) + more
            return events.change(work, self.event_id, STAFF, self.now, capacity=seats)

        return resize

    async def _all(self, uses: list[Callable[[Work], object]]) -> None:
        said = await asyncio.gather(
            *(self.units.write(use) for use in uses), return_exceptions=True
        )
        self.tally.answers += len(uses)
        for one in said:
            if isinstance(one, Refused):
                self.tally.refused += 1
            elif isinstance(one, BaseException):
                self.tally.wrong.append(f"race {self.number}: {one!r}"[:200])

    async def _settle(self) -> None:
        while not await self.units.read(lambda w: moments.nothing_due(w, self.now)):
            await self.units.write(lambda w: moments.do_due(w, self.now, 20))

    async def _look(self, when: str, *, over: bool = False) -> None:
        for fault in await self.units.read(lambda work: self._faults(work, over)):
            self.tally.wrong.append(f"race {self.number} {when}: {fault}")

    def _faults(self, work: Work, over: bool) -> list[str]:
        event = work.events.get(self.event_id)
        assert event is not None
        rows = work.db.execute(_PARTS, {"of": self.event_id}).all()
        held = work.db.execute(_HELD, {"of": str(self.event_id)}).scalar_one()
        seated = [row for row in rows if row[0] == Place.SEATED]
        kept = [row for row in rows if row[0] == Place.OFFERED]
        taken = sum(1 + row[1] for row in (*seated, *kept))
        free = (event.capacity or 0) - taken
        waits = [row for row in rows if row[0] == Place.WAITING and row[1] < free]
        late = [row for row in kept if _instant(row[2]) <= self.now]
        faults = {
            "overbooked": free < 0,
            "the count is wrong": taken != event.taken,
            "a seat is free and somebody waits": bool(waits) and not over,
            "an offer is overdue": bool(late),
            "deposits are not as many as seats": held != len(seated),
            "seats are left over": over and taken > 0,
        }
        return [name for name, wrong in faults.items() if wrong]


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromtimestamp(value / 1000).astimezone()
