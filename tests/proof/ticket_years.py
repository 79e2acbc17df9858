"""Years of a service desk: tickets, answers, pauses and outages at random, beside a model that
counts open minutes one by one and knows nothing of the code."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.service_rules import BusinessHours, Promise, Service, Span
from domain.tickets import Ticket, TicketKind, TicketState
from services import deadlines, promises
from storage.tables import post, tickets
from storage.work import Work
from tests.flows.staffed import operator
from tests.membership.support import member
from tests.support.club import Clock, Club, programme

ZONE = ZoneInfo("America/New_York")
# A desk that also works through the hours in which the clocks are changed.
WEEK = (*(((0, 210), (540, 1080)),) * 5, ((600, 900),), ((60, 180),))
PROMISES = {
    "normal": Promise(240, 1440),
    "high": Promise(120, 960),
    "urgent": Promise(30, 480),
}
REMIND, ESCALATE = 60, 20
MINUTE = timedelta(minutes=1)
TWO = 120
_rows = post.Delivery.__table__  # type: ignore[attr-defined]
_nudges = tickets.TicketNudge.__table__  # type: ignore[attr-defined]


class Minutes:
    """How many open minutes have passed since the beginning, minute by minute."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start
        self.counted = array("l", [0])
        at, total = start, 0
        while at < end:
            local = at.astimezone(ZONE)
            minute = local.hour * 60 + local.minute
            if local.fold:
                # The hour from one to two comes twice: a span goes on if it lasts beyond it.
                total += any(b < TWO <= e for b, e in WEEK[local.weekday()])
            else:
                total += any(b <= minute < e for b, e in WEEK[local.weekday()])
            self.counted.append(total)
            at += MINUTE

    def _place(self, at: datetime) -> int:
        return (at - self.start) // MINUTE

    def after(self, at: datetime, minutes: int) -> datetime:
        wanted = self.counted[self._place(at)] + minutes
        return self.start + bisect_left(self.counted, wanted) * MINUTE

    def before(self, at: datetime, minutes: int) -> datetime:
        wanted = self.counted[self._place(at)] - minutes
        return self.start + (bisect_right(self.counted, wanted) - 1) * MINUTE


@dataclass
class Running:
    """A clock of a ticket that runs towards a deadline, and what was expected to be told."""

    ticket: int
    clock: str
    deadline: datetime
    moments: tuple[datetime, ...]
    told: int = 0


@dataclass
class Proven:
    """What was seen, and what was wrong."""

    tickets: int = 0
    expected: int = 0
    outages: int = 0
    wrong: list[str] = field(default_factory=list)


class TicketYears:
    """One club with one desk, whose time passes from event to event."""

    def __init__(self, url: str, seed: int) -> None:
        week = tuple(tuple(Span(*span) for span in day) for day in WEEK)
        rules = Service(
            hours=BusinessHours(week),
            promises=PROMISES,
            remind_minutes=REMIND,
            escalate_minutes=ESCALATE,
        )
        club = replace(programme(), zone="America/New_York", service=rules)
        self.club = Club(url, club, Clock())
        self.chance = Random(seed)
        self.running: dict[tuple[int, str], Running] = {}
        self.expected: Counter[tuple[int, str, datetime, int]] = Counter()
        self.late_first: set[tuple[int, str, datetime]] = set()
        self.proven = Proven()

    async def live(self, start: datetime, end: datetime) -> Proven:
        """Passes the time, and judges what was told."""
        self.minutes = Minutes(start, end + timedelta(days=60))
        self.club.clock.now = start
        await self.club.open()
        await self._people()
        open_: list[int] = []
        now = start
        while now < end:
            upto = now + self.chance.randrange(1, 36 * 60) * MINUTE
            if self.chance.random() < 0.05:
                self.proven.outages += 1
            else:
                await self._meet(now, upto)
            now = self.club.clock.now = upto
            await self._look(now)
            await self._act(open_, now)
            await self._look(now)
        await self.judge()
        return self.proven

    async def _people(self) -> None:
        self.member = (await member(self.club)).id

        await operator(self.club, "owner", "Olga")

    async def _meet(self, after: datetime, upto: datetime) -> None:
        """Every moment on the way, as the worker would meet it."""
        while True:
            now = after
            at = await self.club.read(lambda w, now=now: deadlines.following(w, now, upto))
            if at is None:
                return
            await self._look(at)
            after = at

    async def _look(self, now: datetime) -> None:
        for one in self.running.values():
            stage = sum(moment <= now for moment in one.moments)
            if stage > one.told:
                if stage == 3 and not self.expected[one.ticket, one.clock, one.deadline, 1]:
                    self.late_first.add((one.ticket, one.clock, one.deadline))
                one.told = stage
                self.expected[one.ticket, one.clock, one.deadline, stage] += 1
        while not await self.club.read(lambda w: deadlines.nothing_due(w, now)):
            await self.club.write(lambda w: deadlines.tell_due(w, now, 20))

    # -- what people do -------------------------------------------------------------------

    async def _act(self, open_: list[int], now: datetime) -> None:
        deed = self.chance.random()
        if deed < 0.5 or not open_:
            open_.append(await self.club.write(lambda w: self._open(w, now)))
            self.proven.tickets += 1
            return
        ticket_id = self.chance.choice(open_)
        if deed < 0.8:
            await self.club.write(lambda w: self._turn(w, ticket_id, now))
        else:
            open_.remove(ticket_id)
            await self.club.write(lambda w: self._stop(w, ticket_id, TicketState.CLOSED, now))

    def _open(self, work: Work, now: datetime) -> int:
        priority = self.chance.choice([0, 0, 1, 2])
        ticket = Ticket(
            id=work.new_id(),
            number=100_000 + self.proven.tickets,
            kind=TicketKind.COMPLAINT,
            category="product",
            member_id=self.member,
            address_id=None,
            staff_id=None,
            state=TicketState.OPEN,
            opened_at=now,
            priority=priority,
            **asdict(promises.start(work, priority, now)),
        )
        assert work.tickets.open(ticket, f"years:{ticket.number}")
        promise = list(PROMISES.values())[priority]
        self._runs(ticket.id, "answer", priority, self.minutes.after(now, promise.answer))
        self._runs(ticket.id, "resolve", priority, self.minutes.after(now, promise.resolve))
        return ticket.id

    def _turn(self, work: Work, ticket_id: int, now: datetime) -> None:
        """Staff answer what waits for them; the member writes again where it is their turn."""
        ticket = work.tickets.get(ticket_id)
        assert ticket is not None
        if ticket.state != TicketState.WAITING:
            self._stop(work, ticket_id, TicketState.WAITING, now)
            return
        clocks = promises.runs_again(work, ticket, now)
        work.tickets.change(ticket_id, (ticket.state,), {**asdict(clocks), "state": "open"})
        promise = list(PROMISES.values())[ticket.priority]
        self._runs(ticket_id, "answer", ticket.priority, self.minutes.after(now, promise.answer))
        if ticket.resolve_left is not None and ticket.resolve_left > 0:
            by = self.minutes.after(now, ticket.resolve_left)
            self._runs(ticket_id, "resolve", ticket.priority, by)

    def _stop(self, work: Work, ticket_id: int, state: TicketState, now: datetime) -> None:
        ticket = work.tickets.get(ticket_id)
        assert ticket is not None
        clocks = promises.stopped(work, ticket, now)
        work.tickets.change(ticket_id, (ticket.state,), {**asdict(clocks), "state": state})
        for clock in ("answer", "resolve"):
            self.running.pop((ticket_id, clock), None)

    def _runs(self, ticket_id: int, clock: str, priority: int, deadline: datetime) -> None:
        promise = list(PROMISES.values())[priority]
        minutes = promise.answer if clock == "answer" else promise.resolve
        ahead = (min(REMIND, minutes // 2), min(ESCALATE, minutes // 4))
        moments = (*(self.minutes.before(deadline, one) for one in ahead), deadline)
        told = max(
            (
                stage
                for (ticket, kind, by, stage), times in self.expected.items()
                if times and (ticket, kind, by) == (ticket_id, clock, deadline)
            ),
            default=0,
        )
        running = Running(ticket_id, clock, deadline, moments, told)
        self.running[ticket_id, clock] = running

    # -- the judgement ----------------------------------------------------------------------

    async def judge(self) -> None:
        """Compares what was told and sent with what was expected."""
        self.proven.expected = sum(self.expected.values())
        found = Counter(await self.club.read(self._told))
        for name, these in (("missed", self.expected - found), ("doubled", found - self.expected)):
            self.proven.wrong += [f"{name}: {one}" for one in these.elements()]
        sent = Counter(await self.club.read(self._sent))
        stages = Counter(stage for *_, stage in self.expected.elements())
        wanted = {
            "deadline.near": stages[1] + len(self.late_first),
            "desk.escalated": stages[2] + stages[3],
        }
        if sent != wanted:
            self.proven.wrong.append(f"sent {dict(sent)}, wanted {wanted}")

    @staticmethod
    def _told(work: Work) -> list[tuple[int, str, datetime, int]]:
        columns = (_nudges.c.ticket_id, _nudges.c.clock, _nudges.c.deadline, _nudges.c.stage)
        return [tuple(row) for row in work.db.execute(select(*columns))]

    @staticmethod
    def _sent(work: Work) -> list[str]:
        keys = ("deadline.near", "desk.escalated")
        found = work.db.execute(select(_rows.c.message)).scalars()
        return [message["key"] for message in found if message["key"] in keys]

    async def close(self) -> None:
        await self.club.close()
