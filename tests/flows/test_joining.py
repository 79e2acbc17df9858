"""The first words, joining, the member card and the club rules, as dialogues."""

import pytest

from bot.markup import problems
from bot.messages import Kind, Rendered
from tests.flows.talk import HOSTILE, buys, freeze, intents, labels, member, new_rules, points
from tests.support.club import Club, Person
from tests.support.threads import ask, offer

SAID = [
    ("/start", "join.invitation"),
    ("hello", "join.invitation"),
    ("help", "help.shown"),
    ("积分", "join.invitation"),
    ("/history", "join.invitation"),
    ("/profile", "join.invitation"),
    ("/rules", "rules.shown"),
    ("/language", "settings.language"),
    ("/stop", "settings.stranger_stop"),
    ("asdf", "general.unknown"),
    ("/nonsense", "general.unknown"),
    ("/", "general.unknown"),
    ("/cancel", "general.nothing_to_cancel"),
    ("", "general.unknown"),
    ("😀", "general.unknown"),
    ("很" * 5000, "general.unknown"),
    ("/start " + "x" * 5000, "join.invitation"),
]


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
async def test_a_stranger_is_always_answered(club: Club, locale: str) -> None:
    stranger = club.person(locale=locale)
    for said, answered in SAID:
        answer = await stranger.says(said)
        assert (answer.key, answer.locale) == (answered, locale[:2]), said
    assert (await stranger.sends_photo()).key == "general.not_text"


async def test_one_tap_joins_with_welcome_points(club: Club) -> None:
    mei = club.person("Mei", "zh-hans")
    await mei.says("/start")
    welcome = await mei.taps("join")
    assert welcome.key == "join.welcome"
    assert welcome.locale == "zh"
    assert str((await member(mei)).shown_number) in welcome.text
    balance = await mei.says("我的积分")
    assert str(club.programme.welcome_points) in balance.text


async def test_joining_accepts_the_rules_in_force(club: Club) -> None:
    mei = await club.person().joins()
    assert (await member(mei)).charter_version == club.programme.charter.version


@pytest.mark.parametrize("said", ["/join", "join", "我要入会"])
async def test_joining_by_word(club: Club, said: str) -> None:
    assert (await club.person().says(said)).key == "join.welcome"


async def test_a_text_that_only_mentions_joining_does_not_join(club: Club) -> None:
    mei = club.person()
    assert (await mei.says("what happens when I join?")).key == "general.unknown"
    assert (await mei.says("/points")).key == "join.invitation"


async def test_tapping_join_twice_gives_one_membership_and_one_welcome(club: Club) -> None:
    mei = club.person()
    await mei.says("/start")
    button = mei.button("join")
    for _ in range(2):
        await mei.sends(Kind.TAP, payload=button.payload)
    assert [message.key for message in mei.seen] == [
        "join.invitation",
        "join.welcome",
        "card.shown",
    ]
    assert await points(mei) == club.programme.welcome_points


async def test_a_redelivered_update_gets_the_stored_answer(club: Club) -> None:
    mei = club.person()
    await mei.says("/start")
    payload = mei.button("join").payload
    first = await mei.sends(Kind.TAP, update_id="700", payload=payload)
    again = await mei.sends(Kind.TAP, update_id="700", payload=payload)
    assert first == again


async def test_somebody_elses_button_does_nothing(club: Club) -> None:
    mei, other = club.person(), club.person()
    await mei.says("/start")
    answer = await other.sends(Kind.TAP, payload=mei.button("join").payload)
    assert answer is not None
    assert answer.key == "general.expired"
    assert (await other.says("/points")).key == "join.invitation"


# -- how a member came ------------------------------------------------------------------


@pytest.mark.parametrize("payload", ["src_poster-7", "ref_AB12CD34"])
async def test_the_link_by_which_a_member_came_is_kept(club: Club, payload: str) -> None:
    mei = club.person()
    await mei.says(f"/start {payload}")
    await mei.says("/start")
    await mei.taps("join")
    assert (await member(mei)).source == payload


async def test_the_first_link_counts_and_none_after_joining(club: Club) -> None:
    mei = club.person()
    await mei.says("/start src_poster")
    await mei.says("/start ref_AB12CD34")
    await mei.taps("join")
    await mei.says("/start src_flyer")
    assert (await member(mei)).source == "src_poster"


async def test_without_a_link_the_channel_is_kept(club: Club) -> None:
    mei = await club.person().joins()
    assert (await member(mei)).source == "telegram"


@pytest.mark.parametrize("payload", ["src_", "src_" + "x" * 80, "src_a;b", "nonsense", "<b>"])
async def test_a_link_that_cannot_be_ours_is_ignored(club: Club, payload: str) -> None:
    mei = club.person()
    assert (await mei.says(f"/start {payload}")).key == "join.invitation"
    await mei.taps("join")
    assert (await member(mei)).source == "telegram"


# -- the card ---------------------------------------------------------------------------


async def test_the_card_shows_who_what_and_how_far(club: Club) -> None:
    mei = await club.person("Mei").joins()
    await buys(mei, 128)
    card = await mei.says("/card")
    known = await member(mei)
    for part in ("🙂", "Mei", "Member", known.shown_number, "178", "31 May 2027"):
        assert part in card.text, part
    for part in (
        "🥈 Silver",
        "one of these is enough",
        "Spend ¥372.00 more in all\n▰▰▱▱▱▱▱▱▱▱ 25%",
    ):
        assert part in card.text, part
    assert "✨ Up to +100 for your profile" in labels(card)


async def test_the_card_in_chinese(club: Club) -> None:
    mei = await club.person("李薇", "zh-hans").joins()
    await buys(mei, 128)
    card = await mei.says("会员卡")
    for part in ("李薇", "普通会员", "会员号", "升级到 🥈 银卡会员", "累计消费还差 ¥372.00"):
        assert part in card.text, part


async def test_the_card_leads_everywhere(club: Club) -> None:
    mei = await club.person().joins()
    card = await mei.says("/card")
    wanted = {"points", "history", "level", "profile", "settings", "help"}
    assert wanted <= set(intents(mei, card))
    for intent in wanted:
        assert (await mei.taps(intent)).key != "general.unknown"


async def test_everything_on_the_card_and_in_the_menu_answers(club: Club) -> None:
    from templates import catalogue

    mei = await club.person().joins()
    for intent in intents(mei, await mei.says("/card")):
        assert (await mei.taps(intent)).key not in ("general.unknown", "error.broken"), intent
    for command in catalogue.commands("en"):
        await mei.says("/cancel")
        answer = await mei.says(f"/{command}")
        assert answer.key not in ("general.unknown", "error.broken"), command


async def test_a_name_that_looks_like_markup_is_harmless(club: Club) -> None:
    mei = club.person(HOSTILE)
    answers: list[Rendered] = [await mei.says("/start"), await mei.taps("join")]
    answers.append(await mei.says("/card"))
    for answer in answers:
        assert problems(answer.text) == []
        assert "<script>" not in answer.text
        assert "{{ 7*7 }}" in answer.text


async def test_a_frozen_member_reads_everything_and_is_told(club: Club) -> None:
    mei = await club.person().joins()
    await freeze(mei)
    card = await mei.says("/card")
    assert "paused" in card.text
    assert "profile.tour" not in intents(mei, card)
    for said in ("/points", "/history", "/level", "/profile", "/settings", "/help"):
        assert (await mei.says(said)).key not in ("member.frozen", "general.unknown")


# -- the club rules ---------------------------------------------------------------------


async def test_a_stranger_reads_the_rules_and_joins_from_there(club: Club) -> None:
    mei = club.person()
    await mei.says("/start")
    rules = await mei.taps("rules")
    assert "12 months" in rules.text
    assert (await mei.taps("join")).key == "join.welcome"


async def test_new_rules_that_take_nothing_are_announced_on_the_card(club: Club) -> None:
    mei = await club.person().joins()
    await new_rules(club, shrink=False)
    card = await mei.says("/card")
    assert "new version of our club rules" in card.text
    assert "rules" in intents(mei, card)
    assert "you lose nothing by them" in (await mei.taps("rules")).text


async def test_rules_that_shrink_rights_are_accepted_anew(club: Club) -> None:
    mei: Person = await club.person(locale="zh-hans").joins()
    await new_rules(club, shrink=True)
    assert "请查看并确认会员章程" in (await mei.says("/card")).text
    rules = await mei.taps("rules")
    assert "新的章程" in rules.text
    assert (await mei.taps("rules.accept")).key == "rules.accepted"
    assert (await member(mei)).charter_version == 2
    assert "章程" not in (await mei.says("/card")).text


async def test_shrunk_rights_stay_to_be_accepted_after_a_harmless_version(club: Club) -> None:
    mei = await club.person().joins()
    await new_rules(club, version=2, shrink=True)
    await new_rules(club, version=3, shrink=False)
    assert "read and accept our club rules" in (await mei.says("/card")).text


async def test_nothing_is_spent_or_earned_before_the_rules_are_accepted(club: Club) -> None:
    gift = await offer(club, price=10)
    await ask(club)
    mei = await club.person().joins()
    await new_rules(club, shrink=True)
    await mei.says("/benefits")
    await mei.taps("benefit.show", str(gift))
    await mei.taps("benefit.confirm")
    refused = await mei.taps("benefit.redeem")
    assert refused.key == "rules.not_accepted"
    assert "/rules" in refused.text
    await mei.says("/survey")
    assert (await mei.taps("survey.answer")).key == "rules.not_accepted"
    assert await points(mei) == club.programme.welcome_points
    await mei.says("/rules")
    await mei.taps("rules.accept")
    assert (await mei.taps("benefit.redeem")).key == "benefit.redeemed"


async def test_an_old_accept_button_shows_the_newest_rules(club: Club) -> None:
    mei = await club.person().joins()
    await new_rules(club, version=2, shrink=True)
    await mei.says("/rules")
    await new_rules(club, version=3, shrink=True)
    assert (await mei.taps("rules.accept")).key == "rules.shown"
    assert (await member(mei)).charter_version == 1


async def test_accepting_twice_is_accepting_once(club: Club) -> None:
    mei = await club.person().joins()
    await new_rules(club, shrink=True)
    await mei.says("/rules")
    for _ in range(2):
        assert (await mei.taps("rules.accept")).key == "rules.accepted"
