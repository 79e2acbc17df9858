"""The order in which a chat gets its messages, and what they answer."""

import asyncio

import pytest

from scheduler.behind import Behind
from services.ports.post import Notice
from storage.work import Work
from tests.support.club import Club, Person
from tests.support.post import (
    QUICK,
    FakeChannel,
    RealTime,
    address,
    sender,
    waiting,
    write_notice,
)


@pytest.mark.parametrize(("private", "first"), [(True, 6), (False, 22)])
async def test_what_is_written_later_does_not_overtake_what_waits_for_its_chat(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime, private: bool, first: int
) -> None:
    """A chat takes one message a second, and a group twenty a minute."""
    to = await address(club, mei.user)
    chat = mei.user if private else "-1007"

    async def write(points: int) -> int:
        notice = Notice("care.birthday_gift", {"points": 100 + points})

        def use(work: Work) -> int | None:
            if private:
                return work.deliveries.to_address(to, notice, club.clock())
            place = ("telegram", "42", chat)
            return work.deliveries.to_group(1, place, notice, club.clock(), locale="en")

        made = await club.write(use)
        assert made is not None
        return made

    one = sender(club, channel, real)
    one.push([await write(points) for points in range(first)])
    for number in range(80):
        club.clock.move(seconds=1)
        await asyncio.sleep(1 / QUICK)
        await one.round()
        if number in (1, 2, 3):
            one.push([await write(first + number)])
        if len(channel.journal) == first + 3:
            break
    texts = [text for *_, text in channel.journal]
    assert len(texts) == first + 3
    assert texts == sorted(texts)
    await one.stop()


async def test_an_answer_to_what_was_not_out_yet_quotes_it(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    first = await write_notice(club, mei.user)
    gone = await write_notice(club, mei.user)
    ids = [first]
    for of in (first, gone, 1):
        ids.append(await write_notice(club, mei.user, quote=f"sent:{of}"))
    await club.write(lambda work: work.ticket_posts.skip([gone], "gone"))
    one = sender(club, channel, real)
    one.push(ids)
    for _ in range(8):
        await one.drain()
        club.clock.move(seconds=1)
        await asyncio.sleep(1 / QUICK)
    assert [message.quote for message in channel.messages] == ["", "1", "", ""]


def test_a_pause_of_the_sender_does_not_count_as_patience() -> None:
    now = 100.0
    behind = Behind(lambda: now)
    early, late = waiting(1, 0, "7"), waiting(2, 0, "7")
    behind.put(early, 1.0)
    now = 500.0
    assert behind.holds(late), "nobody has looked for the first one yet"
    behind.looked(now)
    assert not behind.holds(late)
