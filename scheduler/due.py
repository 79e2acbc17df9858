"""Runs every occurrence of every job that has been crossed, in order, each once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from bot.dispatch import Units
from scheduler.jobs import Job, Step, table
from services import post, restoring, timetable
from services.ports import Work
from services.timetable import Due

log = logging.getLogger(__name__)

May = Callable[[], Awaitable[bool]]


async def _always() -> bool:
    return True


async def run_due(
    units: Units,
    upto: datetime,
    *,
    moved: bool = False,
    jobs: Sequence[Job] | None = None,
    may: May = _always,
) -> int:
    """Runs what has become due by `upto` (club time) and was not run before; how many.

    Nights that were missed are made up for one after the other, each with its jobs in their
    order. `moved`: the clock has been moved, so an occurrence runs as if it were its own moment;
    else a late one runs with the time that it is now and may be too late. `may` is asked before
    each unit; who may not goes on no further, and the rest is due for whoever may. What a
    restored backup does not know of runs at its own moment too, so that nothing of those hours is
    written as if it were of now. Raises StoreUnavailable.
    """
    every = jobs if jobs is not None else await units.read(table)
    zone = await units.read(timetable.zone_of)
    waiting = await crossed(units, upto, every)
    gap = await units.read(restoring.gap) if waiting else None
    for number, (job, due) in enumerate(waiting):
        lost = gap is not None and due.at <= gap.until
        at = due.at if moved or lost else upto
        if not await run(units, job, due, at, may, lost):
            return number
    if waiting:
        await reach(units, upto, every, zone)
    return len(waiting)


async def crossed(
    units: Units, upto: datetime, jobs: Sequence[Job] | None = None
) -> list[tuple[Job, Due]]:
    """The occurrences between what has been reached and `upto`, in the order of the night.

    `jobs`: None for all there are, those of the programme included. A job whose hour or zone was
    changed is looked for a day back, or who had waited for the old hour would be left out; who
    had been cared for already is known by the occasion. Care looks back to the club's opening at
    most.
    """

    def look(work: Work) -> list[tuple[Job, Due]]:
        found = [
            (due.at, place, due.key, job, due)
            for place, (job, after) in enumerate(_since(work, jobs, upto))
            for due in timetable.occurrences(
                work, job.clocks, after, upto, own_zones=job.own_zones
            )
        ]
        return [(job, due) for *_, job, due in sorted(found, key=lambda one: one[:3])]

    return await units.read(look)


def _since(
    work: Work, jobs: Sequence[Job] | None, upto: datetime
) -> Iterator[tuple[Job, datetime]]:
    """The jobs, and from when on each is looked for."""
    zone = timetable.zone_of(work)
    if not zone:
        return
    reached, known, opened = timetable.reached(work, upto), timetable.hours(work), None
    for job in table(work) if jobs is None else jobs:
        after = timetable.since(known.get(job.name), timetable.as_hours(zone, job.clocks), reached)
        if job.rule is not None:
            opened = opened or timetable.opened(work)
            after = max(after, opened)
        yield job, after


async def reach(
    units: Units, upto: datetime, jobs: Sequence[Job] | None = None, zone: str = ""
) -> None:
    """Notes that everything up to a moment has been run, and at which hours jobs now come.
    `jobs`, `zone`: as they were when it began; what was published meanwhile is new to the next."""

    def note(work: Work) -> None:
        timetable.reach(work, upto)
        every = table(work) if jobs is None else jobs
        if home := zone or timetable.zone_of(work):
            hours = {job.name: timetable.as_hours(home, job.clocks) for job in every}
            timetable.put_hours(work, hours)

    await units.write(note)


async def run(
    units: Units,
    job: Job,
    due: Due,
    now: datetime,
    may: May = _always,
    lost: bool = False,
) -> bool:
    """Runs one occurrence, once, in short units; the last one claims it, and whoever
    takes over goes on where it was left. One without anything to do leaves no trace. False if it
    had to stop before its end. `lost`: a restored backup does not know of that hour."""
    step = job.step
    late = job.within is not None and now - due.at > job.within
    if late:
        step = job.too_late or _nothing

    def one(after: int, step: Step, work: Work) -> int | None:
        if work.ticks.done(job.name, due.key):
            return None
        further = step(work, due, now, after)
        if lost and post.hold_state(work) != post.RESTORED:
            restoring.sweep(work)  # lifting the hold of a restored backup does, and no other
        if further is None:
            work.ticks.claim(job.name, due.key, due.at)
        else:
            timetable.put_place(work, job.name, due, further)
        return further

    def look(work: Work) -> Step:
        return step if job.look is None or late else job.look(work, due, now)

    def is_done(work: Work) -> bool:
        return work.ticks.done(job.name, due.key) or job.idle(work, due, now)

    def place(work: Work) -> int | None:
        return None if is_done(work) else timetable.place(work, job.name, due)

    cursor = await units.read(place)
    if late and cursor is not None:
        log.warning("%s of %s is too late and is left out", job.name, due.key)
    while cursor is not None:
        if not await may():
            return False
        ready = step if job.look is None else await units.read_long(look)
        cursor = await units.write(partial(one, cursor, ready))
    return True


def _nothing(work: Work, due: Due, now: datetime, after: int) -> None:
    return None
