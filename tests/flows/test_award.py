"""`/award`: a purchase entered by staff, once per receipt, told to both."""

import pytest

from tests.flows.staffed import operator
from tests.membership.support import PHONE, broken, points
from tests.support.club import Club, Person


async def customer(club: Club) -> tuple[Person, int, str]:
    mei = await club.person("Mei").joins()
    me = await mei.member_id()
    await club.write(lambda w: w.members.change(me, name="王小明", phone=PHONE))
    return mei, me, (await club.read(lambda w: w.members.get(me))).number


async def award(till: Person, who: str, amount: str, receipt: str) -> str:
    await till.says("/award")
    for said in (who, amount, receipt):
        answer = await till.says(said)
    if answer.key != "award.sure":
        return answer.key
    return (await till.taps("award.do")).key


async def test_a_purchase_is_booked_and_both_are_told(club: Club) -> None:
    till = await operator(club, "till")
    mei, me, number = await customer(club)
    before = (await points(club, me)).available
    assert (await till.says(f"/award {number}")).key == "award.amount"
    assert (await till.says("128.5")).key == "award.receipt"
    sure = await till.says("R-1001")
    assert "王**" in sure.text
    assert "王小明" not in sure.text
    done = await till.taps("award.do")
    assert done.key == "award.done"
    assert (await points(club, me)).available == before + 128
    assert [one.key for one in await mei.hears()] == ["purchase.booked"]
    [bought] = await club.read(lambda w: w.purchases.of_member(me, 5))
    assert (bought.source, bought.order_id, bought.channel) == ("till:sh-01", "R-1001", "staff")
    assert bought.staff_id is not None
    assert bought.store_id is not None
    assert await broken(club) == []


async def test_a_receipt_is_booked_once(club: Club) -> None:
    till, other = await operator(club, "till"), await operator(club, "till", "Ben")
    _, me, number = await customer(club)
    assert await award(till, number, "100", "R-1") == "award.done"
    assert await award(till, number, "100", "R-1") == "award.receipt_taken"
    assert await award(other, PHONE, "999", "R-1") == "award.receipt_taken"
    assert len(await club.read(lambda w: w.purchases.of_member(me, 5))) == 1


async def test_a_double_tap_books_once(club: Club) -> None:
    till = await operator(club, "till")
    _, me, number = await customer(club)
    assert await award(till, number, "100", "R-1") == "award.done"
    assert (await till.taps("award.do")).key == "general.expired"
    assert len(await club.read(lambda w: w.purchases.of_member(me, 5))) == 1


@pytest.mark.parametrize("amount", ["0", "-5", "abc", "1.234", "99999999999999999", "1e5", "NaN"])
async def test_wrong_amounts_are_asked_again(club: Club, amount: str) -> None:
    till = await operator(club, "till")
    _, _, number = await customer(club)
    await till.says(f"/award {number}")
    assert (await till.says(amount)).key == "amount.bad"
    assert (await till.says("12.50")).key == "award.receipt"


async def test_a_frozen_member_collects_nothing(club: Club) -> None:
    till = await operator(club, "till")
    _, me, number = await customer(club)
    await club.write(lambda w: w.members.change(me, state="frozen"))
    assert (await till.says(f"/award {number}")).key == "member.frozen"


async def test_an_overlong_receipt_is_refused(club: Club) -> None:
    till = await operator(club, "till")
    _, _, number = await customer(club)
    await till.says(f"/award {number}")
    await till.says("10")
    assert (await till.says("R" * 101)).key == "award.bad_receipt"
