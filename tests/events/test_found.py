"""Faults that reading and trying out have found in events, each with what holds now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.audience_expressions import Condition, Op, dump
from domain.campaigns import Audience, AudienceKind
from domain.event_rules import Rules
from domain.events import Answer, Place
from domain.saved_audiences import AudienceInUse
from scheduler.moments import Moments
from services import (
    content,
    erasing,
    event_steps,
    event_thanks,
    event_waves,
    events,
    merging,
    saved_audiences,
)
from services.content_files import ContentInvalid
from services.ports.club import Actor
from tests.events.test_cards import agreed, edits, gives, invited, sent
from tests.events.test_seats import (
    EARLY,
    RULES,
    STAFF,
    STARTS,
    available,
    broken,
    event_for,
    later,
    place,
    says,
)
from tests.support.club import Club

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY = Actor("Anna")


@pytest.fixture
async def named(club: Club) -> int:
    """A saved audience of everybody of the first level, called VIP."""
    level = (await club.read(lambda w: w.programmes.current())).first_level.key
    whom = Condition("level", Op.IS, (level,))
    saved = await club.write(
        lambda w: saved_audiences.save(w, "VIP", whom, "level", actor=BY, now=EARLY)
    )
    return saved.id


VIP = Condition("audience", Op.IS, ("VIP",))


async def test_a_member_who_is_erased_holds_up_nobody(club: Club) -> None:
    event = await event_for(club, capacity=5, open_to_all=False, deposit=10)
    (_, gone), (lee, stays) = await agreed(club, "Mei"), await agreed(club, "Lee")
    await gives(club, stays, 50)
    had = await available(club, stays)
    await invited(club, event)
    await says(club, event, stays)
    await club.write(lambda w: erasing.erase(w, gone, club.clock()))
    await club.write(lambda w: events.cancel(w, event, STAFF, club.clock()))
    assert ["called off" in text for text in await edits(club, lee)] == [True]
    assert "event.cancelled" in [one.key for one in await lee.hears()]
    assert await available(club, stays) == had


async def test_one_event_that_cannot_go_on_holds_up_no_other(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, member), _ = await agreed(club, "Mei"), None
    first = await event_for(club, key="first", capacity=5)
    other = await event_for(club, key="other", capacity=5)
    for event in (first, other):
        await says(club, event, member)
        await club.write(lambda w, event=event: events.cancel(w, event, STAFF, EARLY))
    go_on = event_steps.go_on

    def broken_one(work: Any, event_id: int, **known: Any) -> int:
        if event_id == first:
            work.db.exec_driver_sql("SELECT 1 FROM nowhere")
        return go_on(work, event_id, **known)

    monkeypatch.setattr(event_steps, "go_on", broken_one)
    await Moments(club.units).tell(EARLY + HOUR)
    assert await club.read(lambda w: event_steps.due(w, EARLY + HOUR)) == [first]


async def test_an_audience_that_an_event_is_made_of_stays(club: Club, named: int) -> None:
    await agreed(club, "Mei")
    audience = Audience(AudienceKind.EXPRESSION, expression=VIP).dump()
    event = await event_for(club, audience=audience)

    def close(work: Any) -> None:
        saved_audiences.close(work, named, BY, EARLY)

    with pytest.raises(AudienceInUse):
        await club.write(close)
    await club.write(lambda w: events.change(w, event, STAFF, EARLY, audience={}))
    asked = {"key": "w", "due_at": EARLY + DAY, "whom": VIP, "actor": STAFF, "now": EARLY}
    wave = await club.write(lambda w: event_waves.plan(w, event, **asked))
    with pytest.raises(AudienceInUse) as refused:
        await club.write(close)
    assert refused.value.by == ("品鉴会 / Tasting",)
    await club.write(lambda w: event_waves.stop(w, wave.id, STAFF, EARLY))
    await club.write(close)


async def test_what_names_an_audience_that_is_gone_goes_on(club: Club) -> None:
    (mei, member) = await agreed(club, "Mei")
    audience = Audience(AudienceKind.EXPRESSION, expression=VIP).dump()
    open_one = await event_for(club, key="open", audience=audience)
    event = await event_for(club, capacity=5, deposit=0)
    wave = {"key": "w", "event_id": event, "due_at": EARLY, "whom": dump(VIP)}
    await club.write(
        lambda w: w.event_waves.add(event_waves.Wave(w.new_id(), **wave), None, EARLY)
    )
    await says(club, event, member)
    await later(club, STARTS + DAY)
    assert (await place(club, event, member)).no_show
    club.clock.now = EARLY
    listed = await club.read(lambda w: [one.event.id for one in events.mine(w, member, EARLY)])
    assert open_one not in listed
    assert (await mei.says("/events")).key == "event.list"


async def test_what_waits_to_be_sent_is_withdrawn(club: Club) -> None:
    event = await event_for(club, open_to_all=False)
    _, member = await agreed(club, "Mei")
    asked = {"due_at": EARLY, "actor": STAFF, "now": EARLY}
    club.clock.now = EARLY
    wave = await club.write(lambda w: event_waves.plan(w, event, key="a", **asked))
    await later(club, EARLY)
    stopped = await club.write(lambda w: event_waves.stop(w, wave.id, STAFF, EARLY))
    assert (stopped.invited, await sent(club)) == (0, [])
    assert await club.read(lambda w: w.events.invitation(event, member)) is None
    await club.write(lambda w: event_waves.plan(w, event, key="b", **asked))
    await later(club, EARLY)
    await club.write(lambda w: events.cancel(w, event, STAFF, EARLY))
    await later(club, EARLY)
    assert await sent(club) == []


async def test_an_offer_or_reminder_that_waits_for_the_morning_does_not_outlive_its_truth(
    club: Club,
) -> None:
    (_, one), (_, two) = await agreed(club, "Mei"), await agreed(club, "Lee")
    event = await event_for(club, capacity=1, rules=replace(RULES, reminders=(30 * 60,)))
    await says(club, event, one)
    await says(club, event, two)
    night = STARTS - timedelta(hours=18)  # after midnight in Shanghai
    await later(club, night)  # the reminder waits for the morning
    await says(club, event, one, Answer.NO, night + timedelta(minutes=1))  # and so does the offer
    assert (await place(club, event, two)).place is Place.OFFERED
    await club.write(lambda w: events.cancel(w, event, STAFF, night + HOUR))
    await later(club, night + HOUR)
    texts = [text for _, _, text in await sent(club)]
    assert [text for text in texts if "come free" in text or "reminder" in text] == []
    assert len([text for text in texts if "cancelled" in text]) == 1


async def test_who_says_yes_late_is_not_reminded_at_once(club: Club) -> None:
    (mei, member), _ = await agreed(club, "Mei"), None
    event = await event_for(club, capacity=5, rules=replace(RULES, reminders=(1440, 60)))
    await says(club, event, member, now=STARTS - 6 * HOUR)
    await later(club, STARTS - 5 * HOUR)
    assert [one.key for one in await mei.hears()] == []
    await later(club, STARTS - HOUR)
    assert [one.key for one in await mei.hears()] == ["event.reminder"]


async def test_photos_come_after_thanks(club: Club) -> None:
    mei, member = await agreed(club, "Mei")
    words = {"zh": "谢谢", "en": "Thank you"}
    event = await event_for(club, capacity=5, rules=replace(RULES, thanks=words))
    await says(club, event, member)
    await club.write(lambda w: events.check_in(w, event, member, STAFF, STARTS))
    await later(club, STARTS + DAY)
    photo = {"reference": "p", "kind": "photo"}
    after = STARTS + 2 * DAY
    await club.write(lambda w: event_thanks.thank(w, event, words, [photo], STAFF, after))
    await later(club, after)
    thanks = [one for one in await mei.hears() if one.key == "event.thanks"]
    assert [len(one.media) for one in thanks] == [0, 1]


async def test_the_chat_of_a_merged_membership_shows_the_one_that_stands(club: Club) -> None:
    event = await event_for(club, capacity=3, open_to_all=False)
    (mei, kept), (lee, merged) = await agreed(club, "Mei"), await agreed(club, "Lee")
    await invited(club, event)
    await lee.hears()
    await lee.taps("event.answer", str(event), "yes")
    await club.write(lambda w: merging.merge(w, kept, merged, STAFF, club.clock()))
    for person in (mei, lee):
        assert not any("not coming" in text for text in await edits(club, person))


async def test_a_stricter_deadline_takes_no_deposit_of_who_agreed_before(club: Club) -> None:
    (_, member), _ = await agreed(club, "Mei"), None
    await gives(club, member, 50)
    event = await event_for(club, capacity=5, deposit=10, rules=replace(RULES, return_minutes=60))
    await says(club, event, member)
    rules = replace(RULES, return_minutes=48 * 60)
    await club.write(lambda w: events.change(w, event, STAFF, EARLY, rules=rules))
    done = await says(club, event, member, Answer.NO, STARTS - 10 * HOUR)
    assert done.deposit_state == "returned"
    assert await broken(club) == []


FILE = """
events:
  - {key: b, name: {zh: 品鉴会, en: Tasting}, place: {zh: 店, en: Shop},
     starts: "2026-06-30 18:30", zone: Asia/Shanghai, capacity: 5,
     invite: [{before: 2d}]}
"""


async def imports(club: Club, text: str) -> list[str]:
    done = await club.write(lambda w: content.import_events(w, text, BY, club.clock()))
    return [one.outcome for one in done]


async def test_the_same_file_again_leaves_what_the_chat_has_changed(club: Club) -> None:
    club.clock.now = EARLY
    await imports(club, FILE)
    event = await club.read(lambda w: w.events.by_key("b"))
    at = event.starts_at + DAY
    await club.write(lambda w: events.change(w, event.id, STAFF, EARLY, starts_at=at, capacity=9))
    assert await imports(club, FILE) == ["same"]
    found = await club.read(lambda w: w.events.by_key("b"))
    assert (found.starts_at, found.capacity, found.round) == (at, 9, 1)
    (wave,) = await club.read(lambda w: w.event_waves.of(event.id))
    assert found.starts_at - wave.due_at == 2 * DAY


async def test_a_file_does_not_bring_back_what_is_over(club: Club) -> None:
    club.clock.now = EARLY
    await imports(club, FILE)
    event = await club.read(lambda w: w.events.by_key("b"))
    club.clock.now = event.starts_at + 3 * DAY
    await later(club, club.clock())
    assert await imports(club, FILE) == ["same"]
    with pytest.raises(ContentInvalid) as refused:
        await imports(club, FILE.replace("06-30", "08-30"))
    assert "b is over or called off" in str(refused.value.problems[0])
    assert (await club.read(lambda w: w.events.by_key("b"))).starts_at == event.starts_at


async def test_the_door_and_the_list_know_who_walked_in(club: Club) -> None:
    (_, seated), (_, walked) = await agreed(club, "Mei"), await agreed(club, "Lee")
    event = await event_for(club, capacity=5)
    await says(club, event, seated)
    await club.write(lambda w: events.check_in(w, event, walked, STAFF, STARTS))
    count, some = await club.read(lambda w: events.expected(w, event, 8))
    assert (count, [one.part.member_id for one in some]) == (1, [seated])
    listed = await club.read(lambda w: [one.part.came for one in events.all_guests(w, event)])
    assert sorted(listed) == [0, 1]


async def test_a_party_that_waits_comes_in_together(club: Club) -> None:
    (_, seated), (_, waits) = await agreed(club, "Mei"), await agreed(club, "Lee")
    event = await event_for(club, capacity=3, rules=Rules(guests=2))
    await says(club, event, seated)
    await says(club, event, waits, guests=2)
    door = STARTS - HOUR
    await says(club, event, seated, Answer.NO, door)
    done = await club.write(lambda w: events.check_in(w, event, waits, STAFF, door))
    assert done.part.came == 3
    undone = await club.write(lambda w: events.undo(w, event, waits, STAFF, door))
    assert (undone.part.place, undone.part.guests) == (Place.WAITING, 2)
    assert await broken(club) == []


async def test_an_event_without_an_end_is_there_while_it_goes_on(club: Club) -> None:
    mei, member = await agreed(club, "Mei")
    event = await event_for(club, capacity=5)
    await says(club, event, member)
    club.clock.now = STARTS + timedelta(minutes=5)
    await mei.says("/events")
    card = await mei.taps("event.show", str(event))
    assert any(key.label.startswith("🎫") for row in card.rows for key in row)
