"""The dry run: replaying the past under the rules it happened by gives exactly what was booked."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.simulating import levels
from domain.birthdays import Birthday
from domain.dates import local_day
from domain.members import Member
from domain.payments import PaidBy, Payment
from domain.points import Unit
from domain.programme import (
    Caps,
    Condition,
    EarningRule,
    Frequency,
    Growth,
    Holding,
    Level,
    Measure,
    Per,
    Programme,
    Refunds,
    RuleGroup,
    When,
)
from domain.purchases import Line, Order
from domain.refunds import RefundPolicy
from services import checkins, refunds, reviewing
from services.booking import Incoming, book_all
from services.ports.sales import Claim
from services.purchases import book
from services.simulating import OtherCurrency, Simulation, Worth, worth
from storage.work import Work
from tests.purchases.support import member
from tests.support.club import Club, programme

START = datetime(2026, 1, 15, 3, tzinfo=UTC)
DAYS = 70
NAMES = {"zh": "规则", "en": "Rule"}
CATEGORIES = ("", "fruit", "meat")


def limited() -> Programme:
    """Everything that can limit earning, and levels by growth value that end with the month."""
    rules = (
        EarningRule("first", NAMES, When(first_purchase=True), add=100),
        EarningRule(
            "fruit", NAMES, When(categories=("fruit",)), multiply=300,
            frequency=Frequency(2, Per.WEEK, 2),
        ),
        EarningRule("weekend", NAMES, When(weekdays=(6, 7)), multiply=150),
    )  # fmt: skip
    once = EarningRule("once", NAMES, add=7, frequency=Frequency(1, Per.MONTH))
    base = programme()
    return replace(
        base,
        earning=replace(
            base.earning,
            groups=(RuleGroup("one", rules), RuleGroup("two", (once,))),
            caps=Caps(purchase=300, day=350, month=1500, holding=4000),
        ),
        growth=Growth(1, 100, checkin=3),
        levels=(
            Level("member", NAMES),
            Level("silver", NAMES, (Condition(Measure.GROWTH, 300),), multiplier=150),
            Level("gold", NAMES, (Condition(Measure.SPEND_IN_MONTHS, 90000, 1),), multiplier=200),
        ),
        holding=Holding(),
        refunds=Refunds(RefundPolicy.UNLIMITED),
    )


def averaged() -> Programme:
    """The first ladder of the source documents, easier to climb."""
    base = programme("four-seasons")
    asked = ((Measure.LIFETIME_SPEND, 30000), (Measure.PURCHASES_PER_MONTH, 2),
             (Measure.ACTIVITY_PER_MONTH, 20))  # fmt: skip
    levels = tuple(
        replace(level, conditions=tuple(Condition(m, n * place, 0) for m, n in asked))
        if place
        else level
        for place, level in enumerate(base.levels)
    )
    return replace(base, levels=levels, holding=Holding(months=1, told_days=7))


def short() -> Programme:
    """Levels that hold for one month and fall by a step."""
    base = programme()
    spend = Measure.SPEND_IN_MONTHS
    return replace(
        base,
        levels=(
            Level("member", NAMES),
            Level("silver", NAMES, (Condition(spend, 20000, 1),), multiplier=110),
            Level("gold", NAMES, (Condition(spend, 60000, 1),), multiplier=125),
        ),
        holding=replace(base.holding, months=1, grace_days=5, told_days=3),
    )


RULES = {"retail": programme, "limited": limited, "averaged": averaged, "short": short}


@pytest.fixture(params=RULES)
async def club(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Club]:
    opened = await Club(database_url, RULES[request.param]()).open()
    yield opened
    await opened.close()


class Past:
    """A club's past, drawn from a seed: purchases, refunds, check-ins, nightly reviews."""

    def __init__(self, club: Club, seed: int) -> None:
        self.club, self.draw = club, random.Random(seed)
        self.bought: list[tuple[str, Member]] = []
        self.day = START

    async def live(self) -> None:
        members = [await self._member(month) for month in (None, 2, 3)]
        for _ in range(DAYS):
            self.day += timedelta(days=1)
            await self._night()
            for who in members:
                await self._day(who)
            if self.bought and self.draw.random() < 0.4:
                await self._return(self.day + timedelta(hours=10))

    async def _member(self, month: int | None) -> Member:
        birthday = Birthday(month, 5) if month else None
        return await member(
            self.club, joined_at=START, birthday=birthday, charter_version=1, level=""
        )

    async def _night(self) -> None:
        today = local_day(self.day, self.club.programme.zone)
        midnight, after = self.day.replace(hour=16) - timedelta(days=1), 0
        step = lambda w: reviewing.review_due(w, today, midnight, after, 100)  # noqa: E731
        while (found := await self.club.write(step)) is not None:
            after = found

    async def _day(self, who: Member) -> None:
        now = self.day + timedelta(hours=self.draw.randrange(9))
        if self.draw.random() < 0.5:
            await self.club.write(lambda w: checkins.check_in(w, who.id, now))
        while self.draw.random() < 0.35:
            now += timedelta(minutes=1)
            await self._buy(who, now)

    async def _buy(self, who: Member, now: datetime) -> None:
        lines = tuple(
            Line(self.draw.randrange(100, 20000), 1, self.draw.choice(CATEGORIES))
            for _ in range(self.draw.randint(1, 3))
        )
        key = f"O-{len(self.bought)}"
        bought = Order("pos-1", key, now, "CNY", sum(line.minor for line in lines), lines)
        has = (
            await self.club.read(lambda w: w.ledger.summary(who.id, Unit.POINTS, now))
        ).available
        paid = (Payment(PaidBy.POINTS, 100, 20),) if has > 100 and self.draw.random() < 0.2 else ()
        incoming = Incoming(bought, (Claim("number", who.number),), payments=paid)
        await self.club.write(lambda w: book(w, incoming, now))
        self.bought.append((key, who))

    async def _return(self, now: datetime) -> None:
        key, _ = self.draw.choice(self.bought)
        number = f"R-{key}-{now:%j%H%M}"
        left = await self.club.read(lambda w: _left(w, key))
        if left < 2:
            return
        part = None if self.draw.random() < 0.4 else self.draw.randrange(1, left)
        asked = refunds.Asked("pos-1", key, number, now, minor=part)
        await self.club.write(lambda w: refunds.refund(w, asked, now))


def _left(work: Work, key: str) -> int:
    stored = work.purchases.stored([("pos-1", key)])[("pos-1", key)]
    return stored.minor - stored.refunded_minor


async def replayed(
    club: Club,
    after: Programme,
    first: date | None = None,
    last: date | None = None,
    most: int = 2,
) -> tuple[Simulation, dict[str, Any]]:
    """The whole dry run, two members at a time, and its lines by member number."""
    end = last or local_day(START + timedelta(days=DAYS), after.zone)
    simulation = Simulation(club.programme, after, first, end)
    lines, cursor = {}, 0
    while True:
        cursor, some = await club.units.read_long(
            lambda w, since=cursor: simulation.step(w, since, most)
        )
        lines |= {line.number: line for line in some}
        if not cursor:
            return simulation, lines


def booked(work: Work) -> dict[str, tuple[str, int, int]]:
    """What the club really has by member number: the level, points given less what refunds asked
    back, growth value."""
    points = dict(work.db.exec_driver_sql(
        "SELECT member_id, sum(points - returned_points) FROM purchases GROUP BY member_id"
    ).all())  # fmt: skip
    bonus = dict(work.db.exec_driver_sql(
        "SELECT member_id, sum(amount) FROM postings WHERE unit = 'points' AND kind = 'bonus'"
        " GROUP BY member_id"
    ).all())  # fmt: skip
    members = work.db.exec_driver_sql("SELECT id, number, level FROM members").all()
    first = work.programmes.current().first_level.key
    return {
        number: (level or first, int(points.get(one, 0)) + int(bonus.get(one, 0)), one)
        for one, number, level in members
    }


async def test_the_same_rules_give_what_was_booked(club: Club, database_kind: str) -> None:
    await Past(club, seed=len(database_kind)).live()
    _, lines = await replayed(club, replace(club.programme, version=2))
    real = await club.read(booked)
    assert len(lines) == 3
    for number, (level, points, _) in real.items():
        line = lines[number]
        assert (line.level_before, line.points_before) == (level, points)
        assert (line.level_after, line.points_after, line.step) == (level, points, 0)


# -- what changes -----------------------------------------------------------------------


@pytest.fixture
async def retail(sqlite_url: str) -> AsyncIterator[Club]:
    opened = await Club(sqlite_url, programme()).open()
    yield opened
    await opened.close()


async def buys(club: Club, who: Member, minor: int, at: datetime, category: str = "") -> None:
    number = f"{who.number}-{at:%Y%m%d%H}"
    bought = Order("pos-1", number, at, "CNY", minor, (Line(minor, 1, category),))
    await club.write(lambda w: book(w, Incoming(bought, (Claim("number", who.number),)), at))


async def test_who_rises_and_who_falls_is_said(retail: Club) -> None:
    low = await member(retail, joined_at=START, level="")
    high = await member(retail, joined_at=START, level="")
    await buys(retail, low, 15000, START)  # silver is single 200 or 500 in all
    await buys(retail, high, 25000, START)
    silver = replace(
        retail.programme.levels[1], conditions=(Condition(Measure.SINGLE_PURCHASE, 15000),)
    )
    easier = replace(retail.programme, levels=(retail.programme.levels[0], silver))
    harder = replace(
        retail.programme,
        levels=(
            retail.programme.levels[0],
            replace(silver, conditions=(Condition(Measure.SINGLE_PURCHASE, 25001),)),
        ),
    )
    simulation, lines = await replayed(retail, easier)
    assert (lines[low.number].step, lines[high.number].step) == (1, 0)
    assert (simulation.totals.risen, simulation.totals.fallen) == (1, 0)
    simulation, lines = await replayed(retail, harder)
    assert (lines[low.number].step, lines[high.number].step) == (0, -1)
    assert simulation.totals.levels_before == {"member": 1, "silver": 1}
    assert simulation.totals.levels_after == {"member": 2}


async def test_nothing_is_written(retail: Club) -> None:
    who = await member(retail, joined_at=START, level="")
    await buys(retail, who, 15000, START)

    def rows(work: Work) -> list[int]:
        tables = ("postings", "lots", "purchases", "standings", "level_changes", "audit")
        counts = (work.db.exec_driver_sql(f"SELECT count(*) FROM {name}") for name in tables)
        return [int(count.scalar_one()) for count in counts]

    before = await retail.read(rows)
    await replayed(retail, replace(retail.programme, version=2, welcome_points=1))
    assert await retail.read(rows) == before


async def test_a_level_between_makes_nobody_rise_who_stays(retail: Club) -> None:
    who = await member(retail, joined_at=START, level="")
    await buys(retail, who, 25000, START)
    first, silver, *rest = retail.programme.levels
    bronze = Level("bronze", NAMES, (Condition(Measure.LIFETIME_SPEND, 100),))
    _, lines = await replayed(
        retail, replace(retail.programme, levels=(first, bronze, silver, *rest))
    )
    assert (lines[who.number].level_after, lines[who.number].step) == ("silver", 0)


async def test_a_level_with_a_new_key_makes_nobody_rise_or_fall(retail: Club) -> None:
    who = await member(retail, joined_at=START, level="")
    await buys(retail, who, 25000, START)
    first, silver, *rest = retail.programme.levels
    moved = replace(silver, key="sterling", formerly=("silver",))
    ladder = replace(retail.programme, levels=(first, moved, *rest))
    simulation, lines = await replayed(retail, ladder)
    assert (lines[who.number].level_after, lines[who.number].step) == ("sterling", 0)
    rows = {names["en"]: (was, now) for names, _, was, now in levels(simulation)}
    assert rows["Silver"] == (1, 1)


async def test_points_are_counted_by_month_and_from_a_day(retail: Club) -> None:
    who = await member(retail, joined_at=START, level="")
    for month in (2, 3, 4):
        await buys(retail, who, 10000, START.replace(month=month))
    double = replace(retail.programme, earning=replace(retail.programme.earning, points=2))
    simulation, _ = await replayed(retail, double, last=date(2026, 4, 30))
    months = {month.day.month: (month.before, month.after) for month in simulation.totals.months()}
    assert {n: months[n] for n in (2, 3, 4)} == {2: (100, 200), 3: (100, 200), 4: (100, 200)}
    simulation, lines = await replayed(retail, double, date(2026, 3, 1), date(2026, 3, 31))
    assert [(m.day, m.before, m.after) for m in simulation.totals.months()] == [
        (date(2026, 3, 1), 100, 200)
    ]
    assert lines[who.number].points_before == 100


async def test_what_the_rules_give_beside_purchases_is_counted_anew(retail: Club) -> None:
    who = await member(retail, joined_at=START, level="", charter_version=1)
    for day in range(8):
        at = START + timedelta(days=day)
        await retail.write(lambda w, at=at: checkins.check_in(w, who.id, at))
    none = replace(retail.programme, checkin=None)
    _, lines = await replayed(retail, none)
    assert (lines[who.number].points_before, lines[who.number].points_after) == (26, 0)


async def test_purchases_of_another_day_by_another_zone_fall_under_its_rules(retail: Club) -> None:
    who = await member(retail, joined_at=START, level="")
    await buys(retail, who, 10000, datetime(2026, 2, 17, 20, tzinfo=UTC))  # the 18th in Shanghai
    there = replace(retail.programme, zone="Europe/London")
    _, lines = await replayed(retail, there)
    assert (lines[who.number].points_before, lines[who.number].points_after) == (200, 100)


async def test_what_was_brought_from_elsewhere_counts_for_levels_and_earns_nothing(
    retail: Club,
) -> None:
    who = await member(retail, joined_at=START, level="")
    then = START - timedelta(days=90)
    old = Order("old", "H-1", then, "CNY", 60000, (Line(60000),))
    incoming = Incoming(old, (Claim("number", who.number),), channel="history")
    await retail.write(lambda w: book_all(w, [incoming], START, strict=False))
    double = replace(retail.programme, earning=replace(retail.programme.earning, points=2))
    _, lines = await replayed(retail, double)
    line = lines[who.number]
    assert (line.level_after, line.points_before, line.points_after) == ("silver", 0, 0)


async def test_a_purchase_from_long_before_joining_earns_nothing(retail: Club) -> None:
    who = await member(retail, joined_at=START, level="")
    for days in (30, 100):
        at = START - timedelta(days=days)
        await buys(retail, who, 10000, at)
    longer = replace(retail.programme, match_days=365)
    _, lines = await replayed(retail, longer)
    assert (lines[who.number].points_before, lines[who.number].points_after) == (100, 200)


async def test_another_currency_is_refused(retail: Club) -> None:
    with pytest.raises(OtherCurrency):
        await replayed(retail, replace(retail.programme, currency="USD"))


async def test_chunks_of_any_size_give_the_same(retail: Club) -> None:
    for number in range(5):
        who = await member(retail, joined_at=START, level="")
        await buys(retail, who, 10000 * number + 100, START)
    double = replace(retail.programme, earning=replace(retail.programme.earning, points=2))
    found = [await replayed(retail, double, most=most) for most in (1, 2, 5, 100)]
    assert all(lines == found[0][1] for _, lines in found)
    assert len(found[0][1]) == 5


async def test_points_are_worth_what_bills_were_paid_with(retail: Club) -> None:
    assert (await retail.read(worth)).of(100) is None
    assert Worth(200, 1000).of(30) == 150
