"""Jobs: every crossed occurrence once and in order, also with two processes and after a crash."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from scheduler.clock import Clock
from scheduler.due import crossed, run_due
from scheduler.jobs import JOBS, Job, table
from scheduler.worker import Worker
from services.ports import Work
from services.timetable import Due
from storage.unit_of_work import open_units
from tests.support.club import Club, Person
from tests.support.post import FakeChannel, RealTime, clocks


def never(work: Work, due: Due, now: datetime) -> bool:
    """There is always something to do."""
    return False


class Diary:
    """Jobs that write down what they did."""

    def __init__(self) -> None:
        self.did: list[tuple[str, str, datetime]] = []

    def job(self, name: str, *at: time, **more: object) -> Job:
        def step(work: Work, due: Due, now: datetime, after: int) -> int | None:
            if after < 2:
                return after + 1
            self.did.append((name, due.key, now))
            return None

        return Job(name, at or (time(0, 5),), step, never, **more)  # type: ignore[arg-type]


async def test_crossed_occurrences_run_in_the_order_of_the_night(club: Club) -> None:
    diary = Diary()
    jobs = (diary.job("expire"), diary.job("greet", time(9)), diary.job("remind"))
    await run_due(club.units, club.clock(), jobs=jobs)
    diary.did.clear()
    upto = club.clock.now + timedelta(days=3)
    assert await run_due(club.units, upto, moved=True, jobs=jobs) == 9
    assert [(name, key) for name, key, _ in diary.did] == [
        (name, f"2026-05-{day}T{at}")
        for day in (21, 22, 23)
        for name, at in (("expire", "00:05"), ("remind", "00:05"), ("greet", "09:00"))
    ]
    moments = [now for *_, now in diary.did]
    assert moments == sorted(moments)
    assert await run_due(club.units, upto, jobs=jobs) == 0


async def test_after_downtime_a_late_occurrence_runs_now_or_is_too_late(club: Club) -> None:
    diary = Diary()
    late = Diary()
    within = timedelta(days=1)
    jobs = (diary.job("remind", within=within, too_late=late.job("late").step),)
    await run_due(club.units, club.clock(), jobs=jobs)
    diary.did.clear()
    upto = club.clock.now + timedelta(days=3)
    await run_due(club.units, upto, jobs=jobs)
    assert [(key, now) for _, key, now in diary.did] == [("2026-05-23T00:05", upto)]
    assert [key for _, key, _ in late.did] == ["2026-05-21T00:05", "2026-05-22T00:05"]


async def test_a_zone_of_their_own_gives_members_an_hour_of_their_own(
    club: Club, mei: Person
) -> None:
    member = await mei.member_id()
    await club.write(lambda work: work.members.change(member, zone="Europe/Berlin"))
    diary = Diary()
    jobs = (diary.job("greet", time(9), own_zones=True),)
    await run_due(club.units, club.clock(), jobs=jobs)
    diary.did.clear()
    upto = club.clock.now + timedelta(days=1)
    found = await crossed(club.units, upto, jobs)
    assert [due.key for _, due in found] == [
        "2026-05-20T09:00@Europe/Berlin",
        "2026-05-21T09:00",
    ]


async def test_two_processes_run_each_occurrence_once(club: Club) -> None:
    diary = Diary()
    jobs = (diary.job("one"), diary.job("two", time(9)))
    other = open_units(club.url, club.shared)
    upto = club.clock.now + timedelta(days=5)
    await asyncio.gather(run_due(club.units, upto, jobs=jobs), run_due(other, upto, jobs=jobs))
    await other.close()
    ticks = await club.read(
        lambda work: work.db.exec_driver_sql("SELECT job, occurrence FROM ticks").all()
    )
    assert len(ticks) == len(set(ticks)) == len({(name, key) for name, key, _ in diary.did})


async def test_what_breaks_in_the_middle_is_run_again_and_nothing_before_it(club: Club) -> None:
    diary = Diary()
    broken = True

    def step(work: Work, due: Due, now: datetime, after: int) -> None:
        if broken:
            raise RuntimeError("the power is gone")
        diary.did.append(("breaks", due.key, now))

    jobs = (diary.job("first"), Job("breaks", (time(0, 5),), step, never), diary.job("last"))
    with pytest.raises(RuntimeError):
        await run_due(club.units, club.clock(), jobs=jobs)
    assert [name for name, *_ in diary.did] == ["first"]
    broken = False
    await run_due(club.units, club.clock(), jobs=jobs)
    assert [name for name, *_ in diary.did] == ["first", "breaks", "last"]


async def test_the_time_machine_lives_every_moment_on_the_way(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    diary = Diary()
    jobs = (diary.job("expire"), diary.job("greet", time(9)))
    worker = Worker(
        club.units,
        club.renderer,
        [channel],
        clocks=clocks(club, real),
        rate=25,
        holder="demo",
        jobs=jobs,
    )
    seen: list[datetime] = []

    async def move(to: datetime) -> None:
        seen.append(to)
        club.clock.now = to

    await worker.run_due(club.clock())
    diary.did.clear()
    to = club.clock.now + timedelta(days=2)
    await worker.travel(to, move)
    assert [now for *_, now in diary.did] == seen[:-1]
    assert seen == sorted(seen)
    assert club.clock.now == to
    await worker.stop()


async def test_the_clock_ticks_and_survives_what_it_calls() -> None:
    calls: list[int] = []

    async def use() -> None:
        calls.append(1)
        raise RuntimeError("broken")

    clock = Clock()
    clock.every(0.05, "test", use)
    clock.start()
    await asyncio.sleep(0.4)
    clock.stop()
    await asyncio.sleep(0.05)
    assert len(calls) >= 3


async def test_a_night_without_anything_to_do_leaves_no_trace(club: Club) -> None:
    diary = Diary()
    job = Job("idle", (time(0, 5),), diary.job("idle").step, lambda work, due, now: True)
    upto = club.clock.now + timedelta(days=3)
    assert await run_due(club.units, club.clock(), jobs=(job,)) == 1
    assert await run_due(club.units, upto, jobs=(job,)) == 3
    assert diary.did == []
    ticks = await club.read(lambda work: work.db.exec_driver_sql("SELECT 1 FROM ticks").all())
    assert ticks == []
    assert await crossed(club.units, upto, (job,)) == []


async def test_what_came_in_is_forgotten_after_three_days(club: Club) -> None:
    mei = await club.person().joins()
    tidy = tuple(job for job in JOBS if job.name == "tidy")

    def kept(work: Any) -> int:
        return len(work.db.exec_driver_sql("SELECT 1 FROM inbox").all())

    assert await club.read(kept)
    await run_due(club.units, club.clock.now + timedelta(days=2), jobs=tidy)
    assert await club.read(kept)
    await run_due(club.units, club.clock.now + timedelta(days=4), jobs=tidy)
    assert not await club.read(kept)
    assert (await mei.says("/points")).key == "points.balance"


async def test_rules_of_care_come_after_the_night_and_each_has_a_name(club: Club) -> None:
    jobs = await club.read(table)
    names = [job.name for job in jobs]
    assert len(set(names)) == len(names)
    assert [name.startswith("care.") for name in names] == [job.rule is not None for job in jobs]
    assert names.index("expire") < names.index("care.points_expiring")
    night = await crossed(club.units, club.clock() + timedelta(days=1))
    places = [(due.at, names.index(job.name)) for job, due in night]
    assert places == sorted(places)
