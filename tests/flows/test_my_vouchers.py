"""The member's vouchers as a dialogue: the list, the picture of a code, giving one back."""

import pytest

from bot.messages import Kind
from services import presents, stores, vouchers
from services.ports.club import Actor
from storage.work import Work
from tests.flows.talk import intents, labels
from tests.flows.test_benefits import CODE, member, redeems
from tests.flows.test_catalogue import tap
from tests.support.club import Club, Person
from tests.support.threads import inbox_and_post, offer, points


async def newest(club: Club, person: Person) -> int:
    member_id = await person.member_id()
    found: int = await club.read(lambda work: work.vouchers.of_member(member_id)[0].id)
    return found


@pytest.mark.parametrize(
    ("locale", "ask", "back", "done"),
    [
        ("en", "return as they were", "Yes, give it back", "150 points returned"),
        ("zh-hans", "会原路退回", "确认取消", "150 积分已退回"),
    ],
)
async def test_a_voucher_is_given_back_in_time_and_its_points_return(
    club: Club, locale: str, ask: str, back: str, done: str
) -> None:
    coffee = await offer(club, cancel_hours=48)
    mei = await member(club, locale)
    had = await points(club, mei)
    await redeems(mei, coffee)
    card = await mei.taps("voucher.show")
    sure = await mei.taps("voucher.back")
    assert ask in sure.text
    assert await points(club, mei) == had - 150
    assert any(back in label for label in labels(sure))
    answers = [await mei.taps("voucher.back_do") for _ in range(2)]
    assert [answer.key for answer in answers] == ["voucher.back_done"] * 2
    assert done in answers[0].text
    assert await points(club, mei) == had
    again = await mei.sends(Kind.TAP, payload=card.rows[-1][0].payload)
    assert again is not None
    assert not CODE.search((await mei.taps("voucher.show")).text)


async def test_after_its_hours_it_is_not_given_back_any_more(club: Club) -> None:
    coffee = await offer(club, cancel_hours=48)
    mei = await member(club)
    await redeems(mei, coffee)
    had = await points(club, mei)
    card = await mei.taps("voucher.show")
    assert "Can be given back until 22 May 2026, 10:00" in card.text
    await mei.taps("voucher.back")
    club.clock.move(hours=48)
    assert (await mei.taps("voucher.back_do")).key == "cancelling.refused"
    assert (await tap(mei, card, "↩️ Give it back")).key == "voucher.card"
    assert "voucher.back" not in intents(mei, await mei.taps("voucher.show"))
    assert await points(club, mei) == had


async def test_one_that_never_comes_back_has_no_button_for_it(club: Club) -> None:
    coffee = await offer(club, cancel_hours=0)
    mei = await member(club)
    await redeems(mei, coffee)
    assert "voucher.back" not in intents(mei, await mei.taps("voucher.show"))


async def test_a_present_cost_nothing_that_could_come_back(club: Club) -> None:
    await offer(club, cancel_hours=48)
    mei = await member(club)
    member_id = await mei.member_id()

    def give(work: Work) -> None:
        assert presents.present(work, member_id, "coffee", key="gift", now=club.clock())

    await club.write(give)
    await mei.says("/vouchers")
    shown = await mei.taps("voucher.show")
    assert "voucher.back" not in intents(mei, shown)
    assert "come back" not in shown.text


async def test_the_code_comes_with_its_picture_and_is_kept_nowhere(club: Club) -> None:
    coffee = await offer(club)
    mei = await member(club)
    await redeems(mei, coffee)
    shown = await mei.taps("voucher.show")
    voucher_id, member_id = await newest(club, mei), await mei.member_id()
    assert shown.photo == f"voucher:{voucher_id}:{member_id}"
    assert shown.protect
    assert shown.secret
    code = CODE.search(shown.text)
    assert code
    assert code[1] not in await inbox_and_post(club)


@pytest.mark.parametrize(
    ("locale", "where", "title"),
    [("en", "at Harbour", "Used and expired"), ("zh-hans", "在Harbour使用", "已使用、已过期")],
)
async def test_used_ones_tell_where_and_when(
    club: Club, locale: str, where: str, title: str
) -> None:
    coffee = await offer(club)
    mei = await member(club, locale)
    await redeems(mei, coffee)
    voucher_id = await newest(club, mei)
    store = await club.write(
        lambda work: stores.add(work, "H1", "Harbour", Actor("test"), club.clock())
    )
    at = Actor("Anna", 7, store.id)
    await club.write(lambda w: vouchers.use(w, voucher_id, at, key="u", now=club.clock()))
    text = (await mei.says("/vouchers")).text
    assert where in text
    assert title in text


async def test_many_vouchers_have_pages(club: Club) -> None:
    coffee = await offer(club, price=1)
    mei = await member(club)
    for _ in range(10):
        await redeems(mei, coffee)
    first = await mei.says("/vouchers")
    assert "1/2" in labels(first)
    assert first.text.count("Coffee") == 8
    second = await tap(mei, first, "›")
    assert second.text.count("Coffee") == 2
    assert second.edit
    assert (await mei.says("/vouchers 77")).text == second.text
    assert (await mei.says("/vouchers x")).text == first.text


async def test_buttons_of_another_person_give_nothing_back(club: Club) -> None:
    coffee = await offer(club, cancel_hours=48)
    mei, other = await member(club), await member(club)
    await redeems(mei, coffee)
    await mei.taps("voucher.show")
    await mei.taps("voucher.back")
    had = await points(club, mei)
    for intent in ("voucher.show", "voucher.back", "voucher.back_do"):
        stolen = await other.sends(Kind.TAP, payload=mei.button(intent).payload)
        assert stolen is not None
        assert stolen.key == "general.expired"
    assert await points(club, mei) == had
