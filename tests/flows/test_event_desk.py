"""What staff set of an event in the chat, invite to, and say afterwards, as dialogues."""

from datetime import timedelta

import pytest

from bot.messages import Kind, Media
from domain.event_rules import Rules
from domain.events import Answer
from services import events
from services.ports.club import Actor
from tests.flows.test_events import agreeing, by_itself, comes
from tests.support.club import Club, Person
from tests.support.threads import deliver, operator, plan

TYPED = {
    "en": {
        "text": ("当季新茶\n/\nThe new teas", "The new teas"),
        "place": ("静安寺店 / Bund store", "Bund store"),
        "ends": ("2026-06-01 20:30", "Ends"),
        "audience": ("level is gold", "For: "),
        "deposit": ("50", "Deposit: 50"),
        "guests": ("2", "Up to 2 guests"),
        "map": ("https://maps.example.com/here", "maps.example.com"),
    },
    "zh": {
        "deposit": ("五十", "请输入 0 到"),
        "guests": ("21", "请输入 0 到 20"),
        "map": ("在门口", "不是有效的网址"),
        "ends": ("昨天", ""),
        "audience": ("等级 是 不存在", ""),
    },
}


async def at_desk(club: Club, event: int, locale: str = "en") -> Person:
    staff = await operator(club, locale=locale)
    await staff.says("/events")
    await staff.taps("event.staff", str(event))
    return staff


@pytest.mark.parametrize("what", TYPED["en"])
async def test_what_is_typed_holds(club: Club, what: str) -> None:
    event = await plan(club, capacity=5)
    staff = await at_desk(club, event)
    await staff.taps("event.settings", str(event))
    said, shown = TYPED["en"][what]
    await staff.taps("event.set", str(event), what)
    card = await staff.says(said)
    assert card.key == "event.settings"
    assert shown in card.text


@pytest.mark.parametrize("what", TYPED["zh"])
async def test_what_cannot_be_used_is_asked_for_again(club: Club, what: str) -> None:
    event = await plan(club, capacity=5)
    before = await club.read(lambda work: work.events.get(event))
    staff = await at_desk(club, event, "zh")
    await staff.taps("event.settings", str(event))
    wrong, shown = TYPED["zh"][what]
    await staff.taps("event.set", str(event), what)
    answer = await staff.says(wrong)
    assert answer.key != "event.settings"
    assert shown in answer.text
    assert await club.read(lambda work: work.events.get(event)) == before
    good = {"ends": "2026-06-01 20:30", "audience": "等级 是 金卡", "map": "https://a.example/x"}
    assert (await staff.says(good.get(what, "3"))).key == "event.settings"


async def test_switches_and_levels_are_tapped(club: Club) -> None:
    event = await plan(club, capacity=5)
    staff = await at_desk(club, event)
    card = await staff.taps("event.settings", str(event))
    assert "By invitation only" in card.text
    card = await staff.taps("event.switch", str(event), "open")
    assert "without an invitation" in card.text
    card = await staff.taps("event.switch", str(event), "waits")
    assert "No waiting list" in card.text
    card = await staff.taps("event.level", str(event), "1")
    assert "Only " in card.text
    card = await staff.taps("event.level", str(event), "1")
    assert "All levels" in card.text


async def test_a_setting_is_taken_away_with_a_tap(club: Club) -> None:
    event = await plan(club, deposit=50)
    staff = await at_desk(club, event)
    await staff.taps("event.settings", str(event))
    await staff.taps("event.set", str(event), "deposit")
    assert "No deposit" in (await staff.taps("event.set_none")).text


async def test_whom_one_invites_is_counted_before_and_can_wait(club: Club) -> None:
    event = await plan(club, starts_at=club.clock() + timedelta(days=20))
    mei, lee = await agreeing(club), await agreeing(club, "Lee")
    staff = await at_desk(club, event)
    asked = await staff.taps("event.invite", str(event))
    assert asked.key == "event.ask_whom"
    wrong = await staff.says("level is nonsense")
    assert wrong.key.startswith("audience.")
    counted = await staff.says("tag is VIP or member for at least 0 days")
    if counted.key != "event.ask_invite_when":
        counted = await staff.taps("event.wave_level", "0")
    assert "2 members" in counted.text
    assert (await staff.says("yesterday")).key != "event.invited"
    planned = await staff.says("tomorrow 10:00")
    assert planned.key == "event.invited"
    assert "will go out from" in planned.text
    await by_itself(club)
    assert await mei.hears() == []
    card = await staff.taps("event.staff", str(event))
    assert "from " in card.text
    club.clock.now += timedelta(days=2)
    await by_itself(club)
    assert [len(await one.hears()) for one in (mei, lee)] == [1, 1]
    assert "2 invited" in (await staff.taps("event.staff", str(event))).text


async def test_inviting_is_stopped_with_a_tap(club: Club) -> None:
    event = await plan(club, starts_at=club.clock() + timedelta(days=20))
    mei = await agreeing(club)
    staff = await at_desk(club, event)
    await staff.taps("event.invite", str(event))
    await staff.taps("event.wave_all", str(event))
    await staff.says("tomorrow 10:00")
    assert "stopped after 0" in (await staff.taps("event.wave_stop")).text
    club.clock.now += timedelta(days=2)
    await by_itself(club)
    assert await mei.hears() == []


@pytest.mark.parametrize(("locale", "asked"), [("en", "are not returned"), ("zh", "不予退还")])
async def test_who_would_lose_a_deposit_is_asked_first(
    club: Club, locale: str, asked: str
) -> None:
    event = await plan(club, capacity=2, open_to_all=True, deposit=10)
    mei = await comes(club, event, locale=locale)
    member = await mei.member_id()
    found = await club.read(lambda work: work.events.get(event))
    club.clock.now = found.starts_at - timedelta(hours=2)
    await mei.says("/events")
    await mei.taps("event.show", str(event))
    sure = await mei.taps("event.answer", str(event), "no")
    assert asked in sure.text
    kept = await mei.taps("event.show", str(event))
    assert "✅" in kept.text
    await mei.taps("event.answer", str(event), "maybe")
    await mei.taps("event.answer", str(event), "maybe", "", "", "y")
    part = await club.read(lambda work: work.events.invitation(event, member))
    assert (part.answer, part.deposit_state) == (Answer.MAYBE, "forfeited")


async def over(club: Club, *, rules: Rules | None = None) -> tuple[int, Person, Person]:
    """An event that is over, with somebody who came and somebody who did not."""
    event = await plan(club, capacity=5, open_to_all=True, rules=rules or Rules())
    came, absent = await comes(club, event), await comes(club, event, "Lee", "zh")
    found = await club.read(lambda work: work.events.get(event))
    club.clock.now = found.opens_at
    staff = await operator(club, role="till", name="Tom")
    await staff.says("/events")
    await staff.taps("event.door", str(event))
    await staff.taps("event.in", str(event), str(await came.member_id()))
    club.clock.now = found.door_until + timedelta(minutes=1)
    await by_itself(club)
    return event, came, absent


async def test_who_came_is_thanked_with_photos_once(club: Club) -> None:
    event, came, absent = await over(club)
    staff = await operator(club)
    await staff.says("/events")
    await staff.taps("event.past")
    card = await staff.taps("event.staff", str(event))
    assert "Did not come 1" in card.text
    await staff.taps("event.thank", str(event))
    await staff.says("谢谢您来\n/\nThank you for coming")
    assert (await staff.says("no photo")).key == "event.no_photo"
    for number in (1, 2):
        kept = await staff.sends_photo(f"photo-{number}")
    assert "2 so far" in kept.text
    done = await staff.taps("event.thank_now")
    assert "1 member gets" in done.text
    await by_itself(club)
    thanks = [one for one in await came.hears() if one.key == "event.thanks"]
    assert ["Thank you for coming" in one.text for one in thanks] == [True]
    assert [len(one.media) for one in thanks] == [2]
    assert [one.key for one in await absent.hears() if one.key == "event.thanks"] == []
    await staff.taps("event.thank", str(event))
    await staff.says("again")
    assert (await staff.taps("event.thank_now")).key == "event.thanks_said"


async def test_an_album_is_one_answer(club: Club) -> None:
    event, _, _ = await over(club)
    staff = await operator(club)
    await staff.says("/events")
    await staff.taps("event.past")
    await staff.taps("event.staff", str(event))
    await staff.taps("event.thank", str(event))
    await staff.says("Thanks")
    answers = [
        await staff.sends(Kind.PHOTO, media=(Media(f"p{n}", "photo"),), album="a")
        for n in range(3)
    ]
    assert [one.key if one else None for one in answers] == ["event.photo_kept", None, None]
    await staff.taps("event.thank_now")
    found = await club.read(lambda work: work.events.get(event))
    assert len(found.photos) == 3


async def test_nobody_is_thanked_before_the_end(club: Club) -> None:
    event = await plan(club, open_to_all=True)
    staff = await at_desk(club, event)
    assert not any("thank" in key.label for row in staff.seen[-1].rows for key in row)
    await club.write(lambda work: events.cancel(work, event, Actor("Anna"), club.clock()))
    await by_itself(club)
    await deliver(club)
    card = await staff.taps("event.staff", str(event))
    assert "Called off" in card.text
