"""`/stock` as a dialogue: what is left, more and less, stop and start, for those who may."""

import pytest

from bot.messages import Kind
from domain.staff import OPERATOR, SERVICE, TILL
from services import waiting
from tests.flows.staffed import operator
from tests.support.club import NOW, Club, Person
from tests.support.threads import give, offer, points


async def member(club: Club, locale: str = "en") -> Person:
    person = await club.person("Mei", locale).joins()
    await give(club, person, 500)
    return person


async def card(club: Club, anna: Person, benefit: int) -> str:
    await anna.says("/stock")
    return (await anna.taps("stock.show", str(benefit))).text


async def stock(club: Club, benefit: int) -> int | None:
    found = await club.read(lambda work: work.benefits.get(benefit))
    return found.stock


async def audits(club: Club, benefit: int) -> list[tuple[str, object]]:
    rows = await club.read(lambda work: work.audit.about(("benefit", str(benefit))))
    return [(row["action"], row["detail"]) for row in rows]


@pytest.mark.parametrize(
    ("locale", "said", "words"),
    [
        ("en", "/stock", ["Stock of benefits", "Coffee", "12 left", "sold out", "no limit"]),
        ("zh-hans", "库存", ["权益库存", "咖啡", "剩 12 份", "已兑完", "不限量"]),
    ],
)
async def test_the_list_says_what_is_left(
    lite: Club, locale: str, said: str, words: list[str]
) -> None:
    await offer(lite, stock=12)
    await offer(lite, key="tea", names={"zh": "茶", "en": "Tea"}, stock=0)
    await offer(lite, key="bag", names={"zh": "袋", "en": "Bag"})
    anna = await operator(lite, OPERATOR, locale=locale)
    answer = await anna.says(said)
    assert answer.key == "stock.list"
    for word in words:
        assert word in answer.text


async def test_many_benefits_have_pages(lite: Club) -> None:
    for n in range(8):
        await offer(lite, key=f"b{n}", names={"zh": f"品{n}", "en": f"Item {n}"}, place=n)
    anna = await operator(lite, OPERATOR)
    first = await anna.says("/stock")
    assert "Item 5" in first.text
    assert "Item 6" not in first.text
    assert "Item 7" in (await anna.taps("stock", "1")).text
    assert "Item 0" in (await anna.taps("stock", "0")).text


async def test_more_and_less_by_button_and_by_number_with_an_audit_of_each(club: Club) -> None:
    coffee = await offer(club, stock=12)
    anna = await operator(club, OPERATOR)
    assert "12 left" in await card(club, anna, coffee)
    assert "22 left" in (await anna.taps("stock.step", "+10")).text
    assert "12 left" in (await anna.taps("stock.step", "-10")).text
    for typed, left in (("+25", 37), (" － 7", 30), ("−5", 25), ("40", 40), ("＝8", 8)):
        assert f"{left} left" in (await anna.says(typed)).text, typed
    assert await stock(club, coffee) == 8
    seen = await audits(club, coffee)
    assert len(seen) == 7
    assert ("benefit.stock", {"before": 12, "after": 22}) in seen


async def test_a_double_tap_adds_once(club: Club) -> None:
    coffee = await offer(club, stock=12)
    anna = await operator(club, OPERATOR)
    await card(club, anna, coffee)
    payload = anna.button("stock.step", "+10").payload
    for _ in range(3):
        await anna.sends(Kind.TAP, payload=payload, message="1", callback="c")
    assert await stock(club, coffee) == 22


@pytest.mark.parametrize("typed", ["many", "+", "1.5", "--3", "12345678"])
async def test_what_is_no_number_changes_nothing_and_says_how(lite: Club, typed: str) -> None:
    coffee = await offer(lite, stock=12)
    anna = await operator(lite, OPERATOR)
    await card(lite, anna, coffee)
    answer = await anna.says(typed)
    assert answer.key == "stock.bad_number"
    assert "+25" in answer.text
    assert await stock(lite, coffee) == 12
    assert "13 left" in (await anna.says("13")).text


async def test_fewer_than_none_unlimited_and_counted_ones_are_refused(club: Club) -> None:
    coffee = await offer(club, stock=3)
    bag = await offer(club, key="bag", names={"zh": "袋", "en": "Bag"})
    film = await offer(club, key="film", names={"zh": "影", "en": "Film"}, imported_codes=True)
    anna = await operator(club, OPERATOR)
    for benefit, words in (
        (coffee, "Only 3 of <b>Coffee</b> are left"),
        (bag, "Bag</b> has no limit"),
        (film, "Film</b> counts its partner's codes"),
    ):
        await card(club, anna, benefit)
        assert "−10" not in [key.label for row in anna.seen[-1].rows for key in row]
        refused = await anna.says("-4")
        assert (refused.key, words in refused.text) == ("stock.unchangeable", True)
        assert await audits(club, benefit) == []
    assert await stock(club, coffee) == 3


async def test_stopping_is_effective_for_the_very_next_tap(club: Club) -> None:
    coffee = await offer(club, stock=3)
    mei = await member(club)
    await mei.says("/benefits")
    await mei.taps("benefit.show", str(coffee))
    await mei.taps("benefit.confirm")
    had = await points(club, mei)
    anna = await operator(club, OPERATOR)
    await card(club, anna, coffee)
    stopped = await anna.taps("stock.stop")
    assert "stopped, 3 left" in stopped.text
    assert "Vouchers that are out stay valid" in stopped.text
    assert (await mei.taps("benefit.redeem")).key == "benefit.unavailable"
    assert await points(club, mei) == had
    assert "3 left" in (await anna.taps("stock.start")).text
    assert (await mei.taps("benefit.redeem")).key != "benefit.unavailable"
    assert await points(club, mei) == had - 150
    assert [name for name, _ in await audits(club, coffee)].count("benefit.stop") == 1


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", ["Stop <b>Coffee</b> now?", "1 member waits"]), ("zh-hans", ["停兑", "1 位会员"])],
)
async def test_stopping_what_people_wait_for_asks_first(
    club: Club, locale: str, words: list[str]
) -> None:
    coffee = await offer(club, stock=0)
    mei = await (await member(club)).member_id()
    await club.write(lambda work: waiting.join(work, mei, coffee, NOW))
    anna = await operator(club, OPERATOR, locale=locale)
    await card(club, anna, coffee)
    asked = await anna.taps("stock.stop")
    assert asked.key == "stock.sure"
    for word in words:
        assert word in asked.text
    assert await audits(club, coffee) == []
    await anna.taps("stock.show", str(coffee))
    await anna.taps("stock.stop")
    assert (await anna.taps("stock.stop_now")).key == "stock.card"
    assert [name for name, _ in await audits(club, coffee)] == ["benefit.stop"]


async def test_what_comes_goes_to_who_waits_and_not_before_it_is_started(club: Club) -> None:
    coffee = await offer(club, stock=0)
    mei = await (await member(club)).member_id()
    await club.write(lambda work: waiting.join(work, mei, coffee, NOW))
    anna = await operator(club, OPERATOR)
    await card(club, anna, coffee)
    await anna.taps("stock.stop")
    await anna.taps("stock.stop_now")
    assert "10 left" in (await anna.taps("stock.step", "+10")).text
    place = (await club.read(lambda work: work.waits.of_member(mei)))[coffee]
    assert not place.is_offered(NOW)
    assert "9 left" in (await anna.taps("stock.start")).text
    place = (await club.read(lambda work: work.waits.of_member(mei)))[coffee]
    assert place.is_offered(NOW)


@pytest.mark.parametrize("role", [TILL, SERVICE])
async def test_others_have_no_such_command(lite: Club, role: str) -> None:
    coffee = await offer(lite, stock=12)
    anna = await operator(lite, OPERATOR)
    await card(lite, anna, coffee)
    payload = anna.button("stock.step", "+10").payload
    ben = await operator(lite, role, "Ben")
    assert not (await ben.says("/stock")).key.startswith("stock")
    answer = await ben.sends(Kind.TAP, payload=payload, message="1", callback="c")
    assert answer is None or not answer.key.startswith("stock")
    assert await stock(lite, coffee) == 12
