"""A club with a worker whose time the test moves, on both databases in turn."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.birthdays import Birthday
from domain.care_rules import Care as CareRules
from domain.care_rules import CareRule, Late, Occasion
from scheduler.due import reach
from scheduler.worker import Worker
from services import ledger
from tests.support.club import Club, Person, programme
from tests.support.post import FakeChannel, RealTime, clocks, rows

BIRTHDAY = CareRule(
    "birthday", Occasion.BIRTHDAY, points=100, late=Late.BELATED, late_hours=72, first=10
)
EXPIRING = CareRule("points_expiring", Occasion.POINTS_EXPIRING, days=(30, 7, 1))


@dataclass
class Care:
    """The club, its worker, and what members got."""

    club: Club
    worker: Worker
    channel: FakeChannel
    real: RealTime = field(default_factory=RealTime)

    async def _move(self, to: datetime) -> None:
        self.club.clock.now = to
        self.real.move(60)

    async def until(self, at: datetime) -> None:
        """Passes time; everything crossed happens at its moment."""
        await self.worker.travel(at, self._move)

    async def begins(self, at: datetime) -> None:
        """Sets the clock at a later day without living the time between."""
        self.club.clock.now = at
        await reach(self.club.units, at)

    async def passes(self, **by: float) -> None:
        await self.until(self.club.clock.now + timedelta(**by))

    async def change(self, person: Person, **values: Any) -> None:
        member = await person.member_id()
        await self.club.write(lambda work: work.members.change(member, **values))

    async def publish(self, *rules: CareRule, **changes: Any) -> None:
        """Puts a programme with just these rules of care in force."""
        now = self.club.clock.now

        def write(work: Any) -> None:
            current = work.programmes.current()
            care = replace(current.care, rules=rules)
            changed = replace(current, care=care, version=current.version + 1, **changes)
            work.programmes.publish(changed, now, None)

        await self.club.write(write)

    async def agrees(self, person: Person, given: bool = True, to: str = "care") -> None:
        member = await person.member_id()
        now = self.club.clock.now
        await self.club.write(
            lambda work: work.members.set_consent(member, to, given, "telegram", now)
        )

    async def born(self, person: Person, month: int, day: int, **parts: Any) -> Person:
        """A birthday told long ago, and consent to care."""
        parts.setdefault("birthday_set_at", self.club.clock.now - timedelta(days=60))
        await self.change(person, birthday=Birthday(month, day), **parts)
        await self.agrees(person)
        return person

    async def earns(self, person: Person, points: int, at: datetime) -> None:
        member = await person.member_id()
        await self.club.write(
            lambda work: ledger.bonus(
                work,
                member,
                points,
                key=f"test:{member}:{at.isoformat()}",
                source=("test", 1),
                now=at,
            )
        )

    async def pays(self, person: Person, points: int, key: str) -> None:
        member = await person.member_id()
        now = self.club.clock.now
        await self.club.write(
            lambda work: ledger.spend(work, member, points, key=key, source=("test", 2), now=now)
        )

    async def has(self, person: Person) -> int:
        member = await person.member_id()
        now = self.club.clock.now
        found = await self.club.read(lambda work: work.ledger.summary(member, "points", now))
        return int(found.available)

    async def got(self, person: Person) -> list[str]:
        return self.channel.to(person.user)

    async def skipped(self, person: Person) -> list[str]:
        member = await person.member_id()
        return [row["reason"] for row in await rows(self.club, member_id=member, state="skipped")]


@pytest.fixture
async def care(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Care]:
    """With the RULES of the test's module, if it has some."""
    of_care = CareRules(getattr(request.module, "RULES", (BIRTHDAY, EXPIRING)))
    rules = replace(programme(), care=of_care)
    club = await Club(database_url, rules).open()
    channel, real = FakeChannel(), RealTime()
    worker = Worker(
        club.units,
        club.renderer,
        [channel],
        clocks=clocks(club, real),
        rate=500,
        holder="worker",
    )
    await worker.run_due(club.clock())
    yield Care(club, worker, channel, real)
    await worker.stop()
    await club.close()


@pytest.fixture
async def mei(care: Care) -> Person:
    return await care.club.person("Mei").joins()
