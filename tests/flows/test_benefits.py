"""Benefits and vouchers, as a dialogue: affordable first, redeemed with two taps, code shown."""

import re

import pytest

from bot.messages import Kind
from domain.codes import check_code
from tests.support.club import Club, Person
from tests.support.threads import give, inbox_and_post, offer, points

CODE = re.compile(r"<code>([0-9A-Z ]{19})</code>")


async def member(club: Club, locale: str = "en", more: int = 400) -> Person:
    person = await club.person("Mei", locale).joins()
    await give(club, person, more)
    return person


async def redeems(person: Person, benefit_id: int) -> None:
    await person.says("/benefits")
    await person.taps("benefit.show", str(benefit_id))
    await person.taps("benefit.confirm")
    await person.taps("benefit.redeem")


@pytest.mark.parametrize(
    ("locale", "said", "code_word"),
    [("en", "benefits", "Show or read out"), ("zh-hans", "我要兑换", "到店出示此码")],
)
async def test_a_member_swaps_points_for_a_voucher(
    club: Club, locale: str, said: str, code_word: str
) -> None:
    coffee = await offer(club)
    mei = await member(club, locale)
    had = await points(club, mei)
    assert (await mei.says(said)).key == "benefit.list"
    card = await mei.taps("benefit.show", str(coffee))
    assert card.key == "benefit.card"
    assert "150" in card.text
    confirm = await mei.taps("benefit.confirm")
    assert str(had - 150) in confirm.text
    assert await points(club, mei) == had
    done = await mei.taps("benefit.redeem")
    assert done.key == "benefit.redeemed"
    assert await points(club, mei) == had - 150
    shown = await mei.taps("voucher.show")
    assert shown.key == "voucher.card"
    assert code_word in shown.text
    assert shown.protect
    code = CODE.search(shown.text)
    assert code
    assert len(check_code(code[1])) == 16


async def test_what_one_can_have_now_stands_first_and_every_other_says_why_not(club: Club) -> None:
    mei = await member(club, more=0)
    has = await points(club, mei)
    far = {"zh": "箱", "en": "Box"}
    await offer(club, key="far", names=far, price=has * 10)
    await offer(club, key="near", names={"zh": "花", "en": "Flowers"}, price=has + 42)
    await offer(club, key="gone", names={"zh": "袋", "en": "Bag"}, price=1, stock=0)
    await offer(club, key="gold", names={"zh": "席", "en": "Seat"}, price=1, levels=("gold",))
    await offer(club, key="now", names={"zh": "茶", "en": "Tea"}, price=has)
    text = (await mei.says("/benefits")).text
    order = [text.index(name) for name in ("Tea", "Flowers", "Box")]
    assert order == sorted(order)
    assert "42 points to go" in text
    assert "sold out" in text
    assert "from level Gold" in text
    chinese = await mei.sends(text="/language") and await mei.taps("language.set", "zh")
    assert chinese
    text = (await mei.says("/benefits")).text
    for reason in ("还差 42", "已兑完", "及以上专享", "现在可兑换", "就快够了"):
        assert reason in text


async def test_a_hidden_or_closed_benefit_is_not_to_be_had(club: Club) -> None:
    mei = await member(club)
    hidden = await offer(club, visible_until=club.clock())
    assert "Coffee" not in (await mei.says("/benefits")).text
    await offer(club, visible_until=None)
    await mei.says("/benefits")
    await mei.taps("benefit.show", str(hidden))
    await mei.taps("benefit.confirm")
    await offer(club, redeem_until=club.clock())
    had = await points(club, mei)
    assert (await mei.taps("benefit.redeem")).key == "benefit.unavailable"
    assert await points(club, mei) == had


async def test_a_double_tap_redeems_once(club: Club) -> None:
    coffee = await offer(club)
    mei = await member(club)
    had = await points(club, mei)
    await mei.says("/benefits")
    await mei.taps("benefit.show", str(coffee))
    await mei.taps("benefit.confirm")
    button = mei.button("benefit.redeem").payload
    answers = [await mei.sends(Kind.TAP, payload=button) for _ in range(3)]
    assert [answer.key for answer in answers if answer] == ["benefit.redeemed"] * 3
    assert await points(club, mei) == had - 150
    assert (await mei.says("/vouchers")).text.count("Coffee") == 1


@pytest.mark.parametrize(
    ("locale", "told", "price"),
    [
        ("en", "The price has changed", 10**9),
        ("en", "The price has changed", 0),
        ("zh-hans", "刚有调整", 160),
    ],
)
async def test_another_price_than_the_one_confirmed_is_not_taken(
    club: Club, locale: str, told: str, price: int
) -> None:
    coffee = await offer(club, price=140)
    mei = await member(club, locale, more=2 * 10**9)
    had = await points(club, mei)
    await mei.says("/benefits")
    await mei.taps("benefit.show", str(coffee))
    assert told not in (await mei.taps("benefit.confirm")).text
    await offer(club, price=price)
    again = await mei.taps("benefit.redeem")
    assert (again.key, told in again.text) == ("benefit.confirm", True)
    assert "140" in again.text
    assert f"{had - price:,}" in again.text or not price
    assert await points(club, mei) == had
    yes = mei.button("benefit.redeem").payload
    assert (await mei.sends(Kind.TAP, payload=yes)).key == "benefit.redeemed"  # type: ignore[union-attr]
    assert await points(club, mei) == had - price
    await offer(club, price=150)  # the same tap once more
    assert (await mei.sends(Kind.TAP, payload=yes)).key == "benefit.redeemed"  # type: ignore[union-attr]
    assert await points(club, mei) == had - price


async def test_too_few_points_change_nothing_and_the_sentence_says_how_many_are_missing(
    club: Club,
) -> None:
    coffee = await offer(club)
    mei = await member(club, more=60)
    await mei.says("/benefits")
    if await points(club, mei) < 150:
        await give(club, mei, 150)
    await mei.taps("benefit.show", str(coffee))
    await mei.taps("benefit.confirm")
    await offer(club, price=100_000)
    had = await points(club, mei)
    refused = await mei.taps("benefit.redeem")
    assert refused.key == "points.too_few"
    assert f"{100_000 - had:,}" in refused.text
    assert await points(club, mei) == had
    assert "no vouchers yet" in (await mei.says("/vouchers")).text


async def test_each_member_gets_at_most_what_is_allowed(club: Club) -> None:
    coffee = await offer(club, per_member=1)
    mei = await member(club)
    await mei.says("/benefits")
    await mei.taps("benefit.show", str(coffee))
    await mei.taps("benefit.confirm")
    first = mei.button("benefit.redeem").payload
    await mei.taps("benefit.confirm")
    second = mei.button("benefit.redeem").payload
    assert first != second
    had = await points(club, mei)
    answers = [await mei.sends(Kind.TAP, payload=payload) for payload in (first, second)]
    assert [answer.key for answer in answers if answer] == [
        "benefit.redeemed",
        "benefit.unavailable",
    ]
    assert await points(club, mei) == had - 150


async def test_a_code_is_kept_neither_in_answers_nor_in_messages(club: Club) -> None:
    coffee = await offer(club)
    mei = await member(club)
    await redeems(mei, coffee)
    shown = await mei.taps("voucher.show")
    found = CODE.search(shown.text)
    assert found
    kept = await inbox_and_post(club)
    assert found[1] not in kept
    assert found[1].replace(" ", "") not in kept


async def test_somebody_elses_voucher_is_not_shown(club: Club) -> None:
    coffee = await offer(club)
    mei, other = await member(club), await member(club)
    await redeems(mei, coffee)
    await redeems(other, coffee)
    answer = await other.sends(Kind.TAP, payload=mei.button("voucher.show").payload)
    assert answer is not None
    assert answer.key == "general.expired"


async def test_a_voucher_expires_after_its_last_day(club: Club) -> None:
    coffee = await offer(club, valid_days=1)
    mei = await member(club)
    await redeems(mei, coffee)
    club.clock.move(days=1)
    assert "valid until 21 May" in (await mei.says("/vouchers")).text
    assert CODE.search((await mei.taps("voucher.show")).text)
    club.clock.move(days=1)
    assert "expired after 21 May" in (await mei.says("/vouchers")).text
    card = await mei.taps("voucher.show")
    assert not CODE.search(card.text)
