"""The sender: what is due leaves once, in order, and every outcome is settled."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.messages import Document, Rendered, Reply
from domain.members import MemberState
from services import post
from services.ports.club import Actor
from storage.outbox import Outbox
from tests.support.club import Club, Person
from tests.support.post import (
    ROWS,
    FakeChannel,
    RealTime,
    address,
    rows,
    sender,
    write_notice,
)

LATER = timedelta(seconds=11)


async def test_a_due_notice_is_sent_once_and_settled(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user)
    club.clock.now += LATER
    one = sender(club, channel, real)
    assert await one.drain() == 1
    assert await one.drain() == 0
    (row,) = await rows(club)
    assert (row["state"], row["message_id"], row["tries"]) == ("sent", "1", 1)
    assert row["sent_at"] == club.clock.now
    assert "88" in channel.journal[0][2]


async def test_what_is_not_due_waits(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, due_at=club.clock.now + timedelta(hours=1))
    one = sender(club, channel, real)
    assert await one.drain() == 0
    club.clock.move(hours=1)
    assert await one.drain() == 1


async def test_the_writer_pushes_its_replies_and_others_take_them_after_ten_seconds(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    first = await write_notice(club, mei.user)
    writer, worker = sender(club, channel, real, "writer"), sender(club, channel, real, "worker")
    assert await worker.drain() == 0
    writer.push([first])
    await writer.stop()
    assert channel.to(mei.user) == ["care.birthday_gift"]
    await write_notice(club, mei.user)
    assert await worker.drain() == 0
    club.clock.now += LATER
    assert await worker.drain() == 1


async def test_further_messages_of_a_reply_keep_their_order(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    def write(work: object) -> None:
        for points in (1, 2, 3):
            message = Reply("care.birthday_gift", {"points": points})
            work.deliveries.reply(mei.address, message, "en", club.clock())  # type: ignore[attr-defined]

    club.written.clear()
    await club.write(write)
    one = sender(club, channel, real)
    one.push(club.written)
    await one.stop()
    assert [text.split(":")[1].split()[0] for *_, text in channel.journal] == [
        "<b>1</b>",
        "<b>2</b>",
        "<b>3</b>",
    ]


async def test_a_chat_with_many_messages_gets_them_all_one_a_second(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    for points in range(8):
        await write_notice(club, mei.user, values={"points": points})
    club.clock.now += LATER
    one = sender(club, channel, real)
    sent = 0
    for _ in range(10):
        sent += await one.drain()
        club.clock.move(seconds=2)
        await asyncio.sleep(0.1)
    assert sent == 8
    texts = [text for *_, text in channel.journal]
    assert texts == sorted(texts)


async def test_a_file_travels_with_its_message_and_is_deleted_after(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    document = Document("my-data.json", b"{}")
    message = Reply("care.birthday_gift", {"points": 1}, document=document)
    await club.write(lambda work: work.deliveries.reply(mei.address, message, "en", club.clock()))
    club.clock.now += LATER
    await sender(club, channel, real).drain()
    assert channel.files == [document]
    (row,) = await rows(club)
    assert row["file_id"] is None
    assert await club.read(lambda work: work.outbox.file(1)) is None


async def test_who_lost_a_row_does_not_delete_its_file(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    message = Reply("care.birthday_gift", {"points": 1}, document=Document("a.json", b"{}"))
    await club.write(lambda work: work.deliveries.reply(mei.address, message, "en", club.clock()))
    club.clock.now += LATER
    one = sender(club, channel, real)
    assert await one.lease.hold()
    (row,) = (await one._take(lanes=(1, 1, 1))).rows
    for by, ours in (("another", False), ("one", True)):
        closed = await club.write(
            lambda work, by=by: work.outbox.close(row, by=by, state="dead", reason="x")
        )
        kept = await club.read(lambda work: work.outbox.file(row.file_id or 0))
        assert (closed, kept is None) == (ours, ours)


async def test_an_answer_that_could_not_be_sent_goes_out_as_it_was(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    answer = Rendered("points.balance", "zh", "您有 <b>50</b> 积分")
    due = club.clock.now + timedelta(seconds=5)
    await club.write(
        lambda work: work.deliveries.rendered(
            mei.address, answer, club.clock(), due, repeated=True
        )
    )
    one = sender(club, channel, real)
    assert await one.drain() == 0
    club.clock.move(seconds=5)
    assert await one.drain() == 1
    assert channel.journal == [(mei.user, "points.balance", answer.text)]
    assert (await rows(club))[0]["repeated"]


# -- outcomes ---------------------------------------------------------------------------

OUTCOMES = [
    # trouble, surely, state, reason, repeated
    ("not connected", True, "pending", "retry", False),
    ("not connected", False, "pending", "retry", False),
    ("blocked", True, "dead", "unreachable", False),
    ("bad message", True, "dead", "rejected: can't parse entities", False),
    ("broken", True, "pending", "Internal Server Error", True),
    ("broken", False, "unknown", "Internal Server Error", False),
    ("flood halfway", True, "pending", "1 of 2: 0:00:07", True),
    ("flood halfway", False, "unknown", "1 of 2: 0:00:07", False),
    ("bad half", True, "unknown", "1 of 2: can't parse entities", False),
]


@pytest.mark.parametrize(("trouble", "surely", "state", "reason", "repeated"), OUTCOMES)
async def test_each_kind_of_error_has_its_outcome(
    club: Club,
    mei: Person,
    channel: FakeChannel,
    real: RealTime,
    trouble: str,
    surely: bool,
    state: str,
    reason: str,
    repeated: bool,
) -> None:
    await write_notice(club, mei.user, surely=surely)
    club.clock.now += LATER
    channel.faults["*"] = trouble
    await sender(club, channel, real).drain()
    (row,) = await rows(club)
    assert (row["state"], row["reason"], row["repeated"]) == (state, reason, repeated)
    assert channel.tries == [mei.user]
    if state == "pending":
        assert row["due_at"] > club.clock.now


async def test_what_surely_was_not_sent_is_sent_when_the_platform_is_back(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user)
    club.clock.now += LATER
    channel.faults["*"] = "not connected"
    one = sender(club, channel, real)
    for _ in range(3):
        await one.drain()
        club.clock.move(minutes=1)
    channel.faults.clear()
    assert await one.drain() == 1
    assert len(channel.tries) == 4


async def test_who_blocked_us_is_marked_and_not_tried_in_bulk_again(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    for _ in range(2):
        await write_notice(club, mei.user, bulk=True)
    channel.faults["*"] = "blocked"
    one = sender(club, channel, real, rate=1)
    for _ in range(4):
        await one.drain()
        club.clock.move(seconds=30)
        await asyncio.sleep(0.1)
    assert channel.tries == [mei.user]
    assert [row["reason"] for row in await rows(club)] == ["unreachable", "unreachable"]
    found = await club.read(lambda work: work.addresses.find("telegram", "42", mei.user))
    assert found.blocked


async def test_a_message_without_text_is_dead_and_the_others_go_on(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, values={})
    await write_notice(club, mei.user)
    club.clock.now += LATER
    assert await sender(club, channel, real).drain() == 1
    assert [row["state"] for row in await rows(club)] == ["dead", "sent"]


async def test_a_row_that_is_broken_holds_up_nobody(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    first = await write_notice(club, mei.user, bulk=True)
    nobody = update(ROWS).where(ROWS.c.id == first).values(member_id=999)  # there is no such one
    await club.write(lambda work: work.db.execute(nobody))
    await write_notice(club, mei.user, bulk=True)
    one = sender(club, channel, real)
    await one.drain()
    assert channel.to(mei.user) == ["care.birthday_gift"]
    assert [row["reason"] for row in await rows(club)] == ["broken", ""]


async def test_what_waits_for_an_erased_person_is_skipped(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    made = await write_notice(club, mei.user, bulk=True)
    gone = update(ROWS).where(ROWS.c.id == made).values(address_id=1, member_id=2)
    await club.write(lambda work: work.db.execute(gone))
    await sender(club, channel, real).drain()
    assert [row["reason"] for row in await rows(club)] == ["unreachable"]


async def test_stop_does_not_wait_for_ever_for_a_silent_platform(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.delivery.PATIENCE_SECONDS", 0.2)
    await write_notice(club, mei.user, bulk=True, surely=False)
    silence = asyncio.Event()
    channel.before = silence.wait  # type: ignore[assignment]
    one = sender(club, channel, real)
    await one.round()
    await asyncio.wait_for(one.stop(), 5)
    channel.before = None
    await sender(club, channel, real, "two").drain()
    assert [row["state"] for row in await rows(club)] == ["unknown"]


# -- floods -----------------------------------------------------------------------------


async def test_a_wait_asked_for_halfway_is_kept_and_the_longest_holds(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_notice(club, mei.user, bulk=True, surely=False)
    channel.faults["*"] = "flood halfway"
    one = sender(club, channel, real)
    await one.drain()
    now, route = club.clock.now, one.route
    assert one.silence.answer_until(mei.user) == now + timedelta(seconds=7)
    # Two processes are told at once: neither can see what the other has not committed.
    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "floods", lambda *_: {})
        for seconds in (9, 5):
            until = now + timedelta(seconds=seconds)
            await club.write(
                lambda work, until=until: work.outbox.flood(route, mei.user, until, now)
            )
    kept = await club.read(lambda work: work.outbox.floods(route, now))
    assert kept == {mei.user: now + timedelta(seconds=9)}


async def test_a_flood_silences_its_chat_and_everything_in_bulk(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    li = await club.person("Li").joins()
    await write_notice(club, mei.user)
    club.clock.now += LATER
    channel.faults[mei.user] = "flood"
    one = sender(club, channel, real)
    await one.drain()
    channel.faults.clear()
    await write_notice(club, li.user)
    await write_notice(club, li.user, bulk=True)
    club.clock.move(seconds=6)
    # Another process, as after a restart: the wait is in the database.
    await one.stop()
    two = sender(club, channel, real, "two")
    await two.drain()
    assert channel.tries == [mei.user]
    club.clock.move(seconds=1)
    await asyncio.sleep(0.1)
    await two.drain()
    club.clock.move(seconds=10)
    await asyncio.sleep(0.1)
    await two.drain()
    assert sorted(channel.tries[1:]) == sorted([mei.user, li.user, li.user])


async def test_floods_in_two_chats_silence_the_account(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    people = [mei, await club.person("Li").joins(), await club.person("Wu").joins()]
    channel.faults["*"] = "flood"
    one = sender(club, channel, real)
    for person in people[:2]:
        await write_notice(club, person.user)
    club.clock.now += LATER
    await one.drain()
    tried = len(channel.tries)
    await write_notice(club, people[2].user, due_at=club.clock.now + timedelta(seconds=1))
    club.clock.move(seconds=5)
    await one.drain()
    assert len(channel.tries) == tried
    channel.faults.clear()
    for _ in range(3):
        club.clock.move(seconds=5)
        await asyncio.sleep(0.1)
        await one.drain()
    assert sorted(chat for chat, *_ in channel.journal) == sorted(p.user for p in people)


# -- what may not leave -----------------------------------------------------------------


async def test_hold_stops_everything_but_service_messages(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await _agree(club, mei, "care")
    await write_notice(club, mei.user, key="care.birthday", values=BIRTHDAY, purpose="care")
    await write_notice(club, mei.user, bulk=True)
    assert await club.write(lambda work: post.hold(work, True, Actor("cli"), club.clock()))
    assert not await club.write(lambda work: post.hold(work, True, Actor("cli"), club.clock()))
    one = sender(club, channel, real)
    await one.drain()
    assert channel.to(mei.user) == ["care.birthday_gift"]
    assert await club.write(lambda work: post.hold(work, False, Actor("cli"), club.clock()))
    await asyncio.sleep(0.1)
    await one.drain()
    assert channel.to(mei.user) == ["care.birthday_gift", "care.birthday"]
    audit = await club.read(lambda work: work.audit.about(("post", "hold")))
    assert [row["action"] for row in audit] == ["post.release", "post.hold"]


async def test_hold_stops_what_was_claimed_already(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await _agree(club, mei, "care")
    await write_notice(club, mei.user, key="care.birthday", values=BIRTHDAY, purpose="care")
    one = sender(club, channel, real)
    assert await one.lease.hold()
    taken = await one._take(lanes=(1, 1, 1))
    await club.write(lambda work: post.hold(work, True, Actor("cli"), club.clock()))
    await one._accept(taken)
    await one.drain()
    assert channel.tries == []
    assert (await rows(club))[0]["state"] == "pending"


async def test_consent_taken_back_before_sending_is_respected_and_recorded(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, key="care.birthday", values=BIRTHDAY, purpose="care")
    await sender(club, channel, real).drain()
    (row,) = await rows(club)
    assert (row["state"], row["reason"]) == ("skipped", "no_consent")
    assert channel.tries == []


async def test_who_is_frozen_while_a_message_waits_gets_service_alone(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    await write_notice(club, mei.user, bulk=True)
    for purpose in ("care", "promotions"):
        await _agree(club, mei, purpose)
        said = {"key": "care.birthday", "values": BIRTHDAY, "purpose": purpose}
        await write_notice(club, mei.user, **said, bulk=True)
    member = await mei.member_id()
    await club.write(lambda work: work.members.change(member, state=MemberState.FROZEN))
    await sender(club, channel, real).drain()
    states = {row["purpose"]: (row["state"], row["reason"]) for row in await rows(club)}
    skipped = ("skipped", "frozen")
    assert states == {"care": skipped, "promotions": skipped, "service": ("sent", "")}


async def test_an_open_complaint_pauses_offers_but_not_care(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    for purpose in ("promotions", "care"):
        await _agree(club, mei, purpose)
        await write_notice(club, mei.user, key="care.birthday", values=BIRTHDAY, purpose=purpose)
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    await mei.says("The milk was sour")
    one = sender(club, channel, real)
    for _ in range(3):
        await one.drain()
        await asyncio.sleep(0.1)
    states = {row["purpose"]: (row["state"], row["reason"]) for row in await rows(club)}
    assert states["promotions"] == ("skipped", "open_complaint")
    assert states["care"] == ("sent", "")


async def test_in_quiet_hours_bulk_waits_and_replies_do_not(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    club.clock.move(hours=13)  # eleven at night in Shanghai
    await write_notice(club, mei.user, bulk=True)
    await write_notice(club, mei.user)
    one = sender(club, channel, real)
    club.clock.now += LATER
    await one.drain()
    assert len(channel.journal) == 1
    bulk = (await rows(club))[0]
    assert bulk["state"] == "pending"
    assert bulk["due_at"].isoformat() == "2026-05-21T00:00:00+00:00"
    club.clock.now = bulk["due_at"]
    await asyncio.sleep(0.1)
    await one.drain()
    assert len(channel.journal) == 2


BIRTHDAY = {"name": "Mei", "points": 0}


async def _agree(club: Club, person: Person, purpose: str) -> None:
    member = await person.member_id()
    await club.write(
        lambda work: work.members.set_consent(member, purpose, True, "telegram", club.clock())
    )


async def test_bulk_rows_are_not_pushed(
    club: Club, mei: Person, channel: FakeChannel, real: RealTime
) -> None:
    made = await write_notice(club, mei.user, bulk=True)
    one = sender(club, channel, real)
    one.push([made])
    await one.stop()
    assert channel.tries == []
    assert await address(club, mei.user)
