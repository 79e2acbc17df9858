"""Bills on both databases: quoted, booked once, earned on what was paid, taken back to its own."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.bill_errors import BillChanged, BillCredit, BillPoints, BillVoucher
from domain.club_errors import OwnMembership, ReceiptTaken
from domain.counter import ReceiptOverLimit
from domain.errors import MemberClosed, MemberFrozen, Refused
from domain.members import MemberState
from domain.points import Unit
from domain.till_errors import UndoImpossible
from domain.vouchers import VoucherState
from services import billing, purchases, refunds, settling
from services.billing import Asked
from services.ports.club import Actor
from tests.bills.support import cashier, coupon, quoted, rich, settled
from tests.membership.support import broken
from tests.purchases.support import gets, has, member
from tests.support.club import NOW, Club


async def _lots(club: Club, member_id: int, unit: Unit) -> Any:
    return await club.read(lambda w: w.ledger.lots(member_id, unit))


async def test_a_quote_shows_every_step_and_changes_nothing(club: Club) -> None:
    mei = await rich(club, level="diamond")
    ten = await coupon(club, mei)
    asked = Asked(mei.id, 10000, (ten,), None, None)
    seen = await quoted(club, asked)
    assert [(str(s.kind), s.off, s.points) for s in seen.bill.steps] == [
        ("level", 500, 0),
        ("voucher", 1000, 0),
        ("points", 1200, 1200),
        ("credit", 3000, 0),
    ]
    assert (seen.to_pay.plain(), seen.points, seen.credit) == ("43.00", 1200, 3000)
    assert [choice.off for choice in seen.choices] == [1000]
    assert (await has(club, mei)).available == 1200
    found = await club.read(lambda w: w.vouchers.get(ten))
    assert found.state is VoucherState.ISSUED


async def test_a_bill_is_booked_with_all_that_pays_for_it(club: Club) -> None:
    mei, anna = await rich(club, level="diamond"), await cashier(club)
    ten = await coupon(club, mei)
    done = await settled(club, Asked(mei.id, 10000, (ten,), 300, 2500), anna, shown=5700)
    assert (done.kept.to_pay, done.purchase.minor, done.new) == (5700, 9500, True)
    # Of 95 yuan after the discount: 10 by voucher, 3 by points, 5 by bonus credit earn nothing.
    assert done.purchase.off_minor == 1000 + 300 + 500
    assert done.purchase.points == 7700 * 150 // 100 // 100
    assert (await has(club, mei, Unit.CREDIT)).available == 500
    assert (done.event.amount_minor, done.event.points, done.event.credit_minor) == (
        5700,
        -300,
        -2500,
    )
    kept = await club.read(lambda w: w.bills.get(done.purchase.id))
    assert kept == done.kept
    assert await broken(club) == []


async def test_one_receipt_is_one_bill(club: Club) -> None:
    mei, anna, ben = await rich(club), await cashier(club), await cashier(club, "Ben")
    asked = Asked(mei.id, 10000, points=300)
    first = await settled(club, asked, anna)
    again = await settled(club, asked, anna)
    assert (again.new, again.purchase.id, again.kept) == (False, first.purchase.id, first.kept)
    for other, by in ((Asked(mei.id, 9900), anna), (asked, ben)):
        with pytest.raises(ReceiptTaken):
            await settled(club, other, by)
    assert (await has(club, mei)).available == 1200 - 300 + first.purchase.points


async def test_what_has_changed_since_it_was_shown_is_not_booked(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    with pytest.raises(BillChanged) as refused:
        await settled(club, Asked(mei.id, 10000, credit=None), anna, shown=6000)
    assert (refused.value.shown.minor, refused.value.to_pay.minor) == (6000, 7000)
    assert (await has(club, mei, Unit.CREDIT)).available == 3000


async def test_the_same_voucher_pays_one_of_two_bills(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    ten = await coupon(club, mei)
    asked = Asked(mei.id, 10000, (ten,))
    tries = await asyncio.gather(
        *(settled(club, asked, anna, f"R-{n}", shown=9000) for n in range(6)),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in tries) == 1
    assert all(isinstance(one, BillVoucher | settling.Settled) for one in tries)
    assert await broken(club) == []


async def test_members_who_may_not_and_oneself_pay_no_bill(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    with pytest.raises(OwnMembership):
        await settled(club, Asked(mei.id, 100), anna, own=mei.id)
    for state, error in ((MemberState.FROZEN, MemberFrozen), (MemberState.CLOSED, MemberClosed)):
        await club.write(lambda w, to=state: w.members.change(mei.id, state=to))
        with pytest.raises(error):
            await settled(club, Asked(mei.id, 100), anna)


async def test_the_limits_of_the_counter_hold_for_bills(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    with pytest.raises(ReceiptOverLimit):
        await settled(club, Asked(mei.id, 500_001), anna)
    done = await settled(club, Asked(mei.id, 10000), anna)
    assert done.left.receipts == 199
    await club.write(lambda w: settling.undo(w, done.event, reason="slip", actor=anna, now=NOW))
    used = await club.read(lambda w: w.shifts.used(anna.staff_id or 0, done.event.day))
    assert (used.receipts, used.minor) == (0, 0)


# -- what cannot be used ----------------------------------------------------------------


async def _refused(club: Club, asked: Asked) -> Refused:
    def look(work: Any) -> None:
        billing.check(work, billing.quote(work, asked, ANYBODY, NOW), asked)

    with pytest.raises(Refused) as refused:
        await club.read(look)
    return refused.value


ANYBODY = Actor("cli")


async def test_a_voucher_that_lowers_nothing_is_named_with_the_reason(club: Club) -> None:
    mei, bo = await rich(club), await member(club)
    big = await coupon(club, mei, {"amount_minor": 1000, "minimum_minor": 20000})
    tea = await coupon(club, mei, {}, "gift")
    theirs = await coupon(club, bo)
    one, two = await coupon(club, mei), await coupon(club, mei)
    spent = await coupon(club, mei)
    await settled(club, Asked(mei.id, 1000, (spent,)), await cashier(club))
    for chosen, reason in (
        ((big,), "small"),
        ((tea,), "kind"),
        ((theirs,), "unknown"),
        ((123,), "unknown"),
        ((spent,), "used"),
        ((one, two), "most"),
    ):
        refused = await _refused(club, Asked(mei.id, 10000, chosen))
        assert isinstance(refused, BillVoucher)
        assert refused.reason == reason, chosen


async def test_points_and_stored_value_beyond_what_can_be_used_are_refused(club: Club) -> None:
    mei = await rich(club)
    for points, most in ((250, 1200), (1300, 1200)):
        refused = await _refused(club, Asked(mei.id, 10000, points=points))
        assert isinstance(refused, BillPoints)
        assert (refused.step, refused.most) == (100, most)
    refused = await _refused(club, Asked(mei.id, 2000, credit=2500))
    assert isinstance(refused, BillCredit)
    assert (refused.asked.minor, refused.most.minor) == (2500, 2000)


async def test_blocked_stored_value_pays_nothing(club: Club) -> None:
    from services.ports.bills import CreditBlock

    mei = await rich(club)
    await club.write(lambda w: w.credit_blocks.add(CreditBlock(mei.id, NOW, None, "lost")))
    seen = await quoted(club, Asked(mei.id, 10000, credit=None))
    assert (seen.blocked, seen.credit, seen.bill.steps) == (True, 0, ())


# -- taking back ------------------------------------------------------------------------


async def test_a_bill_taken_back_returns_everything_to_its_own_once(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    ten = await coupon(club, mei)
    before = [await _lots(club, mei.id, unit) for unit in (Unit.POINTS, Unit.CREDIT)]
    done = await settled(club, Asked(mei.id, 10000, (ten,), 300, 2500), anna)

    async def undo() -> bool:
        back = {"reason": "wrong amount", "actor": anna, "now": NOW + timedelta(minutes=5)}
        return bool(await club.write(lambda w: settling.undo(w, done.event, **back)))

    assert [await undo(), await undo()] == [True, False]
    assert [await _lots(club, mei.id, unit) for unit in (Unit.POINTS, Unit.CREDIT)] == before
    voucher = await club.read(lambda w: w.vouchers.get(ten))
    assert voucher.state is VoucherState.ISSUED
    events = await club.read(lambda w: w.till_events.of_day(done.event.day))
    figures = [(str(e.kind), e.amount_minor, e.points, e.credit_minor) for e in events]
    assert sorted(figures) == [
        ("bill", 6200, -300, -2500),
        ("undo", -6200, 300, 2500),
        ("undo", 0, 0, 0),
        ("use", 0, 0, 0),
    ]
    assert await broken(club) == []
    again = await settled(club, Asked(mei.id, 10000, (ten,)), anna)
    assert (again.new, again.purchase.order_id) == (True, "R-1#2")


async def test_a_bill_that_many_undo_at_once_is_undone_once(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    done = await settled(club, Asked(mei.id, 10000, points=300), anna)
    back = {"reason": "twice", "actor": anna, "now": NOW + timedelta(minutes=1)}
    undone = await asyncio.gather(
        *(club.write(lambda w: settling.undo(w, done.event, **back)) for _ in range(6))
    )
    assert sorted(undone) == [False] * 5 + [True]
    used = await club.read(lambda w: w.shifts.used(anna.staff_id, done.event.day))
    assert (used.receipts, used.minor) == (0, 0)


async def test_a_bill_of_which_a_part_was_refunded_is_not_undone(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    done = await settled(club, Asked(mei.id, 10000), anna)
    order = done.purchase
    await club.write(
        lambda w: refunds.refund(
            w, refunds.Asked(order.source, order.order_id, "R1", NOW, 4000), NOW
        )
    )
    with pytest.raises(UndoImpossible):
        await club.write(lambda w: settling.undo(w, done.event, reason="x", actor=anna, now=NOW))
    found = await club.read(lambda w: w.purchases.get(order.id))
    assert (found.state, found.refunded_minor) == ("booked", 4000)
    assert await broken(club) == []


async def test_points_that_came_with_a_bill_go_with_it(club: Club) -> None:
    mei, anna = await member(club), await cashier(club)
    await gets(club, mei, 100)
    done = await settled(club, Asked(mei.id, 10000, points=100), anna)
    assert done.purchase.points == 99
    await club.write(lambda w: settling.undo(w, done.event, reason="x", actor=anna, now=NOW))
    assert (await has(club, mei)).available == 100


async def test_a_bill_that_an_operator_makes_void_is_taken_back_in_the_journal(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    done = await settled(club, Asked(mei.id, 10000, points=300), anna)
    why = {"reason": "wrong", "actor": Actor("boss"), "now": NOW}
    await club.write(lambda w: purchases.void(w, done.purchase.id, **why))
    back = await club.read(lambda w: w.till_events.undo_of(done.event.id))
    assert (back.amount_minor, back.points) == (-9700, 300)
    assert not await club.write(
        lambda w: settling.undo(w, done.event, reason="x", actor=anna, now=NOW)
    )
    assert (await has(club, mei)).available == 1200
    assert await broken(club) == []


async def test_a_bill_its_refunds_and_its_undo_add_up_to_nothing(club: Club) -> None:
    mei, anna = await rich(club), await cashier(club)
    ten = await coupon(club, mei)
    done = await settled(club, Asked(mei.id, 10000, (ten,), 300, 2500), anna)
    order, why = done.purchase, {"reason": "wrong", "actor": Actor("boss"), "now": NOW}
    back = [
        await club.write(
            lambda w, n=number: refunds.refund(
                w, refunds.Asked(order.source, order.order_id, f"R{n}", NOW, 3333), NOW
            )
        )
        for number in range(2)
    ]
    assert await broken(club) == []
    lines = await club.read(lambda w: w.till_events.refunds_of(order.id))
    assert [(one.amount_minor, one.points, one.credit_minor) for one in lines] == [
        (-one.back.money, one.back.points, one.back.credit) for one in back
    ]
    assert {(one.staff_id, one.channel) for one in lines} == {(anna.staff_id, "api")}
    await club.write(lambda w: purchases.void(w, order.id, **why))
    day = await club.read(lambda w: w.till_events.of_day(done.event.day))
    sums = [(one.amount_minor, one.points, one.credit_minor) for one in day]
    assert [sum(figures) for figures in zip(*sums, strict=True)] == [0, 0, 0]
    assert await broken(club) == []


@pytest.mark.parametrize(
    ("locale", "expired", "all_back"),
    [
        ("en", "“Money off” has expired", "value and vouchers"),
        ("zh", "“立减券”已过有效期", "储值和券"),
    ],
)
async def test_who_had_a_bill_undone_reads_which_vouchers_had_expired(
    club: Club, locale: str, expired: str, all_back: str
) -> None:
    person = await club.person("Mei", locale).joins()
    me, anna = await person.member_id(), await cashier(club)
    mei = await club.read(lambda w: w.members.get(me))
    told = []
    for number, days in (("R-1", 0), ("R-2", 40)):
        asked = Asked(mei.id, 10000, (await coupon(club, mei),))
        done = await settled(club, asked, anna, number)
        why = {"reason": "slip", "actor": anna, "now": NOW + timedelta(days=days)}
        await club.write(lambda w, e=done.event, y=why: settling.undo(w, e, **y))
        told.append([one for one in await person.hears() if one.key == "bill.told_undone"][-1])
    assert [all_back in one.text for one in told] == [True, False]
    assert [expired in one.text for one in told] == [False, True]
