"""What becomes of messages beyond plain sending: waits, moves, changes, pictures, resending."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from bot.channel import PictureGone, Unreachable
from bot.messages import Document, Rendered
from domain.consent import Purpose
from services import post, wordings
from services.ports.club import Actor
from tests.support.club import Club, Person
from tests.support.post import (
    FakeChannel,
    Freezing,
    RealTime,
    address,
    rows,
    sender,
    write_notice,
)

LATER = timedelta(seconds=11)


async def people(club: Club, count: int) -> list[Person]:
    return [await club.person(f"P{number}").joins() for number in range(count)]


async def to_all(club: Club, everyone: list[Person], **parts: Any) -> None:
    for one in everyone:
        await write_notice(club, one.user, bulk=True, **parts)


async def test_many_messages_share_their_transactions(
    club: Club, channel: FakeChannel, real: RealTime, caplog: pytest.LogCaptureFixture
) -> None:
    await to_all(club, await people(club, 30))
    one = sender(club, channel, real, rate=1000)
    before = club.units.commits
    with caplog.at_level(logging.WARNING):
        assert await one.drain() == 30
    assert club.units.commits - before < 15
    assert caplog.text == ""
    assert {(row["state"], row["tries"]) for row in await rows(club)} == {("sent", 1)}
    assert len({row["message_id"] for row in await rows(club)}) == 30


# -- waits ------------------------------------------------------------------------------


async def test_after_a_wait_is_asked_for_nothing_more_starts_not_even_what_is_begun(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    everyone = await people(club, 8)
    await to_all(club, everyone)
    one = sender(club, channel, real, rate=4)
    channel.faults["*"] = "flood"
    await one.drain()
    assert len(channel.tries) == 1
    assert {row["state"] for row in await rows(club)} == {"pending"}
    channel.faults.clear()
    club.clock.move(seconds=8)
    await one.drain()
    assert sorted(channel.tries[1:]) == sorted(person.user for person in everyone)


async def test_what_another_process_was_told_is_obeyed_by_what_is_begun_here(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, bulk=True)
    one = sender(club, channel, real)
    assert await one.lease.hold()
    taken = await one._take(lanes=(1, 1, 1))
    now, route = club.clock.now, one.route
    until = now + timedelta(hours=3)
    await club.write(lambda work: work.outbox.flood(route, "somebody", until, now))
    await one._accept(taken)
    await one.drain()
    (row,) = await rows(club)
    assert (channel.tries, row["state"], row["due_at"]) == ([], "pending", until)
    assert (row["tries"], row["begun_at"]) == (0, None)


async def test_a_refused_token_rests_the_whole_account(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    everyone = await people(club, 3)
    channel.faults["*"] = "revoked"
    await write_notice(club, everyone[0].user)
    club.clock.now += LATER
    one = sender(club, channel, real)
    await one.drain()
    channel.faults.clear()
    for person in everyone[1:]:
        await write_notice(club, person.user)
    club.clock.move(minutes=4)
    await one.drain()
    assert len(channel.tries) == 1
    club.clock.move(minutes=2)
    await one.drain()
    assert len(channel.journal) == 3


# -- who holds the lease ----------------------------------------------------------------


async def test_who_has_lost_the_lease_starts_nothing_that_was_claimed(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, bulk=True)
    one = sender(club, channel, real)
    assert await one.lease.hold()
    taken = await one._take(lanes=(1, 1, 1))
    real.move(4.1)
    await one._accept(taken)
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert channel.tries == []
    two = sender(club, channel, real, "two")
    assert await two.drain() == 1
    assert (await rows(club))[0]["tries"] == 1


# -- chats that move, messages that change ----------------------------------------------


async def test_a_chat_that_moved_gets_its_message_once_at_its_new_place(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    old = await address(club, mei.user)
    channel.faults[mei.user] = "moved"
    for _ in range(2):
        await write_notice(club, mei.user, bulk=True)
    one = sender(club, channel, real)
    await one.drain()
    await one.drain()
    assert channel.tries == [mei.user, "-1009", "-1009"]
    assert {(row["state"], row["chat"]) for row in await rows(club)} == {("sent", "-1009")}
    assert await address(club, "-1009") == old


@pytest.mark.parametrize("act", ["edit", "delete"])
async def test_a_message_is_changed_where_it_was_sent(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime, act: str
) -> None:
    await write_notice(club, mei.user, act=act, target="77", bulk=True)
    assert await sender(club, channel, real).drain() == 1
    assert [change[:3] for change in channel.changes] == [(act, mei.user, "77")]
    assert channel.journal == []
    (row,) = await rows(club)
    assert (row["state"], row["message_id"]) == ("sent", "77")


async def test_a_change_that_comes_too_late_is_dead_and_says_so(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    channel.faults["*"] = "too old"
    await write_notice(club, mei.user, act="edit", target="77", bulk=True)
    await sender(club, channel, real).drain()
    (row,) = await rows(club)
    assert (row["state"], row["reason"]) == ("dead", "too_old")


async def test_a_change_of_unknown_outcome_is_made_again_even_if_sent_once(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    channel.faults["*"] = "broken"
    await write_notice(club, mei.user, act="delete", target="77", surely=False, bulk=True)
    one = sender(club, channel, real)
    await one.drain()
    channel.faults.clear()
    club.clock.move(minutes=1)
    await one.drain()
    assert [row["state"] for row in await rows(club)] == ["sent"]


async def test_a_recall_reaches_who_has_taken_their_consent_back(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    promotions = Purpose.PROMOTIONS.value
    await write_notice(club, mei.user, act="delete", target="77", purpose=promotions)
    assert await sender(club, channel, real).drain() == 1


# -- pictures ---------------------------------------------------------------------------


class Studio(FakeChannel):
    """A platform that is slow with uploads and forgets a picture on demand."""

    def __init__(self) -> None:
        super().__init__()
        self.known = False
        self.uploads = 0
        self.refuses = ""

    async def send(
        self,
        chat: str,
        message: Rendered,
        document: Document | None = None,
        *,
        paid: bool = False,
    ) -> str:
        uploads, self.uploads = not self.known, self.uploads + (not self.known)
        await asyncio.sleep(0.02)
        if chat == self.refuses:
            self.refuses = ""
            raise Unreachable("blocked")
        if message.text and self.known and self.uploads > 100:
            self.known, self.uploads = False, 0
            raise PictureGone
        self.known = self.known or uploads
        return await super().send(chat, message, document, paid=paid)


async def test_a_picture_is_uploaded_by_one_message_and_the_others_wait_for_it(
    club: Club, real: RealTime
) -> None:
    everyone = await people(club, 12)
    await to_all(club, everyone, photo="picture:abc")
    studio = Studio()
    studio.refuses = everyone[0].user
    await sender(club, studio, real, rate=500).drain()
    assert len(studio.journal) == 11
    assert studio.uploads == 2  # whoever was to be the first has blocked us


async def test_a_forgotten_picture_is_uploaded_once_more(club: Club, real: RealTime) -> None:
    everyone = await people(club, 6)
    studio = Studio()
    one = sender(club, studio, real, rate=500)
    await to_all(club, everyone[:2], photo="picture:abc")
    await one.drain()
    studio.uploads = 101
    await to_all(club, everyone[2:], photo="picture:abc")
    await one.drain()
    club.clock.move(seconds=2)
    await one.drain()
    assert len(studio.journal) == 6
    assert studio.uploads == 1


# -- what operators do ------------------------------------------------------------------


async def test_an_unknown_message_is_sent_again_when_an_operator_says_so(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    channel.faults["*"] = "broken"
    made = await write_notice(club, mei.user, surely=False, bulk=True)
    one = sender(club, channel, real)
    await one.drain()
    channel.faults.clear()

    def resend(work: Any) -> bool:
        return post.resend(work, made, Actor("staff", 1), club.clock())

    assert await club.write(resend)
    assert not await club.write(resend)
    await one.drain()
    (row,) = await rows(club)
    assert (row["state"], row["repeated"]) == ("sent", True)
    assert not await club.write(resend)
    audit = await club.read(lambda work: work.audit.about(("delivery", made)))
    assert [entry["action"] for entry in audit] == ["post.resend"]


async def test_after_a_restore_only_replies_written_since_then_leave(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    li = await club.person("Li").joins()
    await write_notice(club, mei.user)
    await write_notice(club, mei.user, bulk=True)
    club.clock.move(minutes=1)
    now = club.clock.now
    await club.write(lambda work: post.hold_restored(work, now))
    assert await club.read(post.hold_state) == "restored"
    await write_notice(club, li.user)
    await write_notice(club, li.user, bulk=True)
    club.clock.move(minutes=1)
    one = sender(club, channel, real)
    await one.drain()
    assert channel.tries == [li.user]
    assert await club.write(lambda work: post.hold(work, False, Actor("cli"), now))
    assert await club.read(post.hold_state) == ""
    await one.drain()
    assert len(channel.journal) == 4


async def test_paid_messages_are_charged_for_only_where_that_is_switched_on(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    everyone = await people(club, 4)
    for number, person in enumerate(everyone):
        await write_notice(club, person.user, bulk=True, paid=number > 0)
    await sender(club, channel, real, paid=100).drain()
    assert (len(channel.journal), channel.charged) == (4, 3)
    await to_all(club, everyone, paid=True)
    await asyncio.sleep(0.1)
    two = sender(club, channel, real, "two")
    real.move(5)
    await two.drain()
    assert (len(channel.journal), channel.charged) == (8, 3)


async def test_a_hold_stops_what_is_in_line(
    club: Club, channel: FakeChannel, real: RealTime
) -> None:
    everyone = await people(club, 3)
    for person in everyone:
        await _agree(club, person)
    await to_all(club, everyone, purpose="promotions")
    units = Freezing(club.units, "begin")
    running = asyncio.create_task(sender(club, channel, real, units=units).drain())
    await asyncio.wait_for(units.frozen.wait(), 10)
    await club.write(lambda work: post.hold(work, True, Actor("cli"), club.clock()))
    units.thaw()
    await asyncio.wait_for(running, 10)
    assert channel.tries == []
    assert {row["state"] for row in await rows(club)} == {"pending"}


async def _agree(club: Club, person: Person) -> None:
    member = await person.member_id()
    await club.write(
        lambda work: work.members.set_consent(member, "promotions", True, "telegram", club.clock())
    )


async def test_a_message_is_rendered_from_the_words_it_was_written_with(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    now = club.clock.now

    def save(work: Any, text: str) -> int:
        made = wordings.save(
            work, "care.birthday_gift", {"en": text}, actor=Actor("cli"), now=now, use=False
        )
        return int(made.id)

    first = await club.write(lambda work: save(work, "Once {{ points }} points"))
    await write_notice(club, mei.user, bulk=True, wording_id=first)
    await club.write(lambda work: save(work, "Now {{ points }} points"))
    await write_notice(club, mei.user, bulk=True, wording_id=first + 10**6)
    await sender(club, channel, real).drain()
    assert [text for *_, text in channel.journal] == ["Once 88 points"]
    assert [(row["state"], row["reason"]) for row in await rows(club)] == [
        ("sent", ""),
        ("dead", "rejected: render LookupError"),
    ]
