"""Deadlines of tickets: who is reminded when, what is escalated, what is told as late."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services import ticket_moves, ticket_talk
from services.ports.club import Actor
from services.ticket_words import Words

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def told(desk, person) -> list[str]:
    """Messages about deadlines that a person got."""
    return [
        key for key in desk.channel.to(person.user) if key in ("deadline.near", "desk.escalated")
    ]


async def test_the_desk_is_reminded_before_the_deadline_and_then_it_is_escalated(
    desk, mei, anna, olga
):
    ticket = await desk.complains(mei)  # Wednesday at 10:00: 4 hours, and lunch from 12:30
    assert ticket.due_at == local("2026-05-20 15:00")
    await desk.until(local("2026-05-20 13:59"))
    assert told(desk, anna) == told(desk, olga) == []
    await desk.until(local("2026-05-20 14:00"))
    # Nobody has it yet: everybody at the desk hears of it.
    assert told(desk, anna) == told(desk, olga) == ["deadline.near"]
    await desk.until(local("2026-05-20 14:39"))
    assert told(desk, olga) == ["deadline.near"]
    await desk.until(local("2026-05-20 14:40"))
    assert told(desk, olga) == ["deadline.near", "desk.escalated"]
    assert told(desk, anna) == ["deadline.near"]
    assert (await desk.ticket(ticket)).escalated_at == local("2026-05-20 14:40")
    await desk.until(local("2026-05-20 15:00"))
    assert told(desk, olga) == ["deadline.near", "desk.escalated", "desk.escalated"]
    await desk.until(local("2026-05-21 12:00"))
    assert len(told(desk, olga)) == 3, "each is told once"


async def test_only_who_has_the_ticket_is_reminded(desk, mei, anna, olga):
    ticket = await desk.complains(mei)
    anna_id = await desk.club.read(lambda work: work.staff.by_name("Anna").id)
    await desk.club.write(
        lambda work: ticket_moves.take(work, ticket.id, Actor("Anna", anna_id), desk.club.clock())
    )
    await desk.until(local("2026-05-20 14:10"))
    assert told(desk, anna) == ["deadline.near"]
    assert told(desk, olga) == []


async def test_an_answer_stops_the_clocks_and_the_members_word_starts_them(desk, mei, anna, olga):
    ticket = await desk.complains(mei)
    anna_id = await desk.club.read(lambda work: work.staff.by_name("Anna").id)
    actor, now = Actor("Anna", anna_id), desk.club.clock()
    await desk.club.write(
        lambda work: ticket_talk.say(
            work, ticket.id, Words("We are looking."), actor, key="answer:1", now=now
        )
    )
    answered = await desk.ticket(ticket)
    assert (answered.due_at, answered.resolve_by, answered.resolve_left) == (None, None, 24 * 60)
    await desk.passes(days=3)
    assert told(desk, anna) == told(desk, olga) == []
    now = desk.club.clock()  # Saturday at 10:00
    await desk.club.write(
        lambda work: ticket_talk.say(
            work, ticket.id, Words("Still sour."), None, key="more:1", now=now
        )
    )
    again = await desk.ticket(ticket)
    assert again.due_at == local("2026-05-23 14:00")
    # 8 hours of Saturday, 10 of Monday, 6 of Tuesday with an hour for lunch.
    assert again.resolve_by == local("2026-05-26 16:00")
    await desk.until(local("2026-05-23 14:00"))
    assert told(desk, anna) == ["deadline.near"]
    assert told(desk, olga) == ["desk.escalated", "desk.escalated"]


async def test_what_was_slept_through_is_told_once_and_as_late(desk, mei, anna, olga):
    await desk.complains(mei)
    await desk.sleeps(hours=6)
    assert told(desk, anna) == ["deadline.near"]
    assert told(desk, olga) == ["deadline.near", "desk.escalated"]
    late = [message for message in await anna.hears() if message.key == "deadline.near"]
    assert "late" in late[0].text
    await desk.sleeps(hours=1)
    assert (len(told(desk, anna)), len(told(desk, olga))) == (1, 2)


async def test_reminders_respect_the_weekend(desk, mei, anna, olga):
    await desk.until(local("2026-05-22 18:00"))
    ticket = await desk.complains(mei)  # Friday: 2 hours, then 2 on Saturday from 10:00
    assert ticket.due_at == local("2026-05-23 12:00")
    await desk.until(local("2026-05-23 10:59"))
    assert told(desk, anna) == []
    await desk.until(local("2026-05-23 11:00"))
    assert told(desk, anna) == ["deadline.near"]


async def test_two_workers_tell_each_of_them_once(desk, mei, anna, olga):
    await desk.complains(mei)
    desk.club.clock.move(hours=4)
    other = desk.worker._moments
    await desk.worker._moments.tell(desk.club.clock())
    await other.tell(desk.club.clock() + timedelta(seconds=20))
    await desk.worker.drain()
    assert told(desk, anna) == ["deadline.near"]


async def test_a_ticket_that_is_done_is_told_of_no_more(desk, mei, anna, olga):
    ticket = await desk.complains(mei)
    member = await mei.member_id()
    now = desk.club.clock()
    await desk.club.write(lambda work: ticket_moves.close(work, member, ticket.id, now))
    assert (await desk.ticket(ticket)).in_time is True
    await desk.passes(days=3)
    assert told(desk, anna) == told(desk, olga) == []
