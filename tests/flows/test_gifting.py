"""Handing points on as a dialogue, and undoing it on the member's card."""

from dataclasses import replace

import pytest

from bot.markup import problems
from domain.programme import Transfers
from services import gifting
from tests.flows.staffed import operator
from tests.flows.talk import HOSTILE, HUGE, buys, freeze, labels, member, new_rules, points
from tests.support.club import Club, Person


@pytest.fixture
async def mei(club: Club) -> Person:
    rules = replace(club.programme, version=2, transfers=Transfers(10, 1000))
    await club.write(lambda w: w.programmes.publish(rules, club.clock(), None))
    return await club.person("Mei").joins()


@pytest.fixture
async def li(club: Club) -> Person:
    joined = await club.person("李", "zh-hans").joins()
    member_id = await joined.member_id()
    await club.write(lambda w: w.members.change(member_id, name="李小龙"))
    return joined


async def number(person: Person) -> str:
    return str((await member(person)).number)


async def test_points_are_handed_on_in_four_messages(mei: Person, li: Person) -> None:
    await buys(mei, 200)
    assert "🎁 Hand points on" in labels(await mei.says("/points"))
    asked = await mei.taps("gift")
    assert (asked.key, "250" in asked.text, "1,000" in asked.text) == ("gift.who", True, True)
    assert (await mei.says(await number(li))).key == "gift.points"
    sure = await mei.says("100")
    assert "<b>100</b> points to <b>李**</b>" in sure.text
    assert (await number(li))[-4:] in sure.text
    assert "小龙" not in sure.text
    done = await mei.taps("gift.do")
    assert (done.key, done.edit) == ("gift.done", True)
    assert "150 left" in done.text
    told = (await li.hears())[-1]
    assert (told.key, "赠送给您 <b>100</b>" in told.text) == ("gift.told", True)
    assert (await points(mei), await points(li)) == (150, 150)


async def test_two_taps_are_one_gift(mei: Person, li: Person) -> None:
    await buys(mei, 200)
    await mei.says(f"/gift {await number(li)} 100")
    await mei.taps("gift.do")
    await mei.taps("gift.do")
    assert await points(mei) == 150


async def test_a_number_is_understood_as_it_is_shown(mei: Person, li: Person) -> None:
    await buys(mei, 200)
    spaced = (await member(li)).shown_number
    assert (await mei.says(f"/gift {spaced}")).key == "gift.points"
    assert (await mei.says(f"/gift {spaced} 100")).key == "gift.sure"


async def test_a_number_with_points_behind_it_is_no_phone(mei: Person, li: Person) -> None:
    me = (await member(li)).id
    await li.club.write(lambda w: w.members.change(me, number="139001384"))  # 13900138420: a phone
    assert (await mei.says("/gift 139001384 20")).key == "gift.sure"
    assert (await mei.says("/gift 139 0013 8420")).key == "gift.not_found"


async def test_both_histories_say_with_whom(mei: Person, li: Person) -> None:
    await buys(mei, 200)
    await mei.says(f"/gift {await number(li)} 100")
    await mei.taps("gift.do")
    mine = await mei.says("/history")
    assert f"<b>−100</b> Gift to member …{(await number(li))[-4:]}" in mine.text
    theirs = await li.says("/history")
    assert f"<b>+100</b> 尾号 {(await number(mei))[-4:]} 赠送" in theirs.text
    why = await li.taps("history.why")
    assert why.text.startswith(f"<b>+100</b> 积分 · 尾号 {(await number(mei))[-4:]} 赠送")


WRONG = ["abc", "0", "-5", "1.5", "١٢ points", "9" * 30, HUGE, HOSTILE]


@pytest.mark.parametrize("text", WRONG)
async def test_a_number_that_is_none_is_asked_for_again(
    mei: Person, li: Person, text: str
) -> None:
    await mei.says(f"/gift {await number(li)}")
    answer = await mei.says(text)
    assert answer.key == "points.bad_count"
    assert problems(answer.text) == []
    assert (await mei.says("20")).key == "gift.sure"
    assert await points(mei) == 50


@pytest.mark.parametrize(
    ("asked", "key"),
    [("9", "gift.too_small"), ("51", "points.too_few"), ("1001", "gift.over_month")],
)
async def test_what_the_rules_forbid_is_said_and_asked_for_again(
    mei: Person, li: Person, asked: str, key: str
) -> None:
    await mei.says(f"/gift {await number(li)}")
    assert (await mei.says(asked)).key == key
    assert (await mei.says("50")).key == "gift.sure"


async def test_a_typed_number_that_is_nobodys(mei: Person) -> None:
    await mei.says("/gift")
    for _ in range(gifting.MOST_WRONG - 1):
        answer = await mei.says("13900000000")
        assert (answer.key, "no member" in answer.text) == ("gift.not_found", True)
    assert "too many tries" in (await mei.says("13900000000")).text
    assert "too many tries" in (await mei.says("/gift 13900000000")).text


async def test_not_to_oneself_and_not_to_the_frozen(mei: Person, li: Person) -> None:
    assert "your own number" in (await mei.says(f"/gift {await number(mei)}")).text
    await freeze(li)
    answer = await mei.says(await number(li))
    assert "cannot receive points" in answer.text
    assert "frozen" not in answer.text


async def test_a_club_without_gifts_says_so(club: Club) -> None:
    mei = await club.person("Mei").joins()
    assert "🎁 Hand points on" not in labels(await mei.says("/points"))
    assert (await mei.says("转赠积分")).key == "gift.off"


async def test_who_has_nothing_is_told_so(mei: Person) -> None:
    member_id = await mei.member_id()
    from services import ledger

    now = mei.club.clock()
    more = {"key": "s", "source": ("benefit", 1), "now": now}
    await mei.club.write(lambda w: ledger.spend(w, member_id, 45, **more))
    assert (await mei.says("/gift")).key == "gift.nothing"


async def test_a_frozen_member_gives_nothing(mei: Person) -> None:
    await freeze(mei)
    assert (await mei.says("/gift")).key == "member.frozen"


async def test_new_rules_come_first(mei: Person, li: Person) -> None:
    await new_rules(mei.club, version=3, shrink=True)
    assert (await mei.says(f"/gift {await number(li)} 20")).key == "gift.off"
    await new_rules_with_gifts(mei.club)
    assert (await mei.says(f"/gift {await number(li)} 20")).key == "rules.not_accepted"
    assert await points(mei) == 50


async def new_rules_with_gifts(club: Club) -> None:
    newest = await club.read(lambda w: w.programmes.current())
    rules = replace(newest, version=4, transfers=Transfers(10, 1000))
    await club.write(lambda w: w.programmes.publish(rules, club.clock(), None))


async def test_the_way_out(mei: Person, li: Person) -> None:
    await mei.says(f"/gift {await number(li)} 20")
    assert (await mei.says("cancel")).key == "general.cancelled"
    assert (await mei.taps("gift.do")).key == "general.expired"
    assert await points(mei) == 50


# -- undoing, by staff ------------------------------------------------------------------


async def test_staff_undo_the_newest_gift_with_a_reason(mei: Person, li: Person) -> None:
    anna = await operator(mei.club, "operator")
    await mei.says(f"/gift {await number(li)} 20")
    await mei.taps("gift.do")
    await anna.says(f"/member {await number(mei)}")
    assert (await anna.taps("undoing.ask")).key == "undoing.reason"
    sure = await anna.says("wrong number")
    assert (sure.key, "李**" in sure.text) == ("undoing.sure", True)
    assert (await anna.taps("undoing.do")).key == "undoing.done"
    assert (await points(mei), await points(li)) == (50, 50)
    assert "已撤回（原因：wrong number）" in (await li.hears())[-1].text
    assert "back with you: wrong number" in (await mei.hears())[-1].text
    assert "转赠撤销" in (await li.says("/history")).text
    card = await anna.says(f"/member {await number(mei)}")
    assert "↩️ Undo the newest gift" not in labels(card)


async def test_staff_do_not_undo_their_own_gifts(mei: Person, li: Person) -> None:
    anna = await (await operator(mei.club, "operator")).joins()
    await anna.says(f"/gift {await number(li)} 20")
    await anna.taps("gift.do")
    card = await anna.says(f"/member {await number(anna)}")
    assert "↩️ Undo the newest gift" not in labels(card)


async def test_a_till_cannot_undo_gifts(mei: Person, li: Person) -> None:
    tom = await operator(mei.club, "till")
    await mei.says(f"/gift {await number(li)} 20")
    await mei.taps("gift.do")
    card = await tom.says(f"/member {await number(mei)}")
    assert "↩️ Undo the newest gift" not in labels(card)
