"""The grocer's year replayed in the order of time, with returns and nights in between.

What must come of it is computed beside it in plain SQL over the log itself.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pyarrow import array
from pyarrow.compute import is_in

from app.demo_data import _transactions
from domain.members import Member, MemberState
from domain.points import Expiry, ExpiryKind
from domain.programme import Caps, Programme, Refunds
from domain.purchases import Line, Order, RefundLine
from domain.refunds import RefundPolicy
from scheduler.due import run_due
from services import joining, refunds
from services.booking import Incoming, book_all
from services.ports.sales import Claim
from storage.work import Work
from tests.support.club import Clock, Club, programme

ZONE = ZoneInfo("America/New_York")
SOURCE = "grocer"
RETURNED = 0.04
LATEST_RETURN_DAYS = 150
VALID_MONTHS = 3
NIGHT_HOUR = 3
SCHEMA = """
CREATE TABLE bought (basket TEXT, line INTEGER, day TEXT, department TEXT, minor INTEGER,
                     returned INTEGER DEFAULT 0, PRIMARY KEY (basket, line));
CREATE TABLE returned (basket TEXT PRIMARY KEY, day TEXT);
"""
EXPECTED = """
WITH weighed AS (
  SELECT basket, day, returned, minor
    * CASE WHEN department IN ('PRODUCE', 'SEAFOOD', 'SEAFOOD-PCKGD') THEN 200
           WHEN department IN ('NUTRITION', 'SALAD BAR') THEN 150
           WHEN department = 'FUEL' THEN 50 ELSE 100 END
    * CASE WHEN strftime('%w', day) = '3' THEN 150 ELSE 100 END AS parts
  FROM bought),
baskets AS (
  SELECT basket, day, sum(parts) / 1000000 AS given,
         sum(CASE WHEN returned THEN 0 ELSE parts END) / 1000000 AS kept,
         date(day, 'start of month', :lapse) AS lapses
  FROM weighed GROUP BY basket),
fates AS (
  SELECT b.*, r.day AS back, r.day IS NOT NULL AND r.day < b.lapses AS in_time
  FROM baskets b LEFT JOIN returned r USING (basket))
SELECT coalesce(sum(given), 0),
       coalesce(sum(CASE WHEN in_time AND back <= :today THEN given - kept ELSE 0 END), 0),
       coalesce(sum(CASE WHEN lapses > :today THEN 0 WHEN in_time THEN kept ELSE given END), 0)
FROM fates WHERE day <= :today
"""
POSTED = """
SELECT coalesce(-sum(issue), 0), coalesce(sum(reversed), 0), coalesce(sum(expired), 0),
       coalesce(sum(wallet), 0), coalesce(-sum(debt), 0)
FROM postings WHERE unit = 'points'
"""


class Totals(NamedTuple):
    """Points given, taken back by returns, and expired, up to the end of a day."""

    given: int
    reversed: int
    expired: int


@dataclass(frozen=True)
class Return:
    """Some lines of a basket come back on a later day."""

    day: date
    basket: str
    lines: tuple[int, ...]


def rules() -> Programme:
    """The grocer's rules without what a plain query cannot follow: levels, birthdays, gifts of
    care."""
    grocer = programme("grocer")
    departments, days = grocer.earning.groups
    wednesday = replace(days, rules=tuple(r for r in days.rules if not r.when.birthday_month))
    return replace(
        grocer,
        earning=replace(grocer.earning, groups=(departments, wednesday), caps=Caps()),
        levels=tuple(replace(level, multiplier=100) for level in grocer.levels),
        expiry=Expiry(ExpiryKind.AFTER, months=VALID_MONTHS, round_up="month"),
        refunds=Refunds(RefundPolicy.UNLIMITED),
        care=replace(grocer.care, rules=()),
    )


class Replay:
    """A year of some households on a club's database; `random.Random(seed)` draws the returns."""

    def __init__(self, club: Club, clock: Clock, households: int | None, seed: int) -> None:
        self.club, self.clock = club, clock
        self._random = random.Random(seed)
        self._orders = sorted(_orders(households), key=lambda one: one[1].occurred_at)
        self._sql = sqlite3.connect(":memory:")
        self._sql.executescript(SCHEMA)
        self._returns: dict[date, list[Return]] = {}
        self.orders = len(self._orders)
        self.refunds = 0

    async def run(self, month_end: Callable[[date], Any]) -> None:
        """Day by day: purchases, returns, the night; `month_end` after each month's last night."""
        await self._join()
        by_day = groupby(self._orders, key=lambda one: _day(one[1]))
        bought = {day: list(some) for day, some in by_day}
        day, last = min(bought), max(bought) + timedelta(days=LATEST_RETURN_DAYS + 1)
        while day <= last:
            self.clock.now = _at(day, 22)
            await self._buy(bought.get(day, []))
            await self._give_back(self._returns.pop(day, []))
            day += timedelta(days=1)
            self.clock.now = _at(day, NIGHT_HOUR)
            await run_due(self.club.units, self.clock.now, moved=True)
            if day.day == 1:
                await month_end(day - timedelta(days=1))

    async def _join(self) -> None:
        first = _at(date(2016, 12, 31), 12)
        self.clock.now = first
        self._numbers: dict[int, str] = {}

        def join(work: Work) -> None:
            for household in sorted({one[0] for one in self._orders}):
                new = Member(
                    work.random_id(), "", MemberState.ACTIVE, level="neighbour", joined_at=first
                )
                self._numbers[household] = joining.add_member(work, new).number

        await self.club.write(join)

    async def _buy(self, bought: list[tuple[int, Order]]) -> None:
        now = self.clock.now
        incoming = [
            Incoming(order, (Claim("number", self._numbers[household]),))
            for household, order in bought
        ]
        for start in range(0, len(incoming), 100):
            some = incoming[start : start + 100]
            await self.club.write(lambda work, some=some: book_all(work, some, now, strict=True))
        for _, order in bought:
            self._note(order)

    def _note(self, order: Order) -> None:
        day = _day(order)
        rows = [
            (order.order_id, number, day.isoformat(), line.category, line.minor)
            for number, line in enumerate(order.lines, 1)
        ]
        columns = "(basket, line, day, department, minor)"
        self._sql.executemany(f"INSERT INTO bought {columns} VALUES (?, ?, ?, ?, ?)", rows)
        if self._random.random() < RETURNED:
            later = day + timedelta(days=self._random.randint(1, LATEST_RETURN_DAYS))
            worth = [number for number, line in enumerate(order.lines, 1) if line.minor]
            if worth:
                lines = self._random.sample(worth, self._random.randint(1, len(worth)))
                self._returns.setdefault(later, []).append(
                    Return(later, order.order_id, tuple(sorted(lines)))
                )

    async def _give_back(self, returns: list[Return]) -> None:
        for one in returns:
            await self.club.write(lambda work, one=one: self._refund(work, one))
            self._sql.execute(
                "INSERT INTO returned VALUES (?, ?)", (one.basket, one.day.isoformat())
            )
            marks = [(one.basket, line) for line in one.lines]
            update = "UPDATE bought SET returned = 1 WHERE basket = ? AND line = ?"
            self._sql.executemany(update, marks)
            self.refunds += 1

    def _refund(self, work: Work, one: Return) -> None:
        stored = work.purchases.stored([(SOURCE, one.basket)])[(SOURCE, one.basket)]
        lines = work.purchases.lines(stored.id)
        parts = tuple(RefundLine(line, minor=lines[line - 1].minor) for line in one.lines)
        asked = refunds.Asked(SOURCE, one.basket, f"r-{one.basket}", self.clock.now, lines=parts)
        refunds.refund(work, asked, self.clock.now)

    # -- what must be and what is -------------------------------------------------------

    def expected(self, today: date) -> Totals:
        """By plain SQL over the log, up to the night after `today`."""
        values = {"today": today.isoformat(), "lapse": f"+{VALID_MONTHS + 1} months"}
        # What lapses with `today` is gone in the night that follows it.
        values["today"] = today.isoformat()
        given, back, _ = self._sql.execute(EXPECTED, values).fetchone()
        tomorrow = {**values, "today": (today + timedelta(days=1)).isoformat()}
        return Totals(given, back, self._sql.execute(EXPECTED, tomorrow).fetchone()[2])

    async def posted(self) -> tuple[Totals, int, int]:
        """What the ledger says: the totals, what is in the wallets, and what is owed."""

        def look(work: Work) -> Any:
            return work.db.exec_driver_sql(POSTED).one()

        given, back, expired, wallets, debts = map(int, await self.club.read(look))
        return Totals(given, back, expired), wallets, debts


def _orders(households: int | None) -> Iterator[tuple[int, Order]]:
    """The log's baskets with their households; of the first so many households, or of all."""
    log = _transactions(True)
    columns = ["household_id", "basket_id", "transaction_timestamp", "sales_value", "department"]
    known = sorted(set(log["household_id"].unique().to_pylist()))
    wanted = known[: households or len(known)]
    log = log.filter(is_in(log["household_id"], array(wanted, log["household_id"].type)))
    rows = zip(*(log[name].to_pylist() for name in columns), strict=True)
    mine = sorted(rows, key=lambda row: (row[1], row[2]))
    for basket, some in groupby(mine, key=lambda row: row[1]):
        lines = list(some)
        at = min(row[2] for row in lines).replace(tzinfo=ZONE)
        items = tuple(Line(round(row[3] * 100), 1, row[4] or "") for row in lines)
        total = sum(item.minor for item in items)
        yield lines[0][0], Order(SOURCE, str(basket), at, "USD", total, items)


def _day(order: Order) -> date:
    return order.occurred_at.astimezone(ZONE).date()


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
