"""An event from invitation to answer, as a dialogue."""

from datetime import timedelta

import pytest

from bot.messages import Kind, Rendered
from domain.event_rules import Rules
from tests.support import moments
from tests.support.club import Club, Person
from tests.support.threads import deliver, operator, plan


async def agreeing(club: Club, name: str = "Mei", locale: str = "en") -> Person:
    """A member who agreed to care messages."""
    person = await club.person(name, locale).joins()
    member = await person.member_id()
    await club.write(
        lambda work: work.members.set_consent(member, "care", True, "telegram", club.clock())
    )
    return person


async def taken(club: Club, event: int) -> int:
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    count: int = found.taken
    return count


async def invites(club: Club, event: int) -> Rendered:
    staff = await operator(club)
    await staff.says("/events")
    await staff.taps("event.staff", str(event))
    await staff.taps("event.invite", str(event))
    await staff.taps("event.wave_all", str(event))
    done = await staff.taps("event.wave_now")
    await by_itself(club)
    return done


async def by_itself(club: Club) -> None:
    """What the worker does with events by now."""
    while not await club.read(lambda work: moments.nothing_due(work, club.clock())):
        await club.write(lambda work: moments.do_due(work, club.clock(), 20))


@pytest.mark.parametrize(
    ("locale", "words", "coming"), [("en", "You are invited", "coming"), ("zh", "诚邀您", "参加")]
)
async def test_an_invitation_is_answered_with_one_tap(
    club: Club, locale: str, words: str, coming: str
) -> None:
    event = await plan(club, capacity=2)
    mei = await agreeing(club, locale=locale)
    await club.person("Lee").joins()
    invited = await invites(club, event)
    assert "1 invitation to" in invited.text
    invitation = (await mei.hears())[-1]
    assert words in invitation.text
    assert "18:30" in invitation.text
    yes = await mei.taps("event.answer", str(event), "yes")
    assert yes.key == "event.card"
    assert "✅" in yes.text
    assert coming in yes.text
    assert await taken(club, event) == 1
    listed = await mei.says("/events")
    assert "✅" in listed.text


async def test_one_may_change_ones_mind_and_the_seat_goes_with_it(club: Club) -> None:
    event = await plan(club, capacity=1, open_to_all=True)
    mei = await club.person().joins()
    await mei.says("/events")
    await mei.taps("event.show", str(event))
    for said, seats in (("yes", 1), ("yes", 1), ("maybe", 0), ("no", 0), ("yes", 1), ("no", 0)):
        await mei.taps("event.answer", str(event), said)
        assert await taken(club, event) == seats, said


async def test_a_full_event_says_so_and_keeps_the_old_answer(club: Club) -> None:
    event = await plan(club, capacity=1, open_to_all=True, rules=Rules(waits=False))
    mei, late = await club.person().joins(), await club.person(locale="zh").joins()
    for person in (mei, late):
        await person.says("/events")
        await person.taps("event.show", str(event))
    await mei.taps("event.answer", str(event), "yes")
    await late.taps("event.answer", str(event), "maybe")
    full = await late.taps("event.answer", str(event), "yes")
    assert full.key == "event.full"
    assert "名额已满" in full.text
    assert "考虑" in (await late.says("/events")).text
    assert await taken(club, event) == 1
    await mei.taps("event.answer", str(event), "no")
    assert (await late.taps("event.answer", str(event), "yes")).key == "event.card"


async def test_only_who_agreed_is_invited_and_each_once(club: Club) -> None:
    event = await plan(club)
    mei, lee = await agreeing(club), await club.person("Lee").joins()
    gone = await agreeing(club, "Gone")
    await gone.sends(Kind.BLOCKED)
    assert "1 invitation to" in (await invites(club, event)).text
    keys = [[message.key for message in await person.hears()] for person in (mei, lee, gone)]
    assert keys == [["event.invitation"], [], []]
    assert "No invitations" in (await lee.says("/events")).text
    staff = await operator(club, "Bo")
    await staff.says("/events")
    assert "Invited 1" in (await staff.taps("event.staff", str(event))).text
    await staff.taps("event.invite", str(event))
    assert (await staff.taps("event.wave_all", str(event))).key == "event.nobody_to_invite"


async def test_an_event_that_is_over_takes_no_answer(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    mei = await club.person().joins()
    await mei.says("/events")
    await mei.taps("event.show", str(event))
    club.clock.now += timedelta(days=30)
    assert (await mei.taps("event.answer", str(event), "yes")).key == "event.over"
    assert await taken(club, event) == 0
    assert "No invitations" in (await mei.says("/events")).text


async def test_others_buttons_and_closed_events_say_nothing(club: Club) -> None:
    event = await plan(club)
    mei, other = await agreeing(club), await club.person("Other").joins()
    await invites(club, event)
    await deliver(club)
    await mei.hears()
    answer = await other.sends(Kind.TAP, payload=mei.button("event.answer").payload)
    assert answer is not None
    assert answer.key == "general.expired"
    assert await taken(club, event) == 0


async def test_members_and_till_staff_cannot_invite(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    mei = await club.person().joins()
    till = await operator(club, role="till")
    listed = await mei.says("/events")
    labels = [key.label for row in listed.rows for key in row]
    assert not any("Manage events" in label for label in labels)
    assert (await till.says("/events")).key == "event.doors"
    for said in ("event.manage", "/event.manage", f"/event.invite {event}"):
        assert (await till.says(said)).key not in ("event.manage", "event.ask_whom"), said


# -- with guests, a ticket and the door --------------------------------------------------


async def comes(club: Club, event: int, name: str = "Mei", locale: str = "en") -> Person:
    """A member who said yes."""
    person = await club.person(name, locale).joins()
    await person.says("/events")
    await person.taps("event.show", str(event))
    await person.taps("event.answer", str(event), "yes")
    return person


@pytest.mark.parametrize(
    ("locale", "asked", "seat"),
    [("en", "Who comes with you", "with 2 guests"), ("zh", "同行", "2 位")],
)
async def test_guests_are_brought_with_a_tap(
    club: Club, locale: str, asked: str, seat: str
) -> None:
    event = await plan(club, capacity=4, open_to_all=True, rules=Rules(guests=2))
    mei = await comes(club, event, locale=locale)
    assert asked in (await mei.taps("event.answer", str(event), "yes")).text
    card = await mei.taps("event.answer", str(event), "yes", "2")
    assert seat in card.text
    assert await taken(club, event) == 3
    await mei.taps("event.answer", str(event), "yes")
    assert await taken(club, event) == 3
    refused = await mei.taps("event.answer", str(event), "yes", "0")
    assert refused.key == "event.card"
    assert await taken(club, event) == 1


@pytest.mark.parametrize(
    ("locale", "first", "offered"),
    [("en", "nobody is before you", "A seat is kept"), ("zh", "排在第一位", "已为您保留名额")],
)
async def test_who_waits_is_offered_the_seat_that_comes_free(
    club: Club, locale: str, first: str, offered: str
) -> None:
    event = await plan(club, capacity=1, open_to_all=True)
    mei = await comes(club, event)
    lee = await comes(club, event, "Lee", locale)
    assert first in (await lee.taps("event.answer", str(event), "yes")).text
    await mei.taps("event.answer", str(event), "no")
    await lee.says("/events")
    card = await lee.taps("event.show", str(event))
    assert offered in card.text
    seated = await lee.taps("event.take", str(event))
    assert any(key.label.startswith("🎫") for row in seated.rows for key in row)
    assert await taken(club, event) == 1


async def test_the_ticket_lets_in_once_at_the_till_and_can_be_undone(club: Club) -> None:
    event = await plan(club, capacity=5, open_to_all=True)
    mei = await comes(club, event)
    ticket = await mei.taps("event.ticket", str(event))
    code = ticket.text.partition("<code>")[2].partition("</code>")[0]
    till = await operator(club, role="till")
    assert (await till.says("/events")).key == "event.doors"
    early = await till.says(f"/start e_{code}")
    assert early.key == "event.check_in_not_yet"
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    club.clock.now = found.opens_at
    await till.says("/events")
    await till.taps("event.door", str(event))
    assert (await till.says(code + "0")).key != "event.arrived"
    assert (await till.says(code)).key == "event.arrived"
    assert (await till.says(f"/start e_{code}")).key == "event.checked_in_before"
    await till.taps("event.door", str(event))
    assert (await till.says(code)).key == "event.checked_in_before"


async def test_a_ticket_says_nothing_to_members(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    mei = await comes(club, event)
    ticket = await mei.taps("event.ticket", str(event))
    code = ticket.text.partition("<code>")[2].partition("</code>")[0]
    lee = await club.person("Lee").joins()
    assert not (await lee.says(f"/start e_{code}")).key.startswith("event.")


async def test_names_are_tapped_at_the_door(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    mei = await comes(club, event)
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    club.clock.now = found.opens_at
    till = await operator(club, role="till")
    await till.says("/events")
    await till.taps("event.door", str(event))
    who = str(await mei.member_id())
    assert (await till.taps("event.in", str(event), who)).key == "event.arrived"
    assert (await till.taps("event.out", str(event), who)).key == "event.not_arrived"
    door = await till.taps("event.door", str(event))
    assert "0 checked in, 1 still expected" in door.text


async def test_how_many_came_is_corrected_with_a_tap(club: Club) -> None:
    event = await plan(club, capacity=4, open_to_all=True, rules=Rules(guests=2))
    mei = await comes(club, event)
    await mei.taps("event.answer", str(event), "yes", "1")
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    club.clock.now = found.opens_at
    till = await operator(club, role="till")
    await till.says("/events")
    await till.taps("event.door", str(event))
    member = await mei.member_id()
    part = str((await club.read(lambda work: work.events.invitation(event, member))).id)
    who = str(member)
    assert "2 people" in (await till.taps("event.in", str(event), who)).text
    assert "3 people" in (await till.taps("event.heads", part, "3")).text
    assert await taken(club, event) == 3
    assert "people" not in (await till.taps("event.heads", part, "1")).text
    assert await taken(club, event) == 3
    counts = await club.read(lambda work: work.events.counts(event))
    assert (counts["came"], counts["heads"]) == (1, 1)


async def test_calling_off_says_who_is_told_first(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    mei = await comes(club, event)
    staff = await operator(club)
    await staff.says("/events")
    await staff.taps("event.staff", str(event))
    sure = await staff.taps("event.cancel", str(event))
    assert "1 coming" in sure.text
    assert "1 member is being told" in (await staff.taps("event.cancel_now", str(event))).text
    assert "No invitations" in (await mei.says("/events")).text


async def test_the_guest_list_and_the_calendar_come_as_files(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    mei = await comes(club, event)
    assert (await mei.taps("event.calendar", str(event))).key == "event.calendar"
    assert [one.key for one in await mei.hears()] == ["event.calendar_file"]
    staff = await operator(club)
    await staff.says("/events")
    await staff.taps("event.staff", str(event))
    assert "1 line" in (await staff.taps("event.guests", str(event))).text
