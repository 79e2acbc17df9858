"""The catalogue as a dialogue: pages, categories, favourites, prices by level, waiting lists."""

from datetime import timedelta
from typing import Any

import pytest

from bot.messages import Kind, Rendered
from domain.benefits import Category
from services import waiting
from storage.work import Work
from tests.flows.talk import intents, labels
from tests.flows.test_benefits import member, redeems
from tests.support.club import NOW, Club, Person
from tests.support.threads import give, offer, points


async def shelf(club: Club, count: int) -> None:
    for number in range(count):
        names = {"zh": f"茶{number:02}", "en": f"Tea {number:02}"}
        await offer(club, key=f"tea-{number:02}", names=names, price=10 + number, place=number)


async def categories(club: Club, **names: str) -> None:
    def save(work: Work) -> None:
        for place, (key, name) in enumerate(names.items()):
            work.categories.save(Category(key, {"zh": f"{name}类", "en": name}, place))

    await club.write(save)


async def level(club: Club, person: Person, key: str) -> None:
    member_id = await person.member_id()
    await club.write(lambda work: work.members.change(member_id, level=key))


def texts(message: Rendered) -> str:
    return "\n".join([message.text, *labels(message)])


@pytest.mark.parametrize(("locale", "name"), [("en", "Tea"), ("zh-hans", "茶")])
async def test_the_catalogue_has_pages_that_go_round(club: Club, locale: str, name: str) -> None:
    await shelf(club, 14)
    mei = await member(club, locale)
    first = await mei.says("/benefits")
    assert "1/3" in labels(first)
    assert texts(first).count(name) == 12  # six in the text, six buttons
    second = await tap(mei, first, "›")
    assert "2/3" in labels(second)
    assert second.edit
    third = await tap(mei, second, "›")
    assert texts(third).count(name) == 4
    assert "1/3" in labels(await tap(mei, third, "›"))
    again = await mei.says("/benefits")
    assert "3/3" in labels(await tap(mei, again, "‹"))


async def tap(person: Person, message: Rendered, label: str) -> Rendered:
    """Taps what bears a label on that very message."""
    key = next(key for row in message.rows for key in row if key.label == label)
    answer = await person.sends(Kind.TAP, payload=key.payload, message="1", callback="c")
    assert answer is not None
    return answer


async def test_the_way_back_from_a_card_leads_to_the_same_page(club: Club) -> None:
    await shelf(club, 14)
    mei = await member(club)
    second = await tap(mei, await mei.says("/benefits"), "›")
    card = await mei.taps("benefit.show")
    assert card.key == "benefit.card"
    confirm = await mei.taps("benefit.confirm")
    assert confirm.key == "benefit.confirm"
    assert (await tap(mei, confirm, "Not now")).key == "benefit.card"
    assert labels(await tap(mei, card, "« Benefits")) == labels(second)


async def test_one_can_look_at_one_category(club: Club) -> None:
    await categories(club, cafe="Café", home="Home", empty="Empty")
    await offer(club, category="cafe")
    await offer(club, key="bag", names={"zh": "袋", "en": "Bag"}, category="home")
    mei = await member(club)
    every = await mei.says("/benefits")
    assert "Coffee" in every.text
    assert "Bag" in every.text
    choice = await mei.taps("benefit.categories")
    assert labels(choice) == ["Café", "Home", "All benefits"]
    home = await tap(mei, choice, "Home")
    assert "Coffee" not in home.text
    assert "Bag" in home.text
    assert "Home" in home.text
    again = await mei.taps("benefit.categories")
    assert "• Home" in labels(again)
    assert "Coffee" in (await tap(mei, again, "All benefits")).text


@pytest.mark.parametrize(
    ("locale", "on", "off", "mine", "none"),
    [
        ("en", "♥ Favourite", "No longer a favourite", "♥ Favourites", "No favourites yet"),
        ("zh-hans", "♥ 收藏", "取消收藏", "♥ 我的收藏", "还没有收藏"),
    ],
)
async def test_favourites_are_found_again(
    club: Club, locale: str, on: str, off: str, mine: str, none: str
) -> None:
    coffee = await offer(club)
    await offer(club, key="bag", names={"zh": "袋", "en": "Bag"})
    mei = await member(club, locale)
    empty = await tap(mei, await mei.says("/benefits"), mine)
    assert none in empty.text
    await mei.says("/benefits")
    card = await mei.taps("benefit.show", str(coffee))
    marked = await tap(mei, card, on)
    assert marked.edit
    assert marked.toast
    assert "♥" in marked.text
    again = await tap(mei, card, on)  # the old button once more
    assert off in labels(again)
    found = await tap(mei, await mei.says("/benefits"), mine)
    assert texts(found).count("Bag") + texts(found).count("袋") == 0
    unmarked = await tap(mei, again, off)
    assert on in labels(unmarked)
    assert none in (await tap(mei, await mei.says("/benefits"), mine)).text


async def test_a_level_has_its_own_price_and_the_normal_one_is_shown_beside_it(club: Club) -> None:
    coffee = await offer(club, level_prices={"gold": 90})
    mei = await member(club)
    had = await points(club, mei)
    assert "normally" not in (await mei.says("/benefits")).text
    await level(club, mei, "gold")
    assert "90 points (normally 150)" in (await mei.says("/benefits")).text
    card = await mei.taps("benefit.show", str(coffee))
    assert "90 points (normally 150)" in card.text
    confirm = await mei.taps("benefit.confirm")
    assert f"You will have {had - 90} points left" in confirm.text
    assert "90 points used" in (await mei.taps("benefit.redeem")).text
    assert await points(club, mei) == had - 90


async def test_what_is_left_is_told_when_it_is_little(club: Club) -> None:
    await offer(club, stock=20)
    await offer(club, key="many", names={"zh": "袋", "en": "Bag"}, stock=21)
    mei = await member(club)
    text = (await mei.says("/benefits")).text
    assert "only 20 left" in text
    assert "21 left" not in text


async def test_who_may_have_it_early_is_told_so_and_others_when(club: Club) -> None:
    opens = NOW + timedelta(hours=10)
    coffee = await offer(club, redeem_from=opens, early_hours={"gold": 24})
    mei = await member(club)
    text = (await mei.says("/benefits")).text
    assert "from 20 May 2026, 20:00" in text
    await level(club, mei, "gold")
    assert "early for you" in (await mei.says("/benefits")).text
    card = await mei.taps("benefit.show", str(coffee))
    assert "everybody else from 20 May 2026, 20:00" in card.text
    await mei.taps("benefit.confirm")
    assert (await mei.taps("benefit.redeem")).key == "benefit.redeemed"


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({"stock": 0}, "sold out", "已兑完"),
        ({"levels": ("gold",)}, "from level Gold", "及以上专享"),
        ({"redeem_until": NOW}, "no longer on offer", "已结束"),
        ({"stopped": True}, "not on offer at the moment", "暂停兑换"),
        ({"price": 10**6}, "points to go", "还差"),
    ],
    ids=["sold out", "level", "over", "stopped", "points"],
)
async def test_the_card_says_why_not_and_offers_no_button_for_it(
    club: Club, changes: dict[str, Any], english: str, chinese: str
) -> None:
    coffee = await offer(club, **changes)
    for locale, words in (("en", english), ("zh-hans", chinese)):
        mei = await member(club, locale, more=0)
        await mei.says("/benefits")
        card = await mei.taps("benefit.show", str(coffee))
        assert words in card.text
        assert "benefit.confirm" not in intents(mei, card)


async def test_the_limit_names_its_period(club: Club) -> None:
    coffee = await offer(club, per_member=1, per="month")
    mei = await member(club)
    await redeems(mei, coffee)
    assert "you have had yours this month" in (await mei.says("/benefits")).text


async def test_a_picture_goes_with_the_card_and_stays_under_its_next_texts(club: Club) -> None:
    coffee = await offer(club, picture="ab" * 32)
    mei = await member(club)
    assert not (await mei.says("/benefits")).photo
    card = await mei.taps("benefit.show", str(coffee))
    confirm = await mei.taps("benefit.confirm")
    done = await mei.taps("benefit.redeem")
    assert {card.photo, confirm.photo, done.photo} == {"picture:" + "ab" * 32}
    assert card.edit
    assert confirm.edit
    assert done.edit


@pytest.mark.parametrize(
    ("locale", "join", "leave", "waits"),
    [
        ("en", "🔔 Tell me when it is back", "Leave the waiting list", "on the waiting list"),
        ("zh-hans", "🔔 到货通知我", "退出候补", "候补名单"),
    ],
)
async def test_who_waits_is_told_when_it_is_back_and_has_it_kept(
    club: Club, locale: str, join: str, leave: str, waits: str
) -> None:
    coffee = await offer(club, stock=0, offer_hours=24)
    mei, other = await member(club, locale), await member(club)
    await mei.says("/benefits")
    card = await mei.taps("benefit.show", str(coffee))
    waiting_card = await tap(mei, card, join)
    assert waits in waiting_card.text
    assert labels(waiting_card)[0] == leave
    twice = await tap(mei, card, join)
    assert waits in twice.text
    assert join in labels(await tap(mei, waiting_card, leave))
    await tap(mei, card, join)
    await offer(club, stock=1, offer_hours=24)
    await club.write(lambda work: waiting.stock_came(work, coffee, club.clock()))
    heard = (await mei.hears())[-1]
    assert heard.key == "waiting.offered"
    await other.says("/benefits")
    theirs = await other.taps("benefit.show", str(coffee))
    assert "sold out" in theirs.text
    kept = await mei.sends(Kind.TAP, payload=heard.rows[0][0].payload)
    assert kept is not None
    assert kept.key == "benefit.confirm"
    assert (await mei.taps("benefit.redeem")).key == "benefit.redeemed"


async def test_a_place_that_a_button_carries_may_be_anything(club: Club) -> None:
    await offer(club)
    mei = await member(club)
    for said in (
        "/benefits 0a9",
        "/benefits 99f99",
        "/benefits 2",
        "/benefits a",
        "/benefits ０ａ０",
    ):
        assert (await mei.says(said)).key == "benefit.list", said


async def test_a_donation_counts_at_once_and_leads_to_no_code(club: Club) -> None:
    gift = await offer(club, kind="donation", names={"zh": "捐一餐", "en": "A meal given"})
    mei = await member(club)
    await mei.says("/benefits")
    card = await mei.taps("benefit.show", str(gift))
    assert "cannot be undone" in card.text
    assert "cannot be undone" in (await mei.taps("benefit.confirm")).text
    done = await mei.taps("benefit.redeem")
    assert "Thank you" in done.text
    assert "voucher.show" not in intents(mei, done)
    assert "used on" in (await mei.says("/vouchers")).text


async def test_a_free_benefit_is_called_free(club: Club) -> None:
    slice_ = await offer(club, price=0)
    mei = await member(club, more=0)
    had = await points(club, mei)
    assert "Coffee · free" in (await mei.says("/benefits")).text
    await mei.taps("benefit.show", str(slice_))
    assert "It is free" in (await mei.taps("benefit.confirm")).text
    assert "Free of charge" in (await mei.taps("benefit.redeem")).text
    assert await points(club, mei) == had


async def test_buttons_of_other_people_do_nothing_and_show_nothing(club: Club) -> None:
    coffee = await offer(club)
    mei, other = await member(club), await member(club)
    await mei.says("/benefits")
    await mei.taps("benefit.show", str(coffee))
    await mei.taps("benefit.confirm")
    had = await points(club, other)
    for intent in ("benefit.show", "benefit.mark", "benefit.confirm", "benefit.redeem"):
        stolen = await other.sends(Kind.TAP, payload=mei.button(intent).payload)
        assert stolen is not None
        assert stolen.key == "general.expired"
    assert await points(club, other) == had
    await give(club, mei, 1)  # and it is still mei's to tap
    assert (await mei.taps("benefit.redeem")).key == "benefit.redeemed"
