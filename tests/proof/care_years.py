"""Years of care through the real jobs and the real post, held beside a model of plain days.

Outages and steps of the clock at random; members earn, spend, move and sleep at other hours.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from bot.channel import Capabilities
from bot.messages import Document, Rendered, Reply
from domain.birthdays import Birthday
from domain.care_rules import Care, CareRule, Late, Occasion
from domain.consent import Purpose
from domain.points import Expiry, ExpiryKind, Unit
from scheduler.due import crossed, reach, run, run_due
from scheduler.jobs import Job, table
from services import ledger, moving
from tests.proof.care_model import HOME as CLUB_ZONE
from tests.proof.care_model import (
    LASTS,
    Home,
    Living,
    Lot,
    Right,
    at_nine,
    birthday_in,
    greeting,
    is_quiet,
    reminded_of,
    reminder,
    reminder_days,
)
from tests.support.club import Clock, Club, programme
from tests.support.post import ROWS, RealTime, sender

ZONES = (
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
    "America/New_York",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
)
QUIET = ((22, 8), (22, 8), (23, 10), (0, 0), (20, 9), (13, 15), (1, 3), (8, 12))
BORN = ((2, 29), (3, 8), (4, 5), (1, 1), (12, 31), (3, 29), (10, 30), (11, 3))
KEYS = ("care.birthday", "care.birthday_belated", "care.points_expiring")
GRACE = timedelta(days=12)
MOVING = 0.3
"""So often somebody moves to another zone just about their birthday."""
DAY = timedelta(days=1)


def rules() -> Any:
    """The retail programme with the two rules that are proven, and points that last 40 days."""
    care = Care(
        (
            CareRule("birthday", Occasion.BIRTHDAY, late=Late.BELATED, late_hours=72),
            CareRule("expiring", Occasion.POINTS_EXPIRING, days=(30, 7, 1), late_hours=24),
        )
    )
    lasting = Expiry(ExpiryKind.AFTER, days=LASTS)
    return replace(programme(), care=care, expiry=lasting, opened_on=date(2010, 1, 1))


@dataclass
class Sent:
    """A message of care that left, at a moment of club time."""

    at: datetime
    chat: str
    key: str


class Ear:
    """A platform that notes what it is given, and when by the club's clock."""

    name = "telegram"
    account = "42"
    capabilities = Capabilities()

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.sent: list[Sent] = []

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        self.sent.append(Sent(self._clock.now, chat, message.key))
        return str(len(self.sent))

    async def edit(self, chat: str, message_id: str, message: Rendered) -> None:
        raise AssertionError("care is never edited")

    async def delete(self, chat: str, message_id: str) -> None:
        raise AssertionError("care is never taken back")

    async def topic(self, chat: str, act: str, *, topic: str = "", name: str = "") -> str:
        raise AssertionError("care knows no topics")


class Reading:
    """Renders as the club does and remembers what each message said, by user and moment."""

    def __init__(self, renderer: Any, clock: Clock) -> None:
        self._renderer, self._clock = renderer, clock
        self.said: dict[tuple[str, datetime], list[Any]] = defaultdict(list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._renderer, name)

    def render(self, reply: Reply, locale: str, user: str, *given: Any, **more: Any) -> Rendered:
        if reply.key == "care.points_expiring":
            self.said[user, self._clock.now].append(reply.values["due"])
        rendered: Rendered = self._renderer.render(reply, locale, user, *given, **more)
        return rendered


@dataclass
class Proven:
    """How many greetings and reminders were held beside the model, and what was wrong."""

    greetings: int = 0
    reminders: int = 0
    too_late: int = 0
    moving: int = 0
    outages: int = 0
    wrong: tuple[str, ...] = ()


class CareYears:
    """One club with members in many zones."""

    def __init__(self, url: str, zones: Sequence[str], each: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.clock = Clock(datetime(2016, 1, 1, tzinfo=UTC))
        self.club = Club(url, rules(), self.clock)
        self.ear = Ear(self.clock)
        self.reading = Reading(self.club.renderer, self.clock)
        self.club.renderer = self.reading  # type: ignore[assignment]
        self.sender = sender(self.club, self.ear, RealTime(), rate=900.0)  # type: ignore[arg-type]
        self.zones, self.each = zones, each
        self.people: list[Living] = []
        self.down: list[tuple[datetime, datetime]] = []
        self.jobs: tuple[Job, ...] = ()

    async def live(self, start: datetime, end: datetime) -> Proven:
        """Lives from one moment to another and says what held."""
        self.clock.now = start
        await self.club.open()
        await self._found()
        while self.clock.now < end:
            await self._step(min(self.clock.now + self._span(), end))
            await self._event()
        return await self.judge(start + GRACE, end - GRACE)

    async def close(self) -> None:
        """Ends the club."""
        await self.sender.stop()
        await self.club.close()

    # -- living ------------------------------------------------------------------------

    async def _found(self) -> None:
        for place, zone in enumerate(list(self.zones) * self.each):
            person = await self.club.person(f"P{place}").joins()
            member_id = await person.member_id()
            home = Home(zone, QUIET[place % len(QUIET)])
            born = BORN[place] if place < len(BORN) else self._day()
            who = Living(member_id, person.user, born, [(self.clock.now, home)])
            self.people.append(who)
            await self.club.write(partial(self._settle, who))
            if given := await self._available(who):  # for joining
                self._has(who, given)
        every = await self.club.read(table)
        self.jobs = tuple(j for j in every if j.name == "expire" or j.name.startswith("care."))

    def _day(self) -> tuple[int, int]:
        return self.random.randint(1, 12), self.random.randint(1, 28)

    def _settle(self, who: Living, work: Any) -> None:
        now = self.clock.now
        month, day = who.born
        long_ago = now - timedelta(days=400)
        work.members.change(who.id, birthday=Birthday(month, day), birthday_set_at=long_ago)
        work.members.set_consent(who.id, Purpose.CARE, True, "telegram", now)
        self._at_home(work, who)

    def _move(self, work: Any, who: Living) -> None:
        moving.move(work, who.id, who.homes[-1][1].zone, self.clock.now)
        self._at_home(work, who)

    def _at_home(self, work: Any, who: Living) -> None:
        home = who.homes[-1][1]
        begins, ends = home.quiet
        work.members.change(who.id, zone=home.zone, quiet_from=begins, quiet_to=ends)

    def _span(self) -> timedelta:
        return timedelta(minutes=self.random.randint(8 * 60, 80 * 60))

    async def _step(self, to: datetime) -> None:
        if self.random.random() < 0.12:
            await self._outage(to)
        else:
            await self._pass(to)
        await self._send(to)
        self.clock.now = to

    async def _pass(self, to: datetime) -> None:
        """Every occurrence and every message at its own moment, in order."""
        for job, due in await crossed(self.club.units, to, self.jobs):
            await self._send(due.at)
            self.clock.now = max(due.at, self.clock.now)
            await run(self.club.units, job, due, due.at)
        await reach(self.club.units, to, self.jobs)
        await self._send(to)

    async def _outage(self, to: datetime) -> None:
        """The service is away, or the clock steps forward: all at once when it is back."""
        hours = self.random.choice((0.05, 0.5, 3, 14, 26, 60, 110))
        begins = max(to - timedelta(hours=hours), self.clock.now)
        await self._pass(begins)
        self.down.append((begins, to))
        self.clock.now = to
        await run_due(self.club.units, to, jobs=self.jobs)

    async def _send(self, upto: datetime) -> None:
        """Sends what is due, each at its moment."""
        waiting = select(func.min(ROWS.c.due_at)).where(ROWS.c.state == "pending")
        while True:
            due = await self.club.read(lambda work: work.db.execute(waiting).scalar())
            if due is None or due > upto:
                return
            self.clock.now = max(due, self.clock.now)
            await self.sender.drain()

    async def _event(self) -> None:
        who, what = self.random.choice(self.people), self.random.random()
        now = self.clock.now
        celebrating = [one for one in self.people if self._celebrates(one)]
        if celebrating and self.random.random() < MOVING:
            who, what = self.random.choice(celebrating), 0.75
        if what < 0.6:
            points, key = self.random.randint(1, 99), f"earn:{now.isoformat()}"
            await self.club.write(
                lambda w: ledger.bonus(w, who.id, points, key=key, source=("x", 1), now=now)
            )
            self._has(who, points)
        elif what < 0.7:
            await self._spend(who)
        elif what < 0.8:
            zone = self.random.choice(self.zones)
            who.homes.append((now, Home(zone, self.random.choice(QUIET))))
            await self.club.write(lambda w: self._move(w, who))

    def _celebrates(self, who: Living) -> bool:
        day = birthday_in(who.born, self.clock.now.year)
        return abs(at_nine(day, "UTC") - self.clock.now) < timedelta(hours=30)

    async def _spend(self, who: Living) -> None:
        now = self.clock.now
        has = await self._available(who)
        if has:
            key = f"spend:{now.isoformat()}"
            await self.club.write(
                lambda w: ledger.spend(w, who.id, has, key=key, source=("x", 1), now=now)
            )
        for lot in who.lots:
            lot.gone = lot.gone or now

    async def _available(self, who: Living) -> int:
        now = self.clock.now
        has = await self.club.read(lambda w: w.ledger.summary(who.id, Unit.POINTS, now).available)
        return int(has)

    def _has(self, who: Living, points: int) -> None:
        today = self.clock.now.astimezone(CLUB_ZONE).date()
        who.lots.append(Lot(today + timedelta(days=LASTS), points))

    # -- judging -----------------------------------------------------------------------

    async def judge(self, since: datetime, until: datetime) -> Proven:
        """Holds every greeting and reminder of a time beside the model."""
        wanted = select(ROWS).where(ROWS.c.dedupe.like("care:%"))
        found = await self.club.read(lambda w: w.db.execute(wanted).mappings().all())
        rows = {row["dedupe"]: row for row in found}
        proven = Proven(outages=len(self.down))
        wrong = self._disturbed()
        for who in self.people:
            for year in range(since.year, until.year + 1):
                hour, right = greeting(who, year, self.down)
                if since < hour < until:
                    proven.greetings += 1
                    row = rows.pop(f"care:birthday:{who.id}:{year}", None)
                    wrong += self._held(proven, who, hour, right, row)
            for day in sorted(reminder_days(who)):
                hour, right = reminder(who, day, self.down)
                if since < hour < until:
                    proven.reminders += 1
                    row = rows.pop(f"care:expiring:{who.id}:{day}", None)
                    wrong += self._held(proven, who, hour, right, row)
                    wrong += self._counted(who, day, row)
        strays = [
            key for key, row in rows.items() if since + GRACE < row["due_at"] < until - GRACE
        ]
        proven.wrong = tuple(wrong + [f"nobody expected {key}" for key in strays])
        return proven

    def _disturbed(self) -> list[str]:
        by_chat = {who.chat: who for who in self.people}
        wrong = []
        for sent in self.ear.sent:
            home = by_chat[sent.chat].home(sent.at)
            if sent.key in KEYS and is_quiet(sent.at, home.zone, home.quiet):
                wrong.append(f"in quiet hours: {sent} of {home}")
        return wrong

    def _held(
        self, proven: Proven, who: Living, hour: datetime, right: Right, row: Any
    ) -> list[str]:
        """What is wrong with one greeting or reminder."""
        name = f"{who.id} at {hour}, {who.homes[-3:]}: {right}"
        if row is None:
            return [] if right.reason == "nothing_left" else [f"missing: {name}"]
        times = [s for s in self.ear.sent if s.chat == who.chat and s.at == row["sent_at"]]
        if row["state"] == "sent" and not times:
            return [f"said to be sent: {name}"]
        if row["state"] not in ("sent", "skipped"):
            return [f"{row['state']}: {name}"]
        if who.unsettled(hour):
            proven.moving += 1
            return []
        if right.at is None:
            proven.too_late += right.reason == "too_late"
            good = row["state"] == "skipped" and right.reason in (row["reason"], "nothing_left")
            return [] if good else [f"{row['state']} {row['reason']} {row['sent_at']}: {name}"]
        good = row["state"] == "sent" and abs(row["sent_at"] - right.at) < timedelta(minutes=1)
        return [] if good else [f"{row['state']} {row['reason']} {row['sent_at']}: {name}"]

    def _counted(self, who: Living, day: date, row: Any) -> list[str]:
        """Whether a reminder that left named the right points."""
        if row is None or row["state"] != "sent":
            return []
        said = [
            {_date(one["day"]): one["points"] for one in shown}
            for shown in self.reading.said[who.chat, row["sent_at"]]
        ]
        right = reminded_of(who, day, row["sent_at"])
        return [] if right in said else [f"{who.id} was reminded of {said}, not {right}"]


def _date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
