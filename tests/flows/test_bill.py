"""The bill at the till, in the cashier's chat and the member's, in both languages."""

from typing import Any

import pytest

from bot.messages import Kind
from domain.codes import show_code
from domain.members import Member
from domain.points import Unit
from services import member_codes, stored_value
from services.credit_holding import Held
from services.stored_value import TopUp
from storage.work import Work
from tests.bills.support import CLI, coupon
from tests.flows.staffed import operator
from tests.flows.talk import freeze, keys, labels
from tests.membership.support import broken
from tests.purchases.support import gets, has
from tests.support.club import Club, Person


async def customer(club: Club, locale: str = "en") -> tuple[Person, Member]:
    """A member of the highest level with 1,200 points and 30 yuan of stored value."""
    mei = await club.person("Mei", locale).joins()
    me = await mei.member_id()
    await club.write(lambda w: w.members.change(me, name="王小明", level="diamond"))
    found = await club.read(lambda w: w.members.get(me))
    points = (await has(club, found)).available
    await gets(club, found, 1200 - points)
    await gets(club, found, 3000, "topup", unit=Unit.CREDIT)
    return mei, found


async def scans(club: Club, till: Person, who: Member) -> Any:
    """The cashier scans the member's own code."""
    code = await club.write(lambda w: member_codes.fresh(w, who.id, club.clock()).code)
    return await till.says(f"/till {show_code(code)}")


@pytest.mark.parametrize(
    ("locale", "to_pay", "receipt"), [("en", "To pay", "Paid"), ("zh", "应收", "实付")]
)
async def test_a_bill_is_paid_with_everything_step_by_step(
    club: Club, locale: str, to_pay: str, receipt: str
) -> None:
    mei, member = await customer(club, locale)
    await coupon(club, member)
    till = await operator(club, "till", locale=locale)
    card = await scans(club, till, member)
    assert card.key == "till.member"
    asked = await till.taps("bill.start")
    assert asked.key == "bill.amount"
    assert "王**" in asked.text
    assert "小明" not in asked.text
    shown = await till.says("128.5")
    assert shown.key == "bill.card"
    assert f"{to_pay}" in shown.text
    assert "122.07" in shown.text  # 5 % off, in the member's favour
    for intent, rest in (
        ("bill.voucher", "112.07"),
        ("bill.points_all", "100.07"),
        ("bill.credit", "70.07"),
    ):
        shown = await till.taps(intent)
        assert rest in shown.text, intent
    assert not [key for key in keys(shown) if "70.07" in key.label]  # no receipt yet
    shown = await till.says("R-1001")
    assert "R-1001" in shown.text
    assert [label for label in labels(shown) if "70.07" in label]
    done = await till.taps("bill.settle")
    assert done.key == "bill.done"
    assert "70.07" in done.text.splitlines()[0]
    told = (await mei.hears())[-1]
    assert (told.key, told.locale) == ("bill.receipt", locale)
    assert receipt in told.text
    assert "70.07" in told.text
    assert (await has(club, member, Unit.CREDIT)).available == 0
    assert await broken(club) == []


async def test_each_choice_can_be_taken_back_and_points_can_be_typed(club: Club) -> None:
    _, member = await customer(club)
    till = await operator(club, "till")
    await scans(club, till, member)
    await till.taps("bill.start")
    await till.says("100 R-2")
    assert "83.00" in (await till.taps("bill.points_all")).text
    assert "95.00" in (await till.taps("bill.points_all")).text
    asked = await till.taps("bill.points_other")
    assert (asked.key, "1,200" in asked.text) == ("bill.points_ask", True)
    for wrong, key in (
        ("250", "bill.points"),
        ("1300", "bill.points"),
        ("-5", "points.bad_count"),
    ):
        assert (await till.says(wrong)).key == key
    shown = await till.says("300")
    assert (shown.key, "92.00" in shown.text) == ("bill.card", True)
    assert "62.00" in (await till.taps("bill.credit")).text
    assert "92.00" in (await till.taps("bill.credit")).text


@pytest.mark.parametrize(
    ("said", "to_pay"),
    [
        ("/bill 100 R-3", "95.00"),
        ("/bill 100 R-3 points", "83.00"),
        ("/bill 100 R-3 积分 储值", "53.00"),
    ],
)
async def test_one_line_does_it(club: Club, said: str, to_pay: str) -> None:
    _, member = await customer(club)
    till = await operator(club, "till")
    await scans(club, till, member)
    card = await till.says(said)
    assert (card.key, to_pay in card.text) == ("bill.card", True)
    assert (await till.taps("bill.settle")).key == "bill.done"


async def test_without_a_member_in_front_there_is_no_bill(club: Club) -> None:
    _, member = await customer(club)
    till, other = await operator(club, "till"), await operator(club, "till", "Ben")
    assert (await till.says("/bill 100 R-1")).key == "till.session_over"
    await scans(club, till, member)
    start = till.button("bill.start").payload
    assert (await other.sends(Kind.TAP, payload=start)) is not None
    assert other.seen[-1].key == "general.expired"
    await till.taps("bill.start")
    await till.says("100 R-1")
    club.clock.move(minutes=11)
    assert (await till.taps("bill.settle")).key == "till.session_over"
    assert await club.read(lambda w: w.purchases.of_member(member.id, 5)) == []
    service = await operator(club, "service", "Cleo")
    assert (await service.says("/bill 100 R-1")).key == "general.unknown"


@pytest.mark.parametrize("wrong", ["0", "-5", "abc", "1.234", "99999999999999999", "100000"])
async def test_wrong_amounts_are_asked_again(club: Club, wrong: str) -> None:
    _, member = await customer(club)
    till = await operator(club, "till")
    await scans(club, till, member)
    await till.taps("bill.start")
    assert (await till.says(wrong)).key in ("amount.bad", "award.receipt_over_limit")
    assert (await till.says("12.50")).key == "bill.card"


async def test_old_buttons_and_double_taps_book_nothing_more(club: Club) -> None:
    _, member = await customer(club)
    till = await operator(club, "till")
    await scans(club, till, member)
    await till.taps("bill.start")
    await till.says("100 R-4")
    old = till.button("bill.settle").payload
    await till.taps("bill.points_all")
    late = await till.sends(Kind.TAP, payload=old)
    assert late is not None
    assert late.key == "general.expired"
    new = till.button("bill.settle").payload
    answers = [await till.sends(Kind.TAP, payload=new) for _ in "ab"]
    assert [one.key if one else "" for one in answers] == ["bill.done", "general.expired"]
    assert len(await club.read(lambda w: w.purchases.of_member(member.id, 5))) == 1


async def test_what_changed_meanwhile_is_shown_before_it_is_booked(club: Club) -> None:
    _, member = await customer(club)
    till = await operator(club, "till")
    await scans(club, till, member)
    await till.says("/bill 100 R-5 points")
    await gets(club, member, 100)
    changed = await till.taps("bill.settle")
    assert (changed.key, "82.00" in changed.text) == ("bill.changed", True)
    assert (await till.taps("bill.show")).key == "bill.card"
    assert (await till.taps("bill.settle")).key == "bill.done"


async def test_a_receipt_is_booked_once(club: Club) -> None:
    _, member = await customer(club)
    till = await operator(club, "till")
    await scans(club, till, member)
    await till.says("/bill 100 R-6")
    await till.taps("bill.settle")
    assert (await till.says("/bill 90 R-6")).key == "award.receipt_taken"
    assert (await till.says("90 R-7")).key == "bill.card"


async def test_a_voucher_alone_opens_a_bill_with_nothing_else(club: Club) -> None:
    _, member = await customer(club)
    ten = await coupon(club, member)
    till = await operator(club, "till")
    code = await club.read(lambda w: w.vouchers.code(ten))
    assert (await till.says(f"/till {code}")).key == "till.card"
    assert (await till.taps("bill.with")).key == "bill.amount"
    shown = await till.says("100 R-8 points credit")
    assert "85.00" in shown.text
    wanted = [till.club.signer.unpack(one.payload, till.user).intent for one in keys(shown)]
    assert wanted == ["bill.voucher", "bill.settle", "cancel"]
    assert (await till.taps("bill.settle")).key == "bill.done"
    used = await club.read(lambda w: w.vouchers.get(ten))
    assert str(used.state) == "used"


async def test_a_frozen_member_pays_no_bill(club: Club) -> None:
    mei, member = await customer(club)
    till = await operator(club, "till")
    await scans(club, till, member)
    await freeze(mei)
    assert (await till.taps("bill.start")).key == "member.frozen"


async def test_a_bill_is_undone_with_a_reason_and_both_are_told(club: Club) -> None:
    mei, member = await customer(club)
    ten = await coupon(club, member)
    till = await operator(club, "till")
    await scans(club, till, member)
    await till.says("/bill 100 R-9 points credit")
    await till.taps("bill.voucher", str(ten))
    await till.taps("bill.settle")
    await till.taps("till.undo")
    undone = await till.says("wrong member")
    assert (undone.key, "¥" in undone.text) == ("till.undone", True)
    assert [one.key for one in (await mei.hears())[-2:]] == ["bill.receipt", "bill.told_undone"]
    assert (await has(club, member)).available == 1200
    assert (await has(club, member, Unit.CREDIT)).available == 3000
    assert str((await club.read(lambda w: w.vouchers.get(ten))).state) == "issued"


# -- stored value -----------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_a_member_tops_up_at_the_till(club: Club, locale: str) -> None:
    mei, member = await customer(club, locale)
    till = await operator(club, "till", locale=locale)
    await scans(club, till, member)
    asked = await till.taps("topup.start")
    assert (asked.key, "¥500.00" in asked.text) == ("credit.topup_amount", True)
    for wrong, key in (
        ("x", "amount.bad"),
        ("10", "credit.too_small"),
        ("4990", "credit.ceiling"),
    ):
        assert (await till.says(wrong)).key == key
    receipt = await till.says("500")
    assert (receipt.key, "¥40.00" in receipt.text) == ("credit.topup_receipt", True)
    sure = await till.says("T-1")
    assert (sure.key, "¥570.00" in sure.text) == ("credit.topup_sure", True)
    done = await till.taps("topup.do")
    assert (done.key, "¥570.00" in done.text) == ("credit.topup_done", True)
    assert (await mei.hears())[-1].key == "credit.topped_up"
    shown = await mei.says("/credit")
    assert (shown.key, "¥570.00" in shown.text) == ("credit.shown", True)
    assert "¥40.00" in shown.text
    await till.taps("till.undo")
    assert "¥500.00" in (await till.says("slip")).text
    assert (await mei.hears())[-1].key == "credit.told_undone"
    assert await broken(club) == []


async def test_a_member_blocks_it_and_only_staff_lift_the_block(club: Club) -> None:
    mei, member = await customer(club)
    await mei.says("stored value")
    assert (await mei.taps("credit.block")).key == "credit.block_sure"
    blocked = await mei.taps("credit.block_do")
    assert "blocked" in blocked.text
    assert "credit.block" not in [
        club.signer.unpack(key.payload, mei.user).intent for key in keys(blocked)
    ]
    till = await operator(club, "till")
    await scans(club, till, member)
    card = await till.says("/bill 100 R-1 credit")
    assert "95.00" in card.text
    assert "blocked" in card.text
    boss = await operator(club, "owner", "Olga")
    await boss.says(f"/member {member.number}")
    desk = await boss.taps("credit.desk")
    assert (desk.key, "the member" in desk.text) == ("credit.desk", True)
    await boss.taps("blocking.lift")
    assert (await boss.says("new phone")).key == "credit.block_done"
    assert (await mei.hears())[-1].key == "credit.told_unblocked"
    assert "¥30.00" in (await mei.says("/credit")).text


async def test_an_operator_pays_out_and_a_big_sum_waits_for_a_second(club: Club) -> None:
    mei, member = await customer(club)
    asked = TopUp(member.id, 100_000, "x", "1")

    def top_up(work: Work) -> None:
        stored_value.top_up(work, asked, CLI, club.clock())

    await club.write(top_up)
    boss, olga = await operator(club, "owner", "Ben"), await operator(club, "owner", "Olga")
    await boss.says(f"/member {member.number}")
    await boss.taps("credit.desk")
    await boss.taps("payout.start")
    for wrong, key in (
        ("x", "amount.bad"),
        ("0", "amount.bad"),
        ("2000", "credit.payout_too_much"),
    ):
        assert (await boss.says(wrong)).key == key
    assert "¥20.00" in (await boss.says("200")).text  # a fifth of the bonus goes with it
    assert (await boss.says("asked for it")).key == "credit.payout_sure"
    assert (await boss.taps("payout.do")).key == "credit.payout_done"
    assert (await mei.hears())[-1].key == "credit.told_paid_out"
    await boss.says(f"/member {member.number}")
    await boss.taps("credit.desk")
    await boss.taps("payout.start")
    await boss.taps("payout.all")
    assert "second" in (await boss.says("leaving")).text
    assert (await boss.taps("payout.do")).key == "credit.payout_waiting"
    assert [one.key for one in await olga.hears()] == ["credit.payout_asked"]
    await olga.taps("approval.yes")
    found = await club.read(lambda w: _held(w, member.id))
    assert found == Held(0, 0)
    assert await broken(club) == []


def _held(work: Work, member_id: int) -> Held:
    from services import credit_holding

    return credit_holding.held(work, member_id)


@pytest.mark.parametrize(("locale", "word"), [("en", "void"), ("zh", "作废")])
async def test_a_bill_that_points_paid_is_made_void_instead_of_moved(
    club: Club, locale: str, word: str
) -> None:
    _, member = await customer(club, locale)
    till = await operator(club, "till", locale=locale)
    await scans(club, till, member)
    await till.taps("bill.start")
    await till.says("128.5")
    await till.taps("bill.points_all")
    await till.says("R-1")
    assert (await till.taps("bill.settle")).key == "bill.done"
    manager = await operator(club, "operator", "Carl", locale=locale)
    await manager.says(f"/member {member.number}")
    await manager.taps("correct.list")
    await manager.taps("correct.one")
    refused = await manager.taps("correct.move")
    assert refused.key == "correct.paid"
    assert word in refused.text
    assert (await manager.taps("correct.void")).key == "correct.reason"
