"""Years of one club, lived through the real services beside a small model that counts in days."""

from __future__ import annotations

import calendar
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.members import Member, MemberState
from domain.points import Expiry, ExpiryKind, Unit
from scheduler.due import run_due
from scheduler.jobs import JOBS
from services import expiry, joining, ledger
from services.audit import prove
from services.ports.points import Summary
from storage.work import Work
from tests.support.club import Clock, Club, programme

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # until 2019 some days began at one o'clock
    "America/Santiago",  # as these do
    "Asia/Beirut",
    "Africa/Cairo",
    "America/Havana",  # midnight comes twice in autumn
    "Atlantic/Azores",
    "Australia/Lord_Howe",  # half an hour
    "Asia/Kathmandu",  # a quarter
    "Pacific/Apia",
]
POLICIES = {
    "40 days": Expiry(ExpiryKind.AFTER, days=40),
    "a month": Expiry(ExpiryKind.AFTER, months=1),
    "a year, to the month's end": Expiry(ExpiryKind.AFTER, months=12, round_up="month"),
    "two months, to the quarter's end": Expiry(ExpiryKind.AFTER, months=2, round_up="quarter"),
    "the end of February": Expiry(ExpiryKind.YEARLY, month=2, day=29, at_least_months=1),
    "30 days after what one does": Expiry(ExpiryKind.SLIDING, days=30, extended_by=("purchase",)),
}
NIGHTLY = tuple(job for job in JOBS if job.name in ("switch_on", "expire"))
MILLISECOND = timedelta(milliseconds=1)


# -- the model: days by the calendar on the wall, nothing of the club's own arithmetic -------


def last_day(policy: Expiry, earned: date) -> date:
    """The last day on which points can be used, by counting days one by one."""
    if policy.kind is ExpiryKind.YEARLY:
        day = months_later(earned, policy.at_least_months)
        while not _is_date(policy, day):
            day += timedelta(days=1)
        return day
    day = months_later(earned, policy.months)
    for _ in range(policy.days):
        day += timedelta(days=1)
    ends = {"month": range(1, 13), "quarter": (3, 6, 9, 12), "year": (12,)}
    if policy.round_up:
        while (day + timedelta(days=1)).day != 1 or day.month not in ends[policy.round_up]:
            day += timedelta(days=1)
    return day


def _is_date(policy: Expiry, day: date) -> bool:
    """Whether that day is the yearly one: in short months their last."""
    longest = calendar.monthrange(day.year, day.month)[1]
    return (day.month, day.day) == (policy.month, min(policy.day, longest))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    while day.day > calendar.monthrange(year, month)[1]:
        day -= timedelta(days=1)
    return date(year, month, day.day)


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """The first millisecond that a clock on the wall shows that day or a later one."""
    early = datetime.combine(day, time(), UTC) - timedelta(hours=36)
    late = early + timedelta(hours=72)
    while late - early > MILLISECOND:
        half = early + (late - early) // MILLISECOND // 2 * MILLISECOND
        if half.astimezone(zone).date() >= day:
            late = half
        else:
            early = half
    return late


@dataclass
class Lot:
    """Points of one earning: how many are left, and their last day."""

    left: int
    last: date
    made: datetime


@dataclass
class Person:
    """What one member should have. `gone`: points by the day on which they were gone."""

    id: int
    lots: list[Lot] = field(default_factory=list)
    gone: Counter[date] = field(default_factory=Counter)

    def pass_time(self, today: date) -> None:
        for lot in self.lots:
            if lot.last < today and lot.left:
                self.gone[lot.last + timedelta(days=1)] += lot.left
                lot.left = 0

    def pay(self, points: int) -> None:
        for lot in sorted(self.lots, key=lambda one: (one.last, one.made)):
            part = min(lot.left, points)
            lot.left -= part
            points -= part


# -- living ---------------------------------------------------------------------------------


class Years:
    """A club of three members under one expiry in one zone, from one moment to another."""

    def __init__(self, url: str, zone: str, policy: Expiry, seed: int) -> None:
        rules = replace(programme(), zone=zone, expiry=policy, opened_on=date(2010, 1, 1))
        self.club = Club(url, rules, Clock(datetime(2010, 1, 1, tzinfo=UTC)))
        self.rules, self.zone, self.policy = rules, ZoneInfo(zone), policy
        self.random = random.Random(seed)
        self.people: list[Person] = []
        self.done = 0

    async def live(self, start: datetime, end: datetime) -> int:
        """Lives event by event, nights in between; how many balances were compared."""
        await self.club.open()
        try:
            await self.club.write(lambda work: self._found(work, start))
            await run_due(self.club.units, start, jobs=NIGHTLY)
            for at in self._moments(start, end):
                await self._event(at)
            await self._close(end)
        finally:
            await self.club.close()
        return self.done

    def _found(self, work: Work, at: datetime) -> None:
        for _ in range(3):
            new = Member(work.random_id(), "", MemberState.ACTIVE, level="member", joined_at=at)
            self.people.append(Person(joining.add_member(work, new).id))

    def _moments(self, start: datetime, end: datetime) -> list[datetime]:
        """Moments of an event: any at all, and those around the beginning of special days."""
        seconds = int((end - start).total_seconds())
        some = [
            start + timedelta(seconds=self.random.randrange(seconds), milliseconds=7)
            for _ in range(seconds // 86_400 // 20)
        ]
        day = start.date()
        while (day := day + timedelta(days=1)) < end.date():
            begins = first_moment(day, self.zone) if self._is_special(day) else None
            if begins and self.random.random() < 0.5:
                some += [begins - MILLISECOND, begins, begins + timedelta(minutes=30)]
        return sorted(one for one in some if start < one < end)

    def _is_special(self, day: date) -> bool:
        """A leap day or around it, a month's end, a day on which the clocks change."""
        after = day + timedelta(days=1)
        noons = [datetime.combine(one, time(12), self.zone).utcoffset() for one in (day, after)]
        return (day.month, day.day) in ((2, 28), (2, 29), (3, 1)) or (
            noons[0] != noons[1] or self.random.random() < 0.01 or after.day == 1 == day.month % 6
        )

    async def _event(self, at: datetime) -> None:
        await run_due(self.club.units, at, moved=True, jobs=NIGHTLY)
        person = self.random.choice(self.people)
        today = at.astimezone(self.zone).date()
        for one in self.people:
            one.pass_time(today)
        await self._compare(person, at)
        what = self.random.random()
        if what < 0.5:
            await self._earn(person, at, today)
        elif what < 0.75:
            await self._pay(person, at)
        else:
            await self._act(person, at, today)
        await self._compare(person, at)

    async def _earn(self, person: Person, at: datetime, today: date) -> None:
        points, key = self.random.randint(1, 500), f"earn:{person.id}:{at.isoformat()}"
        await self.club.write(
            lambda w: ledger.bonus(w, person.id, points, key=key, source=("x", 1), now=at)
        )
        lot = Lot(points, last_day(self.policy, today), at)
        person.lots.append(lot)
        await self._look_ahead(person, lot.last)

    async def _look_ahead(self, person: Person, last: date) -> None:
        """The last millisecond of a lot's last day, and the first after it."""
        over = first_moment(last + timedelta(days=1), self.zone)
        for at, inclusive in ((over - MILLISECOND, 0), (over, 1)):
            should = sum(
                lot.left for lot in person.lots if lot.last >= last + timedelta(inclusive)
            )
            assert (await self._has(person, at)).available == should, (person, at)
            self.done += 1

    async def _pay(self, person: Person, at: datetime) -> None:
        has = sum(lot.left for lot in person.lots)
        if not has:
            return
        points, key = self.random.randint(1, has), f"pay:{person.id}:{at.isoformat()}"
        await self.club.write(
            lambda w: ledger.spend(w, person.id, points, key=key, source=("x", 1), now=at)
        )
        person.pay(points)

    async def _act(self, person: Person, at: datetime, today: date) -> None:
        def act(work: Work) -> None:
            work.members.lock(person.id)
            expiry.extend(work, self.rules, person.id, "purchase", at)

        await self.club.write(act)
        if "purchase" in self.policy.extended_by:
            for lot in person.lots:
                if lot.left:
                    lot.last = max(lot.last, last_day(self.policy, today))

    async def _has(self, person: Person, at: datetime) -> Summary:
        found = await self.club.read(lambda w: w.ledger.summary(person.id, Unit.POINTS, at))
        assert isinstance(found, Summary)
        return found

    async def _compare(self, person: Person, at: datetime) -> None:
        has = await self._has(person, at)
        assert has.available == sum(lot.left for lot in person.lots), (person, at)
        shown = {part.at: part.amount for part in has.expiring}
        ends: Counter[datetime] = Counter()
        for lot in person.lots:
            if lot.left:
                ends[first_moment(lot.last + timedelta(days=1), self.zone)] += lot.left
        assert shown == dict(ends), (person, at)
        self.done += 1

    async def _close(self, end: datetime) -> None:
        """Everything that was gone was posted once, in the night after its last day."""
        await run_due(self.club.units, end, moved=True, jobs=NIGHTLY)
        for person in self.people:
            person.pass_time(end.astimezone(self.zone).date())
            posted = await self.club.read(lambda w, one=person.id: _expired(w, one))
            nights: Counter[date] = Counter()
            for at, points in posted:
                night = at.astimezone(self.zone)
                assert (night.hour, night.minute) in ((0, 5), (1, 5)), night
                nights[night.date()] += points
            assert nights == person.gone
            assert len(posted) == len(nights)
        proofs = await self.club.write(lambda w: list(prove(w)))
        assert [proof for proof in proofs if not proof.holds] == []


def _expired(work: Work, member_id: int) -> list[tuple[datetime, int]]:
    rows = work.ledger.history(member_id, Unit.POINTS, None, 100_000)
    return [(row.at, -row.amount) for row in rows if row.kind == "expired"]
