"""A sender that dies or sleeps at a named point: nothing is lost, `once` is never repeated."""

import asyncio
from datetime import timedelta

import pytest

from scheduler.delivery import Sender
from storage.unit_of_work import open_units
from tests.support.club import Club, Person
from tests.support.post import FakeChannel, Freezing, RealTime, rows, sender, write_notice

# where it stops; how often the message was out by then
POINTS = {
    "before the claim": 0,
    "after the claim": 0,
    "before the POST": 0,
    "after the POST": 1,
    "before the mark": 1,
}
UNIT_AT = {"before the claim": "take", "after the claim": "begin", "before the mark": "_settle"}


async def _stopped_at(
    point: str, club: Club, channel: FakeChannel, real: RealTime
) -> tuple[Freezing, asyncio.Task[int]]:
    """A sender that stands still at a point."""
    units = Freezing(club.units, UNIT_AT.get(point, ""))
    channel.before = units.freeze if point == "before the POST" else None
    channel.after = units.freeze if point == "after the POST" else None
    one = sender(club, channel, real, "one", units)
    running = asyncio.create_task(one.drain())
    await asyncio.wait_for(units.frozen.wait(), 10)
    channel.before = channel.after = None
    return units, running


async def _silent(real: RealTime, other: Sender) -> None:
    """Until the lease of one that stands still is over; what it had begun may prolong it once."""
    for _ in range(3):
        real.move(4.1)
        if await other.lease.hold():
            return
    raise AssertionError("the lease never ends")


@pytest.mark.parametrize("surely", [True, False], ids=["surely", "once"])
@pytest.mark.parametrize("point", POINTS)
async def test_after_a_crash_the_next_sender_does_what_is_right(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime, point: str, surely: bool
) -> None:
    await write_notice(club, mei.user, surely=surely, bulk=True)
    _, dead = await _stopped_at(point, club, channel, real)
    two = sender(club, channel, real, "two")
    assert await two.drain() == 0  # the lease still runs
    await _silent(real, two)
    await two.drain()
    dead.cancel()
    (row,) = await rows(club)
    never_began = point in ("before the claim", "after the claim")
    if never_began:
        assert (row["state"], row["repeated"], len(channel.journal)) == ("sent", False, 1)
    elif surely:
        assert (row["state"], row["repeated"]) == ("sent", True)
        assert len(channel.journal) == POINTS[point] + 1
    else:
        assert (row["state"], row["reason"]) == ("unknown", "sender_gone")
        assert len(channel.journal) == POINTS[point]
        listed = await club.read(lambda work: work.outbox.listed("unknown", 10))
        assert [(key, why) for _, key, why in listed] == [("care.birthday_gift", "sender_gone")]


async def test_a_sender_that_only_slept_sends_nothing_twice(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, bulk=True)
    units, asleep = await _stopped_at("after the claim", club, channel, real)
    two = sender(club, channel, real, "two")
    await _silent(real, two)
    assert await two.drain() == 1
    units.thaw()
    await asleep
    assert len(channel.journal) == 1


async def test_a_sender_that_slept_before_its_claim_is_fenced_off(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, bulk=True)
    units, asleep = await _stopped_at("before the claim", club, channel, real)
    two = sender(club, channel, real, "two")
    await _silent(real, two)
    units.thaw()
    assert await asleep == 0
    assert channel.tries == []
    assert await two.drain() == 1


async def test_a_sleeper_that_comes_back_still_settles_what_it_sent(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, bulk=True, surely=False)
    units, asleep = await _stopped_at("before the mark", club, channel, real)
    two = sender(club, channel, real, "two")
    for _ in range(5):  # what the sleeper had begun may still prolong its lease once
        real.move(5)
        await two.drain()
    assert (await rows(club))[0]["state"] == "unknown"
    units.thaw()
    await asleep
    assert (await rows(club))[0]["state"] == "sent"
    assert len(channel.journal) == 1


async def test_the_lease_is_taken_over_within_five_seconds_and_given_up_at_once(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    one, two, three = (sender(club, channel, real, name) for name in ("one", "two", "three"))
    assert await one.lease.hold()
    assert not await two.lease.hold()
    real.move(3)
    assert await one.lease.hold()
    real.move(3)
    assert not await two.lease.hold()
    real.move(1.9)
    assert await two.lease.hold()
    assert (two.lease.fence, two.lease.previous) == (2, "one")
    assert not await one.lease.hold()
    await two.stop()
    assert await three.lease.hold()
    assert three.lease.fence == 3


async def test_claims_of_a_server_that_died_run_out_by_themselves(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    """A process that only serves pushes its replies without the lease."""
    made = await write_notice(club, mei.user)
    units = Freezing(club.units, "begin")
    server = sender(club, channel, real, "server", units)
    server.push([made])
    await asyncio.wait_for(units.frozen.wait(), 10)
    worker = sender(club, channel, real, "worker")
    club.clock.now += timedelta(seconds=30)
    assert await worker.drain() == 0
    real.move(11)
    await asyncio.sleep(0.3)
    await worker.drain()
    await asyncio.sleep(0.3)
    await worker.drain()
    assert len(channel.journal) == 1
    units.thaw()
    await server.stop()
    assert len(channel.journal) == 1


async def test_two_workers_and_two_servers_send_nothing_twice(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    people = [await club.person(f"P{number}").joins() for number in range(40)]
    replies = [await write_notice(club, person.user) for person in people]
    for person in people:
        await write_notice(club, person.user, bulk=True)
    other = open_units(club.url, club.shared)
    senders = [
        sender(club, channel, real, "one", rate=500),
        sender(club, channel, real, "two", other, rate=500),
    ]
    for one in senders:
        one.push(replies)
    tasks = [asyncio.create_task(one.run()) for one in senders]
    for _ in range(200):
        await asyncio.sleep(0.05)
        if len(channel.journal) >= 80:
            break
    for one in senders:
        await one.stop()
    await asyncio.gather(*tasks)
    await other.close()
    assert sorted(chat for chat, *_ in channel.journal) == sorted(
        person.user for person in people for _ in range(2)
    )
    assert {row["state"] for row in await rows(club)} == {"sent"}
