"""The profile as a dialogue: one thing at a time, one reward each, all of it can be changed."""

import asyncio
from dataclasses import replace

import pytest

from bot.markup import problems
from bot.messages import Kind
from domain.birthdays import Birthday
from domain.members import Gender
from storage.work import Work
from tests.flows.talk import (
    HOSTILE,
    HUGE,
    buys,
    freeze,
    intents,
    labels,
    member,
    new_rules,
    points,
)
from tests.support.club import Club, Person, programme

WELCOME = 50


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def _edits(person: Person, field: str) -> None:
    await person.says("/profile")
    await person.taps("profile.edit", field)


async def test_the_whole_profile_one_thing_at_a_time(mei: Person) -> None:
    first = await mei.taps("profile.tour")
    assert first.key == "profile.ask"
    assert "1 of 6" in first.text
    assert "+10" in first.text
    asked = await mei.says("Mei Li")
    assert "<b>+10</b>" in asked.text
    assert "birthday" in asked.text
    care = await mei.says("20 May 1990")
    assert care.key == "profile.consent"
    phone = await mei.taps("consent.say", "care", "yes")
    assert phone.ask_contact
    await mei.shares("+8613800138000")
    await mei.says("Shanghai")
    likes = await mei.taps("gender.set", "female")
    assert likes.key == "profile.likes"
    ticked = await mei.taps("like.on", "food")
    assert ticked.edit
    assert "✅ Food" in labels(ticked)
    offers = await mei.taps("profile.ticked")
    assert "offers and news" in offers.text
    done = await mei.taps("consent.say", "promotions", "no")
    assert done.key == "profile.done"
    assert "complete" in done.text
    assert await points(mei) == WELCOME + 10 + 20 + 30 + 10 + 10 + 20
    known = await member(mei)
    assert (known.name, known.birthday, known.phone, known.city, known.gender) == (
        "Mei Li",
        Birthday(5, 20, 1990),
        "+8613800138000",
        "Shanghai",
        Gender.FEMALE,
    )
    assert known.preferences == ("food",)


async def test_the_whole_profile_in_chinese(club: Club) -> None:
    mei = await club.person("李薇", "zh-hans").joins()
    await mei.taps("profile.tour")
    for said in ("李薇", "五月二十日", "好的", "138 0013 8000", "上海", "女", "美食"):
        answer = await mei.says(said)
        assert answer.locale == "zh"
    assert (await mei.taps("profile.ticked")).key == "profile.consent"
    assert (await mei.says("不用")).key == "profile.done"
    shown = await mei.says("我的资料")
    for value in ("李薇", "5月20日", "138****8000", "上海", "女", "美食"):
        assert value in shown.text


async def test_every_question_can_be_skipped(mei: Person) -> None:
    await mei.taps("profile.tour")
    seen = [mei.seen[-1].text]
    for _ in range(6):
        seen.append((await mei.taps("profile.skip")).text if len(seen) < 6 else "")
    assert len(set(seen)) == 7
    assert (await mei.taps("profile.ticked")).key == "profile.done"
    assert await points(mei) == WELCOME


async def test_a_tap_changes_the_question_in_place_and_leaves_the_card_alone(mei: Person) -> None:
    assert not (await mei.taps("profile.tour")).edit
    assert (await mei.taps("profile.skip")).edit
    assert not (await mei.says("20 May")).edit
    assert (await mei.taps("consent.say", "care", "no")).edit
    await mei.says("/profile")
    assert (await mei.taps("profile.edit", "name")).edit
    assert (await mei.taps("profile.back")).edit


async def test_a_skipped_question_is_offered_again_later(mei: Person) -> None:
    await mei.taps("profile.tour")
    await mei.taps("profile.skip")
    await mei.taps("profile.stop")
    again = await mei.taps("profile.tour")
    assert "call you" in again.text


async def test_one_tap_takes_the_name_that_the_platform_shows(mei: Person) -> None:
    await mei.taps("profile.tour")
    await mei.taps("profile.as_shown")
    assert (await member(mei)).name == "Mei"
    assert await points(mei) == WELCOME + 10


async def test_a_detail_is_changed_without_a_second_reward(mei: Person) -> None:
    await _edits(mei, "name")
    await mei.says("Mei")
    await _edits(mei, "name")
    shown = await mei.says("Mei Li")
    assert shown.key == "profile.shown"
    assert "Mei Li" in shown.text
    assert await points(mei) == WELCOME + 10


async def test_a_deleted_detail_brings_no_second_reward(mei: Person) -> None:
    await _edits(mei, "city")
    await mei.says("Shanghai")
    await _edits(mei, "city")
    deleted = await mei.taps("profile.drop", "city")
    assert (await member(mei)).city is None
    assert "(+10)" not in deleted.text.partition("City")[2].partition("\n")[0]
    await _edits(mei, "city")
    await mei.says("Beijing")
    assert await points(mei) == WELCOME + 10


@pytest.mark.parametrize("field", ["name", "birthday", "phone", "city", "gender", "preferences"])
async def test_each_detail_can_be_deleted(mei: Person, field: str) -> None:
    said = {"name": "Mei", "birthday": "20 May", "phone": "13800138000", "city": "Rome"}
    await _edits(mei, field)
    if field in said:
        await mei.says(said[field])
    elif field == "gender":
        await mei.taps("gender.set", "other")
    else:
        await mei.taps("like.on", "home")
        await mei.taps("profile.ticked")
    assert getattr(await member(mei), field)
    await mei.taps("profile.edit", field)
    if field == "preferences":
        await mei.taps("like.off", "home")
    else:
        await mei.taps("profile.drop", field)
    assert not getattr(await member(mei), field)


# -- bad input --------------------------------------------------------------------------

BAD = [
    ("name", "", "name.bad"),
    ("name", "   ", "name.bad"),
    ("name", HUGE, "name.bad"),
    ("name", "😀😀", "name.bad"),
    ("birthday", "", "birthday.unreadable"),
    ("birthday", "tomorrow", "birthday.unreadable"),
    ("birthday", HUGE, "birthday.unreadable"),
    ("birthday", "🎂", "birthday.unreadable"),
    ("birthday", "30 February", "birthday.impossible"),
    ("birthday", "2099-01-01", "birthday.impossible"),
    ("birthday", "1800-01-01", "birthday.impossible"),
    ("phone", "", "phone.bad"),
    ("phone", "call me", "phone.bad"),
    ("phone", "123", "phone.bad"),
    ("phone", HUGE, "phone.bad"),
    ("phone", "📱", "phone.bad"),
    ("city", "", "city.bad"),
    ("city", "12345", "city.bad"),
    ("city", HUGE, "city.bad"),
    ("city", "🏙", "city.bad"),
    ("gender", "rather not", "gender.bad"),
    ("gender", HUGE, "gender.bad"),
    ("preferences", "dragons", "preference.unknown"),
    ("preferences", HUGE, "preference.unknown"),
]


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
async def test_bad_input_is_told_and_changes_nothing(club: Club, locale: str) -> None:
    mei = await club.person("Mei", locale).joins()
    before = await member(mei)
    for field, said, answered in BAD:
        await _edits(mei, field)
        answer = await mei.says(said)
        assert (answer.key, answer.locale) == (answered, locale[:2]), (field, said[:20])
    assert await member(mei) == before
    assert await points(mei) == WELCOME


async def test_after_bad_input_one_simply_answers_again(mei: Person) -> None:
    await _edits(mei, "birthday")
    await mei.says("hm")
    await mei.says("20 May")
    assert (await member(mei)).birthday == Birthday(5, 20)


async def test_a_photo_is_no_answer(mei: Person) -> None:
    await _edits(mei, "name")
    assert (await mei.sends_photo()).key == "general.not_this_now"
    await mei.says("Mei")
    assert (await member(mei)).name == "Mei"


# -- consents, asked when they first make sense ---------------------------------------------


async def _consents(person: Person) -> dict[str, bool]:
    member_id = await person.member_id()
    found: dict[str, bool] = await person.club.read(lambda work: work.members.consents(member_id))
    return found


async def test_with_the_birthday_comes_the_question_for_greetings(mei: Person) -> None:
    await _edits(mei, "birthday")
    asked = await mei.says("20 May")
    assert "birthday and on holidays" in asked.text
    assert await _consents(mei) == {}
    assert (await mei.taps("consent.say", "care", "yes")).key == "profile.shown"
    assert await _consents(mei) == {"care": True}
    await _edits(mei, "birthday")
    assert (await mei.says("21 May")).key == "profile.shown"


@pytest.mark.parametrize(("said", "agreed"), [("yes", True), ("好的", True), ("No!", False)])
async def test_a_consent_is_given_or_not_in_words(mei: Person, said: str, agreed: bool) -> None:
    await _edits(mei, "birthday")
    await mei.says("20 May")
    assert (await mei.says("maybe")).key == "profile.consent"
    await mei.says(said)
    assert await _consents(mei) == {"care": agreed}


async def test_a_consent_that_nobody_answers_stays_off(mei: Person) -> None:
    await _edits(mei, "preferences")
    await mei.taps("like.on", "food")
    assert (await mei.taps("profile.ticked")).key == "profile.consent"
    await mei.says("/cancel")
    assert await _consents(mei) == {}


# -- birthdays --------------------------------------------------------------------------


async def test_an_unclear_birthday_is_chosen_by_button(mei: Person) -> None:
    await _edits(mei, "birthday")
    which = await mei.says("5/6/1990")
    assert which.key == "birthday.unclear"
    assert labels(which) == ["6 May", "5 Jun"]
    await mei.taps("profile.born", "1990-06-05")
    assert (await member(mei)).birthday == Birthday(6, 5, 1990)


async def test_under_fourteen_only_with_a_guardian(mei: Person) -> None:
    await _edits(mei, "birthday")
    asked = await mei.says("2015-05-20")
    assert asked.key == "profile.guardian"
    assert (await member(mei)).birthday is None
    await mei.taps("profile.born", "2015-05-20", "guardian")
    assert (await member(mei)).birthday == Birthday(5, 20, 2015)
    member_id = await mei.member_id()
    consents = await mei.club.read(lambda work: work.members.consents(member_id))
    assert consents["guardian"] is True


async def test_fourteen_today_needs_no_guardian(mei: Person) -> None:
    await _edits(mei, "birthday")
    assert (await mei.says("2012-05-20")).key == "profile.consent"
    assert (await member(mei)).birthday == Birthday(5, 20, 2012)


async def test_a_changed_birthday_tells_of_the_lock_and_deleting_does_not_avoid_it(
    mei: Person,
) -> None:
    await _edits(mei, "birthday")
    first = await mei.says("20 May")
    assert "birthday gifts" not in first.text
    await _edits(mei, "birthday")
    await mei.taps("profile.drop", "birthday")
    await _edits(mei, "birthday")
    changed = await mei.says("21 May")
    assert "19 Jun 2026" in changed.text
    assert await points(mei) == WELCOME + 20


@pytest.mark.parametrize("deleted_first", [True, False])
async def test_an_imported_birthday_is_changed_not_told(mei: Person, deleted_first: bool) -> None:
    member_id = await mei.member_id()
    known = Birthday(5, 20)
    await mei.club.write(lambda work: work.members.change(member_id, birthday=known))
    if deleted_first:
        await _edits(mei, "birthday")
        await mei.taps("profile.drop", "birthday")
    await _edits(mei, "birthday")
    assert "19 Jun 2026" in (await mei.says("21 May")).text


async def test_the_same_birthday_again_is_no_change(mei: Person) -> None:
    await _edits(mei, "birthday")
    await mei.says("20 May")
    await _edits(mei, "birthday")
    assert "birthday gifts" not in (await mei.says("5月20日")).text


# -- phones -----------------------------------------------------------------------------


async def test_a_typed_phone_is_kept_but_not_trusted(mei: Person) -> None:
    await _edits(mei, "phone")
    told = await mei.says("138 0013 8000")
    assert "not confirmed" in told.text
    assert await points(mei) == WELCOME
    assert await mei.club.read(lambda work: work.members.by_phone("+8613800138000")) == []


async def test_a_shared_phone_is_trusted_and_rewarded_once(mei: Person) -> None:
    await _edits(mei, "phone")
    shown = await mei.shares("+8613800138000")
    assert "138****8000</b> ✅" in shown.text
    await mei.shares("+8613800138000")
    assert await points(mei) == WELCOME + 30


async def test_somebody_elses_contact_is_refused(mei: Person) -> None:
    await _edits(mei, "phone")
    assert (await mei.shares("+8613800138000", own=False)).key == "phone.not_own"
    assert (await member(mei)).phone is None


async def test_a_contact_out_of_the_blue_is_the_members_phone(mei: Person) -> None:
    assert (await mei.shares("+8613800138000")).key == "profile.saved"
    assert (await member(mei)).phone == "+8613800138000"


async def test_a_shared_phone_brings_the_purchases_that_waited(mei: Person) -> None:
    await buys(mei, 128, phone="+8613800138000")
    assert await points(mei) == WELCOME
    told = await mei.shares("+8613800138000")
    assert "1 earlier purchase of yours: <b>+128</b>" in told.text
    assert await points(mei) == WELCOME + 30 + 128


async def test_a_strangers_contact_finds_nobody_and_offers_to_join(club: Club) -> None:
    stranger = club.person()
    answer = await stranger.shares("+8613800138000")
    assert answer.key == "phone.nobody"
    assert "join" in intents(stranger, answer)


async def test_the_phone_of_another_membership_offers_to_bring_them_together(club: Club) -> None:
    one, other = await club.person().joins(), await club.person().joins()
    await one.shares("+8613800138000")
    answer = await other.shares("+8613800138000")
    assert answer.key == "phone.merge"
    assert (await member(other)).phone is None


# -- interruptions ----------------------------------------------------------------------


async def test_help_in_the_middle_leaves_the_question_open(mei: Person) -> None:
    await mei.taps("profile.tour")
    for said in ("/help", "help"):
        helped = await mei.says(said)
        assert helped.key == "help.shown"
        assert "in the middle" in helped.text
    await mei.says("Mei")
    assert (await member(mei)).name == "Mei"


@pytest.mark.parametrize("said", ["/cancel", "cancel", "取消"])
async def test_cancel_leaves_the_questions(mei: Person, said: str) -> None:
    await mei.taps("profile.tour")
    assert (await mei.says(said)).key == "general.cancelled"
    await mei.says("Mei Li")
    assert (await member(mei)).name is None


async def test_an_old_button_of_the_questions_is_told(mei: Person) -> None:
    await mei.taps("profile.tour")
    old = mei.button("profile.skip")
    await mei.says("Mei")
    answer = await mei.sends(Kind.TAP, payload=old.payload)
    assert answer is not None
    assert answer.key == "general.expired"


async def test_a_double_tap_gives_one_reward(mei: Person) -> None:
    await _edits(mei, "gender")
    button = mei.button("gender.set", "female")
    for _ in range(2):
        await mei.sends(Kind.TAP, payload=button.payload)
    assert await points(mei) == WELCOME + 10


async def test_two_chats_of_one_member_at_once_bring_one_reward(club: Club, mei: Person) -> None:
    second = club.person("Mei at work")
    await second.says("/start")
    member_id = await mei.member_id()

    def bind(work: Work) -> None:
        address = work.addresses.find("telegram", "42", second.user)
        assert address is not None
        work.addresses.belong(address.id, member_id)

    await club.write(bind)
    for person in (mei, second):
        await person.says("/profile")
        await person.taps("profile.edit", "city")
    await asyncio.gather(mei.says("Rome"), second.says("Milan"))
    assert await points(mei) == WELCOME + 10


async def test_somebody_elses_tick_changes_nothing(club: Club, mei: Person) -> None:
    other = await club.person().joins()
    await _edits(mei, "preferences")
    answer = await other.sends(Kind.TAP, payload=mei.button("like.on", "food").payload)
    assert answer is not None
    assert answer.key == "general.expired"
    assert (await member(other)).preferences == ()


async def test_an_answer_much_later_is_no_answer(mei: Person) -> None:
    await mei.taps("profile.tour")
    mei.club.clock.move(hours=1)
    assert (await mei.says("Mei Li")).key == "general.unknown"
    assert (await member(mei)).name is None


# -- names that look like markup, paused members, new rules --------------------------------


async def test_a_name_that_looks_like_markup_is_harmless(club: Club) -> None:
    mei = await club.person("<i>Mei</i>").joins()
    assert problems(mei.seen[-1].text) == []
    await _edits(mei, "name")
    await mei.says(HOSTILE)
    for said in ("/card", "/profile", "/start"):
        answer = await mei.says(said)
        assert problems(answer.text) == []
        assert "<script>" not in answer.text
        assert "{{ 7*7 }}" in answer.text


async def test_a_frozen_member_tells_details_but_earns_nothing_yet(mei: Person) -> None:
    await freeze(mei)
    assert "paused" in (await mei.says("/card")).text
    await _edits(mei, "name")
    told = await mei.says("Mei")
    assert "being checked" in told.text
    assert await points(mei) == WELCOME


async def test_new_rules_hold_a_reward_back_until_they_are_accepted(mei: Person) -> None:
    await new_rules(mei.club, shrink=True)
    await _edits(mei, "name")
    assert "/rules" in (await mei.says("Mei")).text
    assert await points(mei) == WELCOME
    await mei.says("/rules")
    await mei.taps("rules.accept")
    await _edits(mei, "name")
    await mei.says("Mei")
    assert await points(mei) == WELCOME + 10


async def test_a_club_without_preferences_does_not_ask_for_them(database_url: str) -> None:
    club = await Club(database_url, replace(programme(), preferences=())).open()
    try:
        mei = await club.person("Mei").joins()
        assert "1 of 5" in (await mei.taps("profile.tour")).text
        shown = await mei.says("/profile")
        assert "Likes" not in shown.text
        assert "Likes" not in labels(shown)
    finally:
        await club.close()
