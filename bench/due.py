"""How long it takes to find all whose care is due, beside the bare indexed select of their ids."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench import seeding
from domain.care_rules import CareRule, Occasion
from domain.dates import start_of_day
from services import programme_file
from services.care_kinds import KINDS
from services.caring import Ahead
from services.timetable import Due
from storage import migrations
from storage.ids import Ids
from storage.unit_of_work import Units, open_units
from storage.vault import Vault
from storage.work import Shared, Work
from tests.support.postgres import PostgresServer

DAY = date(2027, 6, 1)
HOME = "Asia/Shanghai"
ZONES = ("America/New_York", "Asia/Tokyo", "Europe/Berlin", "Europe/London")
DUE = 3_000
BATCH = 20
CHUNK = 50_000
ROUNDS = 7
RULES = (
    CareRule("birthday", Occasion.BIRTHDAY, points=100),
    CareRule("birthday_ahead", Occasion.BIRTHDAY_AHEAD, days=(7,)),
    CareRule("anniversary", Occasion.ANNIVERSARY, points=50),
    CareRule("welcome", Occasion.WELCOME, days=(0, 3, 7)),
)
_SERIES = {
    "sqlite": "(WITH RECURSIVE s(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM s WHERE i < {1})"
    " SELECT i FROM s) AS s",
    "postgresql": "generate_series({0}, {1}) AS s(i)",
}
# Every twentieth celebrates by the moon. Of those who are due today five in six have their
# birthday and one the day of joining; nobody else has.
_FILL = """
INSERT INTO members (id, number, state, level, joined_at, phone_verified, birth_month, birth_day,
  birth_lunar, zone)
SELECT i, 'N' || i, 'active', '', {joined}, {no},
  CASE WHEN i % {every} = 0 AND i / {every} % 6 > 0 THEN 6 ELSE i % 3 + 1 END,
  CASE WHEN i % {every} = 0 AND i / {every} % 6 > 0 THEN 1 ELSE i % 28 + 1 END,
  {moon}, NULL
FROM {series}
"""
_BARE = (
    "SELECT id FROM members WHERE birth_month = 6 AND birth_day = 1 AND birth_lunar = {no}"
    " AND state IN ('active', 'frozen')",
    "SELECT id FROM members WHERE joined_at >= {since} AND joined_at < {until}"
    " AND state IN ('active', 'frozen')",
)


def run(sizes: tuple[int, ...]) -> None:
    """Prints the times for each number of members on both databases."""
    console = Console(width=110)
    table = Table(
        title=f"Finding all due care, {DUE:,} due, pages of {KINDS[Occasion.BIRTHDAY].page}"
    )
    for name in ("", "members", "zones", "found", "care ms", "bare select ms", "times"):
        table.add_column(name, justify="right" if name else "left")
    for members in sizes:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = PostgresServer(durable=True)
            stack.callback(server.stop)
            for name, url in (
                ("SQLite", f"sqlite:///{folder / 'due.db'}"),
                ("PostgreSQL", server.url("postgres")),
            ):
                console.print(f"{members:,} members on {name} …")
                migrations.upgrade(url)
                for zones, figures in asyncio.run(_figures(url, members)):
                    table.add_row(name, f"{members:,}", str(zones), *figures)
    console.print(table)


async def _figures(url: str, members: int) -> list[tuple[int, tuple[str, ...]]]:
    """First everybody follows the club's zone; then every tenth member has one of four others, and
    each rule is asked five times."""
    ids = Ids(lambda: int(time.time() * 1000))
    now = datetime(2027, 6, 1, 1, tzinfo=UTC)
    units = open_units(url, Shared(Vault(seeding.SECRET_KEY.encode()), ids, lambda: now))
    await _fill(units, members)
    figures = [(1, await _measured(units))]
    await units.write(_spread)
    figures.append((1 + len(ZONES), await _measured(units)))
    await units.close()
    return figures


async def _measured(units: Units) -> tuple[str, ...]:
    care, bare, found = [], [], 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = await units.read(_care)
        care.append(time.perf_counter() - started)
        started = time.perf_counter()
        selected = await units.read(_bare)
        bare.append(time.perf_counter() - started)
        if found != selected:
            raise RuntimeError(f"{found} are due, but {selected} should be")
    own, other = median(care) * 1000, median(bare) * 1000
    return f"{found:,}", f"{own:.1f}", f"{other:.1f}", f"{own / other:.2f}"


def _care(work: Work) -> int:
    """As the jobs ask: each rule in each zone, a page ahead, some at a time."""
    return sum(
        1 for rule in RULES for zone in (None, *work.care.zones()) for _ in _due(work, rule, zone)
    )


def _due(work: Work, rule: CareRule, zone: str | None) -> Iterator[int]:
    ahead = Ahead(rule, Due(DAY, start_of_day(DAY, HOME), zone, "bench"))
    after: int | None = 0
    while after is not None:
        found = ahead.some(work, after, BATCH)
        yield from (due.member_id for due in found)
        after = found[-1].member_id if len(found) == BATCH else None


def _bare(work: Work) -> int:
    """One statement for each index, the ids and nothing else; days as the home zone has them."""
    since, until = (
        int(start_of_day(day, HOME).timestamp() * 1000)
        for day in (DAY.replace(year=2022), DAY.replace(year=2022) + timedelta(days=1))
    )
    no = "false" if work.db.dialect.name == "postgresql" else "0"
    count = 0
    for statement in _BARE:
        sql = statement.format(no=no, since=since, until=until)
        count += len([row[0] for row in work.db.exec_driver_sql(sql)])
    return count


async def _fill(units: Units, members: int) -> None:
    programme = programme_file.read(programme_file.example())
    now = datetime(2027, 6, 1, 1, tzinfo=UTC)
    await units.write(lambda work: work.programmes.publish(programme, now, None))
    for first in range(1, members + 1, CHUNK):
        last = min(first + CHUNK - 1, members)
        await units.write(lambda work, a=first, b=last: _chunk(work, a, b, members // DUE))  # type: ignore[misc]
    await units.write(lambda work: work.db.exec_driver_sql("ANALYZE"))


def _spread(work: Work) -> None:
    """Every tenth member lives in a zone of their own."""
    zones = " ".join(f"WHEN {n} THEN '{zone}'" for n, zone in enumerate(ZONES))
    moved = f"UPDATE members SET zone = CASE id / 10 % {len(ZONES)} {zones} END WHERE id % 10 = 0"
    work.db.exec_driver_sql(moved)
    work.db.exec_driver_sql("ANALYZE")


def _chunk(work: Work, first: int, last: int, every: int) -> None:
    dialect = work.db.dialect.name
    postgres = dialect == "postgresql"
    noon = int(start_of_day(DAY.replace(year=2022), HOME).timestamp() * 1000) + 43_200_000
    other = int(start_of_day(date(2021, 8, 1), HOME).timestamp() * 1000)
    joins = f"i % {every} = 0 AND i / {every} % 6 = 0"
    statement = _FILL.format(
        joined=f"CASE WHEN {joins} THEN {noon}"
        f" ELSE {other} + CAST(i % 200 AS BIGINT) * 86400000 END",
        no="false" if postgres else "0",
        every=every,
        moon=f"i % 20 = 1 AND i % {every} > 0",
        series=_SERIES[dialect].format(first, last),
    )
    work.db.exec_driver_sql(statement)
