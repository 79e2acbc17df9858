"""Consents, quiet hours, time zone, language and the way out, as dialogues."""

import pytest

from bot.actions import Action
from bot.messages import Kind
from domain.consent import OPTIONAL
from tests.flows.talk import HUGE, labels, member
from tests.support.club import Club, Person


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def _consents(person: Person) -> dict[str, bool]:
    member_id = await person.member_id()
    found: dict[str, bool] = await person.club.read(lambda work: work.members.consents(member_id))
    return found


async def test_every_optional_purpose_starts_off(mei: Person) -> None:
    shown = labels(await mei.says("/settings"))
    assert sum(label.startswith("⬜") for label in shown) == len(OPTIONAL)
    assert await _consents(mei) == {}


async def test_a_switch_changes_the_card_in_place(mei: Person) -> None:
    await mei.says("/settings")
    on = await mei.taps("settings.toggle", "promotions")
    assert on.edit
    assert "✅ Offers and news" in labels(on)
    assert await _consents(mei) == {"promotions": True}
    off = await mei.taps("settings.toggle", "promotions")
    assert "⬜ Offers and news" in labels(off)
    assert await _consents(mei) == {"promotions": False}


async def test_a_switch_tapped_twice_stays_as_it_said(mei: Person) -> None:
    await mei.says("/settings")
    button = mei.button("settings.toggle", "care")
    for _ in range(2):
        await mei.sends(Kind.TAP, payload=button.payload)
    assert await _consents(mei) == {"care": True}


async def test_somebody_elses_switch_changes_nothing(club: Club, mei: Person) -> None:
    other = await club.person().joins()
    await mei.says("/settings")
    answer = await other.sends(
        Kind.TAP, payload=mei.button("settings.toggle", "promotions").payload
    )
    assert answer is not None
    assert answer.key == "general.expired"
    assert await _consents(other) == {}


# -- quiet hours ------------------------------------------------------------------------


async def test_quiet_hours_are_chosen(mei: Person) -> None:
    assert "22:00 to 08:00" in (await mei.says("/settings")).text
    await mei.taps("settings.quiet")
    shown = await mei.taps("settings.quiet_set", "21-9")
    assert "21:00 to 09:00" in shown.text
    await mei.taps("settings.quiet")
    assert "Quiet: never" in (await mei.taps("settings.quiet_set", "0-0")).text


# -- time zone --------------------------------------------------------------------------


async def test_a_zone_is_chosen_by_button(mei: Person) -> None:
    await mei.says("/settings")
    await mei.taps("settings.zones")
    shown = await mei.taps("settings.zone_set", "Europe/London")
    assert "Europe/London, it is 03:00 there" in shown.text
    assert (await member(mei)).zone == "Europe/London"


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("new york", "America/New_York"),
        ("北京", "Asia/Shanghai"),
        ("伦敦", "Europe/London"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("Zürich", "Europe/Zurich"),
    ],
)
async def test_a_zone_is_typed_as_a_city(mei: Person, said: str, zone: str) -> None:
    await mei.says("/settings")
    await mei.taps("settings.zones")
    assert (await mei.says(said)).key == "settings.shown"
    assert (await member(mei)).zone == zone


@pytest.mark.parametrize("said", ["", "Atlantis", "🌍", HUGE, "12:00", "../etc/passwd"])
async def test_an_unknown_zone_is_asked_again(mei: Person, said: str) -> None:
    await mei.says("/settings")
    await mei.taps("settings.zones")
    assert (await mei.says(said)).key == "zone.unknown"
    assert (await member(mei)).zone is None
    await mei.says("London")
    assert (await member(mei)).zone == "Europe/London"


@pytest.mark.parametrize("said", ["/cancel", "取消"])
async def test_cancel_leaves_the_zone_as_it_was(mei: Person, said: str) -> None:
    await mei.says("/settings")
    await mei.taps("settings.zones")
    await mei.says(said)
    await mei.says("London")
    assert (await member(mei)).zone is None


async def test_back_leads_from_the_choices_to_the_card(mei: Person) -> None:
    await mei.says("/settings")
    await mei.taps("settings.zones")
    assert (await mei.taps("settings.back")).key == "settings.shown"
    assert (await mei.says("London")).key == "general.unknown"


# -- language ---------------------------------------------------------------------------


async def test_the_language_changes_at_once_and_stays(mei: Person) -> None:
    both = await mei.says("/language")
    assert labels(both) == ["中文", "English"]
    changed = await mei.taps("language.set", "zh")
    assert (changed.key, changed.locale) == ("settings.language_set", "zh")
    assert (await mei.says("/points")).locale == "zh"
    assert (await member(mei)).locale == "zh"


@pytest.mark.parametrize(
    ("said", "locale"), [("/language zh", "zh"), ("中文", "zh"), ("english", "en")]
)
async def test_the_language_by_word(mei: Person, said: str, locale: str) -> None:
    assert (await mei.says(said)).locale == locale


async def test_an_unknown_language_offers_the_known_ones(mei: Person) -> None:
    assert (await mei.says("/language klingon")).key == "settings.language"


async def test_a_stranger_chooses_a_language_and_joins_in_it(club: Club) -> None:
    stranger = club.person(locale="en")
    await stranger.says("中文")
    assert (await stranger.says("/start")).locale == "zh"
    await stranger.taps("join")
    assert (await member(stranger)).locale == "zh"


# -- the way out ------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["/stop", "退订", "TD", "td", "T", "ＴＤ", "unsubscribe", "stop"])
async def test_stop_ends_promotions_at_once(mei: Person, said: str) -> None:
    await mei.says("/settings")
    for purpose in OPTIONAL:
        await mei.taps("settings.toggle", purpose.value, "on")
    stopped = await mei.says(said)
    assert stopped.key == "settings.stopped"
    assert await _consents(mei) == {
        "care": True,
        "promotions": False,
        "surveys": True,
        "personalised": False,
        "partners": False,
    }


async def test_stop_says_what_still_comes(club: Club, mei: Person) -> None:
    stopped = await mei.says("/stop")
    assert "receipts" in stopped.text
    assert "surveys" not in stopped.text
    await mei.says("/settings")
    await mei.taps("settings.toggle", "surveys", "on")
    assert "surveys" in (await mei.says("/stop")).text
    li = await club.person("李", "zh-hans").joins()
    assert "消费凭证" in (await li.says("退订")).text


async def test_stop_works_in_the_middle_of_a_question(mei: Person) -> None:
    await mei.taps("profile.tour")
    assert (await mei.says("TD")).key == "settings.stopped"
    await mei.says("Mei Li")
    assert (await member(mei)).name == "Mei Li"


async def test_a_text_that_only_mentions_it_stops_nothing(mei: Person) -> None:
    await mei.says("/settings")
    await mei.taps("settings.toggle", "promotions", "on")
    await mei.says("please do not unsubscribe me")
    assert await _consents(mei) == {"promotions": True}


async def test_stopping_twice_writes_nothing_new(mei: Person) -> None:
    await mei.says("/stop")
    before = await _consents(mei)
    await mei.says("/stop")
    assert await _consents(mei) == before


async def test_a_language_that_is_none_is_asked_again(club: Club) -> None:
    mei = await club.person("Mei", "en").joins()
    payload = club.signer.pack(Action("language.set", ("klingon",)), mei.user)
    answer = await mei.sends(Kind.TAP, payload=payload, message="1")
    assert answer is not None
    assert answer.key == "settings.language"
    assert (await mei.says("/points")).locale == "en"
