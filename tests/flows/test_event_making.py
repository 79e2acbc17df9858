"""Staff write an event in the chat and change it, as dialogues."""

from datetime import timedelta

import pytest

from tests.support.club import Club, Person
from tests.support.threads import deliver, operator, plan


async def at_desk(club: Club, event: int, locale: str = "en") -> Person:
    """Somebody of the staff before the card of an event."""
    staff = await operator(club, locale=locale)
    await staff.says("/events")
    await staff.taps("event.staff", str(event))
    return staff


@pytest.mark.parametrize(
    ("locale", "asked", "when", "seats"),
    [
        ("en", "What is it called", "tomorrow 18:30", "Seats left: 12"),
        ("zh", "活动叫什么名字", "明天 18:30", "剩余名额：12"),
    ],
)
async def test_an_event_is_written_in_four_answers(
    club: Club, locale: str, asked: str, when: str, seats: str
) -> None:
    staff = await operator(club, locale=locale)
    await staff.says("/events")
    assert asked in (await staff.taps("event.new")).text
    assert (await staff.says("品鉴会 / Tasting")).key == "event.ask_place"
    assert (await staff.says("静安寺店")).key == "event.ask_when"
    assert (await staff.says(when)).key == "event.ask_seats"
    card = await staff.says("12")
    assert card.key == "event.staff"
    assert seats in card.text
    assert {"zh": "品鉴会", "en": "Tasting"}[locale] in card.text
    (made,) = await club.read(lambda work: work.events.all())
    audits = await club.read(lambda work: work.audit.about(("event", made.id)))
    assert [one["action"] for one in audits] == ["event.create"]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("someday", "campaign.time_unreadable"),
        ("2020-01-01 10:00", "event.bad_times"),
    ],
)
async def test_a_wrong_time_is_asked_for_again(club: Club, typed: str, answer: str) -> None:
    staff = await operator(club)
    await staff.says("/events")
    await staff.taps("event.new")
    await staff.says("Tasting")
    await staff.says("Here")
    assert (await staff.says(typed)).key == answer
    assert (await staff.says("tomorrow 18:30")).key == "event.ask_seats"
    await staff.taps("event.no_limit")
    (made,) = await club.read(lambda work: work.events.all())
    assert made.capacity is None


async def test_another_time_is_told_to_who_said_yes(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    mei = await club.person().joins()
    await mei.says("/events")
    await mei.taps("event.show", str(event))
    await mei.taps("event.answer", str(event), "yes")
    before = await club.read(lambda work: work.events.get(event))
    staff = await at_desk(club, event)
    assert "1 member is told" in (await staff.taps("event.move", str(event))).text
    assert before is not None
    later = before.starts_at + timedelta(days=1)
    card = await staff.says(f"{later:%Y-%m-%d} 20:00")
    assert card.key == "event.staff"
    assert "20:00" in card.text
    after = await club.read(lambda work: work.events.get(event))
    assert after is not None
    assert after.round == before.round + 1


async def test_seats_that_people_have_cannot_be_taken_away(club: Club) -> None:
    event = await plan(club, open_to_all=True, capacity=5)
    for name in ("Mei", "Lee"):
        person = await club.person(name).joins()
        await person.says("/events")
        await person.taps("event.show", str(event))
        await person.taps("event.answer", str(event), "yes")
    staff = await at_desk(club, event)
    assert "2 are taken" in (await staff.taps("event.seats", str(event))).text
    assert (await staff.says("1")).key == "event.shrunk"
    assert "Seats left: 0" in (await staff.says("2")).text
    await deliver(club)


@pytest.mark.parametrize(("locale", "said"), [("en", "clocks"), ("zh", "时钟会拨快")])
async def test_an_hour_that_the_clocks_jump_over_is_refused(
    club: Club, locale: str, said: str
) -> None:
    event = await plan(club, zone="Europe/Berlin", starts_at=club.clock() + timedelta(days=1))
    before = await club.read(lambda work: work.events.get(event))
    staff = await at_desk(club, event, locale)
    await staff.taps("event.move", str(event))
    refused = await staff.says("2027-03-28 02:30")
    assert refused.key == "campaign.time_skipped"
    assert said in refused.text
    assert await club.read(lambda work: work.events.get(event)) == before
    await staff.says("2027-03-28 03:30")
    moved = await club.read(lambda work: work.events.get(event))
    assert moved.starts_at.isoformat() == "2027-03-28T01:30:00+00:00"
