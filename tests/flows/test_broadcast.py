"""A message to all members: write, look, try, count, send, watch, stop."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.messages import Kind
from domain.campaigns import SAME_REFUSALS, Audience
from scheduler.worker import Worker
from services.broadcasts import BATCH
from tests.support.club import Club, Person
from tests.support.post import FakeChannel, RealTime, clocks, rows
from tests.support.threads import operator

TEXT = "周末会员日，全场双倍积分 <b>&"


@dataclass
class Hall:
    """A club with a worker and members of whom some have agreed to offers."""

    club: Club
    worker: Worker
    channel: FakeChannel
    members: list[Person]

    async def agree(self, person: Person, given: bool = True) -> None:
        member, now = await person.member_id(), self.club.clock.now
        await self.club.write(
            lambda work: work.members.set_consent(member, "promotions", given, "test", now)
        )

    async def drained(self) -> None:
        """Everything due is sent, messages to staff included."""
        for _ in range(3):
            self.club.clock.move(seconds=11)
            await self.worker.drain()

    def got(self) -> list[str]:
        """The chats that have got the message."""
        return sorted(chat for chat, key, _ in self.channel.journal if key == "broadcast.message")


@pytest.fixture
async def hall(club: Club) -> AsyncIterator[Hall]:
    channel, real = FakeChannel(), RealTime()
    worker = Worker(
        club.units,
        club.renderer,
        [channel],
        clocks=clocks(club, real),
        rate=500,
        holder="worker",
    )
    members = [await club.person(f"M{number}").joins() for number in range(4)]
    made = Hall(club, worker, channel, members)
    for person in members[:3]:
        await made.agree(person)
    yield made
    await worker.stop()


async def written(staff: Person, text: str = TEXT) -> Any:
    await staff.says("/broadcast")
    return await staff.says(text)


SAID = [
    ("/broadcast", "broadcast.ask"),
    ("   ", "broadcast.empty"),
    ("x" * 3501, "broadcast.too_long"),
    ("x" * 3500, "broadcast.preview"),
    ("better", "broadcast.preview"),
    ("/cancel", "general.cancelled"),
    ("群发", "broadcast.ask"),
    ("取消", "general.cancelled"),
]


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_every_word_on_the_way_is_answered(club: Club, locale: str) -> None:
    ann = await operator(club, locale=locale)
    for said, answered in SAID:
        assert (await ann.says(said)).key == answered, said[:20]


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_from_the_first_word_to_the_last_recipient(hall: Hall, locale: str) -> None:
    ann = await operator(hall.club, locale=locale)
    preview = await written(ann)
    assert "双倍积分 &lt;b&gt;&amp;" in preview.text
    assert (await ann.taps("broadcast.self")).key == "broadcast.sent_to_self"
    await hall.drained()
    assert hall.channel.to(ann.user) == ["broadcast.message"]
    confirm = await ann.taps("broadcast.count")
    assert confirm.key == "broadcast.confirm"
    assert "<b>3</b>" in confirm.text
    assert hall.got() == [ann.user]
    progress = await ann.taps("broadcast.send")
    assert progress.key == "broadcast.progress"
    await hall.drained()
    assert hall.got() == sorted(person.user for person in [ann, *hall.members[:3]])
    done = await ann.taps("broadcast.progress")
    assert done.edit
    assert "3" in done.text
    assert done.rows == ()
    assert hall.channel.to(ann.user)[-1] == "broadcast.finished"


async def test_every_message_has_the_text_and_a_way_out(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    await hall.drained()
    for _, key, text in hall.channel.journal:
        if key == "broadcast.message":
            assert "/stop" in text
            assert "双倍积分 &lt;b&gt;&amp;" in text
    (row, *_) = await rows(hall.club, purpose="promotions")
    assert [button["intent"] for button in row["message"]["rows"][0]] == ["stop"]
    # The text stands once with the campaign, not in every row.
    assert TEXT not in str(row["message"])


async def test_tapping_send_twice_sends_once(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    payload = ann.button("broadcast.send").payload
    await ann.sends(Kind.TAP, payload=payload)
    again = await ann.sends(Kind.TAP, payload=payload)
    assert again is not None
    assert again.key == "general.expired"
    await hall.drained()
    assert len(hall.got()) == 3
    assert len(await rows(hall.club, purpose="promotions")) == 3


async def test_a_button_of_an_older_text_sends_nothing(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann, "first")
    await ann.taps("broadcast.count")
    old = ann.button("broadcast.send").payload
    await ann.says("second")
    answer = await ann.sends(Kind.TAP, payload=old)
    assert answer is not None
    assert answer.key == "general.expired"
    await hall.drained()
    assert hall.got() == []


async def test_stop_keeps_back_what_has_not_left(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    stopped = await ann.taps("broadcast.stop")
    assert stopped.key == "broadcast.progress"
    await hall.drained()
    assert hall.got() == []
    states = {row["state"]: row["reason"] for row in await rows(hall.club, purpose="promotions")}
    assert states == {"skipped": "stopped"}


async def test_after_the_end_there_is_nothing_to_stop(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    await hall.drained()
    assert (await ann.taps("broadcast.stop")).key == "broadcast.over"
    assert len(hall.got()) == 3


async def test_start_and_stop_stand_in_the_audit(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    await ann.taps("broadcast.stop")
    (campaign,) = await hall.club.read(lambda work: work.campaigns.open())
    audit = await hall.club.read(lambda work: work.audit.about(("campaign", campaign.id)))
    assert [row["action"] for row in audit] == ["campaign.stop", "campaign.start"]


async def test_who_leaves_meanwhile_gets_nothing_and_it_is_said_why(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    await hall.members[0].says("/stop")
    await hall.drained()
    assert hall.got() == sorted(person.user for person in hall.members[1:3])
    assert "no longer want offers: 1" in (await ann.taps("broadcast.progress")).text


async def test_consent_taken_back_and_given_again_counts_as_it_stands(hall: Hall) -> None:
    await hall.agree(hall.members[0], False)
    await hall.agree(hall.members[1], False)
    await hall.agree(hall.members[1], True)
    ann = await operator(hall.club)
    await written(ann)
    assert "<b>2</b>" in (await ann.taps("broadcast.count")).text


async def test_nobody_to_write_to_is_said(club: Club) -> None:
    ann = await operator(club)
    await written(ann)
    assert (await ann.taps("broadcast.count")).key == "broadcast.nobody"


async def test_in_the_night_the_message_waits_for_the_morning(hall: Hall) -> None:
    hall.club.clock.move(hours=14)
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    await hall.drained()
    assert hall.got() == []
    hall.club.clock.move(hours=8)
    await hall.drained()
    assert len(hall.got()) == 3


async def test_a_text_that_the_platform_refuses_pauses_it(hall: Hall) -> None:
    for number in range(4, 12):
        person = await hall.club.person(f"M{number}").joins()
        await hall.agree(person)
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    hall.channel.faults["*"] = "bad message"
    await hall.worker.drain()
    hall.channel.faults.clear()
    await hall.drained()
    assert hall.channel.to(ann.user) == ["broadcast.paused"]
    members = await hall.club.read(
        lambda work: sum(work.audiences.count(0, Audience(), 0).values())
    )
    assert members == 11  # nobody is blamed
    assert "Paused" in (await ann.taps("broadcast.progress")).text


async def test_refusals_at_the_same_moment_count_together(hall: Hall) -> None:
    for number in range(4, 4 + SAME_REFUSALS - 3):
        await hall.agree(await hall.club.person(f"M{number}").joins())
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("broadcast.count")
    await ann.taps("broadcast.send")
    all_there = asyncio.Barrier(SAME_REFUSALS)
    hall.channel.before = partial(_together, all_there)
    hall.channel.faults["*"] = "bad message"
    await hall.worker.drain()
    hall.channel.before = None
    hall.channel.faults.clear()
    await hall.drained()
    assert hall.channel.to(ann.user) == ["broadcast.paused"]


async def _together(barrier: asyncio.Barrier) -> None:
    await barrier.wait()


async def test_many_recipients_are_written_in_batches_each_once(hall: Hall) -> None:
    many = BATCH * 2 + 7
    await hall.club.write(lambda work: _crowd(work, many))
    ann = await operator(hall.club)
    await written(ann)
    assert f"<b>{many + 3}</b>" in (await ann.taps("broadcast.count")).text
    await ann.taps("broadcast.send")
    assert len(await rows(hall.club, purpose="promotions")) == BATCH
    hall.channel.faults["*"] = "not connected"
    while await hall.worker._advance():
        pass
    found = await rows(hall.club, purpose="promotions")
    assert len(found) == many + 3
    assert len({row["member_id"] for row in found}) == many + 3


@pytest.mark.parametrize("said", ["/broadcast", "群发"])
async def test_only_those_who_may_write_campaigns_find_it(club: Club, said: str) -> None:
    mei = await club.person().joins()
    assert (await mei.says(said)).key == "general.unknown"
    till = await operator(club, "Ben", "till")
    assert (await till.says(said)).key == "general.unknown"


def _crowd(work: Any, many: int) -> None:
    """Members with an address and consent, without their conversations."""
    from domain.members import Member, MemberState, make_number
    from storage.tables import chat

    now = work.shared.clock() - timedelta(days=1)
    addresses = chat.Address.__table__  # type: ignore[attr-defined]
    for number in range(many):
        member_id = work.random_id()
        number_ = make_number(number + 10_000)
        work.members.add(Member(member_id, number_, MemberState.ACTIVE, "member", now))
        work.members.set_consent(member_id, "promotions", True, "test", now)
        row = {"channel": "telegram", "account": "42", "user": f"crowd-{number}"}
        row |= {"id": work.new_id(), "member_id": member_id, "first_seen": now}
        work.db.execute(addresses.insert(), row)
