"""The night: its order, killed between any two units, made up for after days, handed over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from domain.points import Expiry, ExpiryKind, Unit
from domain.programme import Downgrade, Holding, Programme
from domain.purchases import Line
from scheduler import jobs
from scheduler.due import crossed, run_due
from scheduler.jobs import JOBS
from scheduler.worker import Worker
from services import expiry, holds, ledger, purchases
from services.audit import prove
from storage.work import Work
from tests.purchases.support import member, of, order
from tests.support.club import Club
from tests.support.post import FakeChannel, RealTime, clocks

T = TypeVar("T")
DAY = timedelta(days=1)
START = datetime(2026, 5, 20, 2, tzinfo=UTC)
TEN_DAYS = Expiry(ExpiryKind.AFTER, days=10)
LAPSE = datetime(2026, 5, 30, 16, tzinfo=UTC)  # what was earned on the 20th, in Shanghai


class Killed(Exception):
    """The process is gone."""


class Dying:
    """Units of a process that is killed right after it has committed something."""

    def __init__(self, units: Any, writes: int = 1) -> None:
        self._units = units
        self._left = writes
        self.read = units.read
        self.read_long = units.read_long

    async def write(self, use: Callable[[Work], T]) -> T:
        done: T = await self._units.write(use)
        self._left -= 1
        if not self._left:
            raise Killed
        return done


async def publishes(club: Club, **changes: Any) -> Programme:
    def publish(work: Work) -> Programme:
        current = work.programmes.current()
        changed = replace(current, version=current.version + 1, **changes)
        work.programmes.publish(changed, START - DAY, None)
        return changed

    done = await club.write(publish)
    assert isinstance(done, Programme)
    return done


async def gives(club: Club, member_id: int, points: int, at: datetime, key: str = "") -> None:
    key = key or f"{member_id}:{at}"
    await club.write(
        lambda w: ledger.bonus(w, member_id, points, key=key, source=("x", 1), now=at)
    )


async def told(club: Club, kind: str) -> list[tuple[int, int, datetime]]:
    """The postings of a kind: member, points, when."""

    def read(work: Work) -> list[tuple[int, int, datetime]]:
        asked = "SELECT member_id, amount, at FROM postings WHERE kind = '{}' ORDER BY id"
        found = work.db.exec_driver_sql(asked.format(kind)).all()
        start = datetime(1970, 1, 1, tzinfo=UTC)
        return [(one, amount, start + timedelta(milliseconds=at)) for one, amount, at in found]

    found: list[tuple[int, int, datetime]] = await club.read(read)
    return found


async def proved(club: Club) -> None:
    proofs = await club.write(lambda w: list(prove(w)))
    assert [proof for proof in proofs if not proof.holds] == []


def test_the_night_has_the_order_that_the_rules_name() -> None:
    night = [job.name for job in JOBS if job.clocks == (jobs.NIGHT,)]
    asked = ["switch_on", "expire", "review", "release", "match", "rhythms", "seal"]
    assert [name for name in night if name in asked] == asked


async def test_killed_after_every_unit_the_night_is_done_exactly_once(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LOTS", 2)
    monkeypatch.setattr(jobs, "BATCH", 2)
    await run_due(club.units, START)
    await publishes(club, expiry=TEN_DAYS)
    people = [(await member(club)).id for _ in range(5)]
    for number, one in enumerate(people):
        await gives(club, one, 50 + number, START)
        await gives(club, one, 7, START + timedelta(hours=1))
        await gives(club, one, 20, START + 5 * DAY)
        source = ("x", number)
        await club.write(
            lambda w, one=one, source=source: holds.hold(
                w, one, 10, key=f"h{one}", source=source, until=LAPSE, now=START + 6 * DAY
            )
        )
    night = LAPSE + timedelta(minutes=6)
    kills = 0
    for _ in range(200):
        try:
            await run_due(Dying(club.units), night, moved=True)
            break
        except Killed:
            kills += 1
    assert 12 < kills < 200
    gone = await told(club, "expired")
    assert sorted(gone) == sorted(
        (one, -(50 + number + 7 - 10), night - timedelta(minutes=1))
        for number, one in enumerate(people)
    )
    assert len(await told(club, "released")) == 5
    assert await run_due(club.units, night, moved=True) == 0
    assert await crossed(club.units, night) == []
    await proved(club)


async def test_a_night_that_is_run_again_changes_nothing(club: Club) -> None:
    await publishes(club, expiry=TEN_DAYS)
    mei = await member(club)
    await gives(club, mei.id, 50, START)
    night = LAPSE + timedelta(minutes=6)
    for _ in range(3):
        await club.write(lambda w: w.settings.put("jobs.upto", (LAPSE - DAY).isoformat()))
        await run_due(club.units, night)
    assert [points for _, points, _ in await told(club, "expired")] == [-50]


async def test_after_five_days_of_downtime_each_night_is_made_up_for_in_its_order(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publishes(
        club, expiry=TEN_DAYS, holding=Holding(months=1, downgrade=Downgrade.QUALIFIED)
    )
    mei = await member(club)
    await run_due(club.units, START)
    bought = order("A-1", Line(30_000), at=START - timedelta(hours=1))
    await club.write(lambda w: purchases.book(w, of(mei, bought), START, tell=False))
    for day in (0, 1, 3):
        await gives(club, mei.id, 10 + day, START + day * DAY)
    did: list[tuple[str, str]] = []

    def noting(job: jobs.Job) -> jobs.Job:
        def step(work: Work, due: Any, now: datetime, after: int) -> int | None:
            did.append((due.key[:10], job.name))
            return job.step(work, due, now, after)

        return replace(job, step=step)

    noted = [noting(job) for job in JOBS]
    await run_due(club.units, LAPSE - timedelta(hours=1), jobs=noted)
    did.clear()
    back = LAPSE + 5 * DAY - timedelta(hours=1)
    await run_due(club.units, back, jobs=noted)
    order_of = {job.name: place for place, job in enumerate(JOBS)}
    assert did == sorted(did, key=lambda one: (one[0], order_of[one[1]]))
    assert [day for day, name in did if name == "expire"] == [
        "2026-05-31",
        "2026-06-01",
        "2026-06-03",
    ]
    # Each of these nights took its own, though all of them ran now.
    bought_points = 10 + 300
    gone = await told(club, "expired")
    assert [(points, at) for _, points, at in gone] == [
        (-bought_points, back),
        (-11, back),
        (-13, back),
    ]
    await proved(club)


async def test_a_process_that_loses_its_lease_leaves_the_rest_of_the_night_to_the_next(
    club: Club, channel: FakeChannel, real: RealTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LOTS", 1)
    await publishes(club, expiry=TEN_DAYS)
    people = [(await member(club)).id for _ in range(4)]
    for one in people:
        await gives(club, one, 50, START)
    await run_due(club.units, LAPSE - timedelta(minutes=1))
    units = 0

    async def may() -> bool:
        nonlocal units
        units += 1
        return units <= 2

    night = LAPSE + timedelta(minutes=6)
    assert await run_due(club.units, night, may=may) == 1  # the switch
    assert len(await told(club, "expired")) == 2
    club.clock.now = night
    worker = Worker(
        club.units, club.renderer, [channel], clocks=clocks(club, real), rate=25, holder="next"
    )
    await worker.run_due(night)
    await worker.stop()
    assert sorted(one for one, *_ in await told(club, "expired")) == sorted(people)


async def test_many_members_expire_in_a_handful_of_statements(club: Club) -> None:
    await publishes(club, expiry=TEN_DAYS)
    people = [(await member(club)).id for _ in range(12)]
    for one in people:
        await gives(club, one, 50, START)
        await gives(club, one, 5, START + timedelta(hours=1))

    asked: list[int] = []

    def expire(work: Work) -> bool:
        real = work.expiries.lots
        work.expiries.lots = lambda members, until: (  # type: ignore[method-assign]
            asked.append(len(members)) or real(members, until)  # type: ignore[func-returns-value]
        )
        return expiry.expire_due(work, LAPSE, most=100)

    assert await club.write(expire) is False
    assert asked == [12]
    assert sorted(await told(club, "expired")) == sorted((one, -55, LAPSE) for one in people)
    await proved(club)


async def test_credit_with_an_end_expires_too_and_growth_does_not(club: Club) -> None:
    mei = await member(club)

    def give(work: Work) -> None:
        for unit, ends in ((Unit.CREDIT, LAPSE), (Unit.GROWTH, None)):
            ledger.bonus(
                work,
                mei.id,
                300,
                key=unit,
                source=("topup_bonus", 1),
                now=START,
                unit=unit,
                expires_at=ends,
            )

    await club.write(give)
    await club.write(lambda w: expiry.expire_due(w, LAPSE - timedelta(milliseconds=1)))
    assert await told(club, "expired") == []
    await club.write(lambda w: expiry.expire_due(w, LAPSE))
    has = await club.read(
        lambda w: [w.ledger.account(mei.id, unit).wallet for unit in (Unit.CREDIT, Unit.GROWTH)]
    )
    assert has == [0, 300]
    await proved(club)
