"""Waiting for what is sold out: who has waited longest gets what comes back, and nobody else."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.util import await_only

from domain.benefit_errors import CannotWait
from domain.benefits import Benefit, Why
from domain.errors import MemberFrozen
from domain.refusals import BenefitNotFound, BenefitUnavailable
from domain.waiting import WaitState
from scheduler import due
from scheduler.jobs import JOBS
from scheduler.worker import Worker
from services import benefit_files, erasing, waiting
from services.ports.club import Actor
from services.ports.post import REPLY
from storage.benefits import Benefits
from storage.unit_of_work import PostgresUnits
from storage.work import Work
from tests.benefits.support import (
    Stock,
    cancel,
    hears,
    join,
    look,
    member,
    more,
    offer,
    points,
    redeem,
    stock,
)
from tests.membership.support import broken
from tests.support.club import Club
from tests.support.post import RealTime, clocks

SERVE = tuple(job for job in JOBS if job.name == "serve")


async def sold_out(club: Club, count: int = 3) -> tuple[int, list[int], int]:
    """A benefit whose only one is gone, members who wait for it, and the voucher that went."""
    coffee = await offer(club, stock=1, cancel_hours=48, offer_hours=24)
    first = await member(club)
    went = await redeem(club, first, coffee)
    people = [await member(club) for _ in range(count)]
    await join(club, coffee, *people)
    return coffee, [first, *people], went.id


async def test_who_has_waited_longest_is_offered_what_comes_back(club: Club) -> None:
    coffee, people, went = await sold_out(club)
    await cancel(club, people[0], went)
    found = await look(club, people[1], coffee)
    assert found.standing.why is Why.NOTHING
    assert found.waits is not None
    assert found.waits.offered_until == club.clock() + timedelta(hours=24)
    for other in (people[0], people[2]):
        assert (await look(club, other, coffee)).standing.why is Why.SOLD_OUT
        with pytest.raises(BenefitUnavailable):
            await redeem(club, other, coffee)
    assert await stock(club, coffee) == Stock(1, 0, 1, ["offered", "waiting", "waiting"])
    await redeem(club, people[1], coffee)
    assert await stock(club, coffee) == Stock(1, 0, 0, ["taken", "waiting", "waiting"])
    assert await points(club, people[1]) == 850
    assert await broken(club) == []


async def test_an_offer_is_told_at_once_with_a_button(club: Club) -> None:
    coffee = await offer(club, stock=0)
    mei = await club.person("Mei").joins()
    await join(club, coffee, await mei.member_id())
    await more(club, coffee, 1)
    assert await hears(club, await mei.member_id()) == [("waiting.offered", REPLY)]
    told = (await mei.hears())[-1]
    assert "kept for you" in told.text
    assert mei.button("benefit.confirm", str(coffee))


async def test_an_offer_that_nobody_took_goes_to_the_next(club: Club) -> None:
    coffee, people, _ = await sold_out(club, 2)
    await more(club, coffee, 1)
    club.clock.move(hours=24)
    with pytest.raises(BenefitUnavailable):
        await redeem(club, people[1], coffee)
    await due.run_due(club.units, club.clock(), jobs=SERVE)
    assert (await stock(club, coffee)).places == ["lapsed", "offered"]
    assert [key for key, _ in await hears(club, people[2])] == []  # they have no chat
    await redeem(club, people[2], coffee)
    assert await broken(club) == []


async def test_whoever_asks_first_after_the_last_offer_lapsed_may_have_it(club: Club) -> None:
    coffee, people, _ = await sold_out(club, 1)
    await more(club, coffee, 1)
    club.clock.move(hours=24)
    await redeem(club, people[0], coffee)
    assert await stock(club, coffee) == Stock(2, 0, 0, ["lapsed"])
    assert await broken(club) == []


async def test_more_stock_is_offered_to_as_many_and_the_rest_is_for_all(club: Club) -> None:
    coffee, people, _ = await sold_out(club)
    await more(club, coffee, 5)
    assert await stock(club, coffee) == Stock(6, 2, 3, ["offered"] * 3)
    stranger = await member(club)
    await redeem(club, stranger, coffee)
    await redeem(club, people[2], coffee)
    assert await stock(club, coffee) == Stock(6, 1, 2, ["offered", "taken", "offered"])
    assert await broken(club) == []


async def test_nobody_overtakes_even_when_nobody_was_served_yet(club: Club) -> None:
    coffee, people, _ = await sold_out(club, 1)
    assert await club.write(lambda work: work.benefits.change_stock(coffee, 1))
    with pytest.raises(BenefitUnavailable):
        await redeem(club, people[0], coffee)
    club.clock.move(hours=3)
    await due.run_due(club.units, club.clock(), jobs=SERVE)
    await redeem(club, people[1], coffee)
    assert await broken(club) == []


async def test_a_place_is_kept_once_and_given_up_once(club: Club) -> None:
    coffee, people, _ = await sold_out(club, 2)
    mei, wang = people[1:]
    await join(club, coffee, mei)
    assert (await stock(club, coffee)).places == ["waiting", "waiting"]
    for _ in range(2):
        await club.write(lambda work: waiting.leave(work, mei, coffee, club.clock()))
    assert (await stock(club, coffee)).places == ["left", "waiting"]
    await join(club, coffee, mei)
    await more(club, coffee, 1)
    assert (await stock(club, coffee)).places == ["left", "offered", "waiting"]
    await club.write(lambda work: waiting.leave(work, wang, coffee, club.clock()))
    assert await stock(club, coffee) == Stock(2, 0, 1, ["left", "left", "offered"])
    assert await broken(club) == []


async def test_only_for_what_is_sold_out_one_waits(club: Club) -> None:
    mei = await member(club)
    there = await offer(club, key="there", stock=1)
    none = await offer(club, key="none", stock=0, offer_hours=0)
    gold = await offer(club, key="gold", stock=0, levels=("gold",))
    for benefit, why in ((there, "to_be_had"), (none, "no_list"), (gold, "level")):
        with pytest.raises(CannotWait) as refused:
            await join(club, benefit, mei)
        assert refused.value.why == why
    with pytest.raises(BenefitNotFound):
        await join(club, 4711, mei)
    await club.write(lambda work: work.members.change(mei, state="frozen"))
    with pytest.raises(MemberFrozen):
        await join(club, there, mei)


async def test_the_place_of_who_left_the_club_goes_on(club: Club) -> None:
    coffee, people, _ = await sold_out(club)
    await more(club, coffee, 1)
    await club.write(lambda work: erasing.erase(work, people[1], club.clock()))
    assert (await stock(club, coffee)).places == ["offered", "waiting"]
    await club.write(lambda work: work.members.change(people[3], state="frozen"))
    await cancel_all(club, coffee, people[2])
    assert await stock(club, coffee) == Stock(2, 1, 0, ["left", "lapsed"])
    assert await broken(club) == []


@pytest.mark.parametrize("erased", [False, True])
async def test_what_is_offered_to_somebody_who_is_just_leaving_goes_to_the_next(
    club: Club, monkeypatch: pytest.MonkeyPatch, erased: bool
) -> None:
    coffee = await offer(club, stock=0)
    mei, wang = [await member(club) for _ in range(2)]
    await join(club, coffee, mei, wang)
    leaving, came, lock = asyncio.Event(), asyncio.Event(), Benefits.lock
    together = isinstance(club.units, PostgresUnits)  # SQLite lets one in at a time

    def late(benefits: Benefits, benefit_id: int) -> Benefit | None:
        if together and not leaving.is_set():
            leaving.set()
            await_only(asyncio.wait_for(came.wait(), 5))
        return lock(benefits, benefit_id)

    async def comes() -> None:
        if together:
            await leaving.wait()
        await more(club, coffee, 1)
        came.set()

    def leave(work: Work) -> None:
        if erased:
            erasing.erase(work, mei, club.clock())
        else:
            waiting.leave(work, mei, coffee, club.clock())

    monkeypatch.setattr(Benefits, "lock", late)
    await asyncio.gather(club.write(leave), comes())
    assert (await stock(club, coffee)).places[-1:] == ["offered"]
    await redeem(club, wang, coffee)
    assert await broken(club) == []


async def cancel_all(club: Club, coffee: int, member_id: int) -> None:
    await club.write(lambda work: waiting.leave(work, member_id, coffee, club.clock()))


async def test_a_lifted_limit_is_told_to_all_who_wait(club: Club) -> None:
    coffee, people, _ = await sold_out(club, 2)
    await more(club, coffee, 1)
    await offer(club, stock=None)
    await club.write(lambda work: waiting.stock_came(work, coffee, club.clock()))
    assert (await stock(club, coffee)).places == ["lapsed", "lapsed"]
    await redeem(club, people[2], coffee)
    await offer(club, stock=1)
    assert await stock(club, coffee) == Stock(1, 1, 0, ["lapsed", "lapsed"])
    assert await broken(club) == []


async def test_while_it_is_stopped_nobody_is_offered_anything(club: Club) -> None:
    coffee, people, _ = await sold_out(club, 1)
    await club.write(lambda work: work.benefits.stop(coffee, True))
    await more(club, coffee, 1)
    await due.run_due(club.units, club.clock(), jobs=SERVE)
    assert await stock(club, coffee) == Stock(2, 1, 0, ["waiting"])
    await club.write(lambda work: work.benefits.stop(coffee, False))
    club.clock.move(hours=24)
    await due.run_due(club.units, club.clock(), jobs=SERVE)
    assert (await look(club, people[1], coffee)).waits is not None
    assert (await stock(club, coffee)).places == [WaitState.OFFERED]


@pytest.mark.parametrize("over", ["stopped", "visible_until"])
async def test_who_did_not_take_what_is_over_is_not_told_of_a_next_one(
    club: Club, over: str
) -> None:
    ends = None if over == "stopped" else club.clock() + timedelta(hours=24)
    coffee = await offer(club, stock=0, visible_until=ends)
    mei = await club.person("Mei").joins()
    await join(club, coffee, await mei.member_id(), await member(club))
    await more(club, coffee, 1)
    if over == "stopped":
        await club.write(lambda work: work.benefits.stop(coffee, True))
    club.clock.move(hours=24)
    await due.run_due(club.units, club.clock(), jobs=SERVE)
    told = (await mei.hears())[-1]
    assert told.key == "waiting.ended"
    assert "next in line" not in told.text
    assert await stock(club, coffee) == Stock(1, 1, 0, ["lapsed", "waiting"])


@pytest.mark.parametrize("end", ["redeem_until", "visible_until"])
async def test_an_offer_ends_when_redeeming_does(club: Club, end: str) -> None:
    ends = club.clock() + timedelta(hours=5)
    coffee = await offer(club, stock=0, **{end: ends})
    mei = await member(club)
    await join(club, coffee, mei)
    await more(club, coffee, 1)
    found = await look(club, mei, coffee)
    assert found.waits is not None
    assert found.waits.offered_until == ends


async def test_a_long_list_is_served_by_the_job_in_steps(lite: Club) -> None:
    coffee = await offer(lite, stock=0)
    people = [await member(lite, 1) for _ in range(5)]
    await join(lite, coffee, *people)

    def use(work: object) -> None:
        assert work.benefits.change_stock(coffee, 5)  # type: ignore[attr-defined]

    await lite.write(use)
    assert await lite.write(lambda w: waiting.serve_due(w, lite.clock(), 0, 2)) == coffee - 1
    assert (await stock(lite, coffee)).kept == 2
    await due.run_due(lite.units, lite.clock(), jobs=SERVE)
    assert (await stock(lite, coffee)).kept == 5
    assert await lite.write(lambda w: waiting.serve_due(w, lite.clock(), 0)) is None


async def test_a_file_that_brings_more_serves_those_who_wait(lite: Club) -> None:
    def text(stock: int) -> str:
        return (
            "benefits:\n  - {key: tea, kind: gift, name: {zh: 茶, en: Tea}, price: 10,"
            f" valid_days: 9, stock: {stock}, offer_hours: 5}}\n"
        )

    async def imported(stock: int) -> None:
        actor = Actor("Anna")
        await lite.write(
            lambda work: benefit_files.import_benefits(work, text(stock), actor, lite.clock())
        )

    await imported(1)
    tea = await lite.read(lambda work: work.benefits.all()[0].id)
    await redeem(lite, await member(lite), tea)
    people = [await member(lite) for _ in range(2)]
    await join(lite, tea, *people)
    await imported(2)
    assert await stock(lite, tea) == Stock(2, 0, 1, ["offered", "waiting"])


async def test_a_worker_passes_on_what_nobody_took_within_a_minute(club: Club) -> None:
    coffee, people, _ = await sold_out(club, 2)
    await more(club, coffee, 1)
    club.clock.move(hours=24)
    worker = Worker(
        club.units, club.renderer, [], clocks=clocks(club, RealTime()), rate=25, holder="w"
    )
    await worker.serve()
    await worker.serve()
    await worker.stop()
    assert (await stock(club, coffee)).places == ["lapsed", "offered"]
    await redeem(club, people[2], coffee)
    assert await broken(club) == []
