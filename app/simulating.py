"""Runs the dry run of a programme on the opened club and says in words what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from app.csv_file import Rows, written
from app.programme_words import money
from app.wiring import Club
from domain.dates import local_day
from domain.programme import Programme
from services.simulating import Line, Simulation, Totals, Worth, worth

HEADS: Final = (
    "member",
    "name",
    "level before",
    "level after",
    "points before",
    "points after",
    "change",
)
STEPS: Final = {1: "rises", -1: "falls", 0: "stays"}
MONTHS_SHOWN: Final = 13
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a dry run found, and how long it took."""

    simulation: Simulation
    worth: Worth
    seconds: float

    @property
    def totals(self) -> Totals:
        return self.simulation.totals


async def simulate(
    club: Club,
    programme: Programme,
    first: date | None = None,
    last: date | None = None,
    csv: Path | None = None,
    report: Report = lambda _stage, _done, _all: None,
) -> Simulated:
    """Replays the club's past under a programme beside the published one; writes nothing but the
    CSV file. Raises OtherCurrency, OSError."""
    now = club.clock.now()
    before = await club.units.read(lambda work: work.programmes.current())
    simulation = Simulation(before, programme, first, last or local_day(now, before.zone))
    count = await club.units.read_long(lambda work: work.replays.count())
    started, after, done = time.perf_counter(), 0, 0
    with ExitStack() as stack:
        rows = stack.enter_context(written(csv, HEADS)) if csv else None
        while True:
            after, lines = await club.units.read_long(partial(simulation.step, after=after))
            done += len(lines)
            report("replay", done, max(count, done))
            if rows is not None:
                _write(rows, lines, before, programme)
            if not after:
                break
    value = await club.units.read_long(worth)
    return Simulated(simulation, value, time.perf_counter() - started)


def _write(rows: Rows, lines: list[Line], before: Programme, after: Programme) -> None:
    """Whoever stands elsewhere or has other points."""
    for line in lines:
        if line.step or line.points_before != line.points_after:
            was = before.level_name(line.level_before, "en")
            now = after.level_name(line.level_after, "en")
            points = (line.points_before, line.points_after)
            rows.write((line.number, line.name, was, now, *points, STEPS[line.step]))


# -- in words ---------------------------------------------------------------------------


def lines(found: Simulated) -> Iterator[str]:
    """The result as a page of text, 80 columns wide."""
    simulation, totals = found.simulation, found.totals
    before, after = simulation.before, simulation.after
    since = f"from {simulation.first} " if simulation.first else ""
    yield f"version {after.version} beside version {before.version}, {since}to {simulation.last}"
    stay = totals.members - totals.risen - totals.fallen
    yield (
        f"{totals.members:,} members: {totals.risen:,} rise, {totals.fallen:,} fall,"
        f" {stay:,} stay where they are"
    )
    yield ""
    yield _row("members per level", "before", "after", "change")
    for name, _, old, new in levels(simulation):
        yield _row(name["en"], f"{old:,}", f"{new:,}", _signed(new - old))
    yield ""
    yield from _points(found)


def _points(found: Simulated) -> Iterator[str]:
    months = found.totals.months()
    yield _row("points per month", "before", "after", "change")
    if len(months) > MONTHS_SHOWN:
        yield f"  (the last {MONTHS_SHOWN} of {len(months)} months)"
    for month in months[-MONTHS_SHOWN:]:
        yield _points_row(f"{month.day:%Y-%m}", month.before, month.after)
    old, new = (sum(sums.values()) for sums in (found.totals.before, found.totals.after))
    yield _points_row("in all", old, new)
    was, now = found.worth.of(old), found.worth.of(new)
    if was is not None and now is not None:
        programme = found.simulation.before
        yield _row("as bills were paid", money(was, programme), money(now, programme), "")
        count = max(len(months), 1)
        each = (money(was // count, programme), money(now // count, programme))
        yield _row("  in a month", *each, "")


def levels(simulation: Simulation) -> Iterator[tuple[dict[str, str], str, int, int]]:
    """Each level's name and emoji with its members before and after, lowest first; levels that
    the new ladder has no more come last."""
    totals, before, after = simulation.totals, simulation.before, simulation.after
    known = {key for level in after.levels for key in (level.key, *level.formerly)}
    gone = [level for level in before.levels if level.key not in known]
    for level in (*after.levels, *gone):
        old = sum(totals.levels_before.get(key, 0) for key in (level.key, *level.formerly))
        yield dict(level.names), level.emoji, old, totals.levels_after.get(level.key, 0)


def _points_row(head: str, old: int, new: int) -> str:
    share = f"{100 * (new - old) / old:+.1f} %" if old else ""
    return _row(f"  {head}", f"{old:,}", f"{new:,}", share)


def _row(head: str, *cells: str) -> str:
    return f"{head:<24}" + "".join(f"{cell:>18}" for cell in cells)


def _signed(number: int) -> str:
    return f"{number:+,}" if number else "="
