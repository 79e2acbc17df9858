"""Bills that points, stored value and vouchers pay a part of, on both databases; and returns."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bill_errors import PurchasePaid
from domain.errors import KeyConflict, MemberFrozen, NotEnoughPoints
from domain.members import Member, MemberState
from domain.payments import PaidBy, Payment, PaymentInvalid
from domain.points import Unit
from domain.purchases import Line, RefundLine
from domain.vouchers import VoucherState
from services import levels, merging, purchases, refunds
from services.booking import Incoming
from services.ports.club import Actor
from storage.work import Work
from tests.ledger.test_races import prove_here
from tests.membership.support import broken
from tests.purchases.support import (
    NOON,
    buys,
    gets,
    has,
    member,
    of,
    order,
    returns,
    voucher_of,
)
from tests.support.club import NOW, Club

CLERK = Actor("cli")
FIVE = Payment(PaidBy.POINTS, 500, 500)
TWENTY = Payment(PaidBy.CREDIT, 2000)
LATER = NOW + timedelta(days=40)


def voucher(code: str, minor: int = 1000) -> Payment:
    return Payment(PaidBy.VOUCHER, minor, code=code)


async def rich(club: Club) -> Member:
    """A member with 600 points and 30 yuan of credit, a third of it given on top."""
    mei = await member(club)
    await gets(club, mei, 600)
    await gets(club, mei, 2000, "topup", unit=Unit.CREDIT)
    await gets(club, mei, 1000, "topup_bonus", unit=Unit.CREDIT)
    return mei


async def _lots(club: Club, who: Member, unit: Unit = Unit.CREDIT) -> dict[str, int]:
    lots = await club.read(lambda w: w.ledger.lots(who.id, unit))
    found: dict[str, int] = {}
    for lot in lots:
        found[lot.source_type] = found.get(lot.source_type, 0) + lot.left
    return found


async def test_points_are_earned_on_what_is_paid_in_money_and_principal(club: Club) -> None:
    mei = await rich(club)
    voucher_id, code = await voucher_of(club, mei)
    twenty_five = TWENTY._replace(minor=2500)
    done = await buys(club, mei, order("A-1", Line(10000)), FIVE, twenty_five, voucher(code))
    # 100 − 5 with points − 10 with a voucher − 5 of bonus credit
    assert (done.purchase.points, done.purchase.basis_minor) == (80, 8000)
    assert (await has(club, mei)).available == 600 - 500 + 80
    assert await _lots(club, mei) == {"topup_bonus": 500}
    used = await club.read(lambda w: w.vouchers.get(voucher_id))
    assert (used.state, used.use_key) == (VoucherState.USED, f"purchase:{done.purchase.id}:3")
    rows = await club.read(lambda w: w.audit.about(("voucher", voucher_id)))
    assert [row["action"] for row in rows] == ["voucher.use"]
    standing = await club.read(lambda w: levels.standing(w, mei.id, NOW))
    assert standing.next is not None
    assert standing.next.conditions[0].have == 8000  # lifetime spend
    assert await broken(club) == []


async def test_credit_pays_in_spending_order(club: Club) -> None:
    mei = await rich(club)
    done = await buys(club, mei, order("A-1", Line(2000)), TWENTY)
    assert (done.purchase.points, done.purchase.off_minor) == (20, 0)
    assert await _lots(club, mei) == {"topup_bonus": 1000}


async def test_the_same_bill_again_is_paid_once(club: Club) -> None:
    mei = await rich(club)
    first = await buys(club, mei, order(), FIVE)
    again = await buys(club, mei, order(), FIVE)
    assert (again.new, again.purchase.id) == (False, first.purchase.id)
    with pytest.raises(KeyConflict):
        await buys(club, mei, order(), FIVE._replace(points=400))
    with pytest.raises(KeyConflict):
        await buys(club, mei, order())
    assert (await has(club, mei)).available == 600 - 500 + 95


async def _nothing_is_booked(club: Club, who: Member, *payments: Payment) -> Any:
    with pytest.raises((PaymentInvalid, NotEnoughPoints, MemberFrozen)) as refused:
        await buys(club, who, order("X-1"), *payments)
    assert (await has(club, who)).available == 600
    assert (await has(club, who, Unit.CREDIT)).available == 3000
    found = await club.read(lambda w: w.purchases.stored([("pos-1", "X-1")]))
    assert found == {}
    return refused.value


async def test_too_little_books_nothing_at_all(club: Club) -> None:
    mei = await rich(club)
    _, code = await voucher_of(club, mei)
    few = await _nothing_is_booked(club, mei, TWENTY, voucher(code), FIVE._replace(points=601))
    assert (few.missing, few.unit) == (1, "points")
    poor = await _nothing_is_booked(club, mei, FIVE, TWENTY._replace(minor=3001))
    assert (poor.reason, poor.given, poor.expected) == ("credit", "30.00", "30.01")
    assert (await club.read(lambda w: w.vouchers.by_code(code))).state is VoucherState.ISSUED


async def test_a_voucher_that_cannot_pay_is_refused_with_its_reason(club: Club) -> None:
    mei, bo = await rich(club), await member(club)
    _, foreign = await voucher_of(club, bo)
    _, old = await voucher_of(club, mei, days=0)
    _, used = await voucher_of(club, mei)
    await buys(club, mei, order("A-0", Line(1000)), voucher(used))
    for code, reason in (
        ("nothing", "unknown"),
        ("0" * 16, "unknown"),
        (foreign, "unknown"),
        (old, "expired"),
        (used, "used"),
    ):
        refused = await _nothing_is_booked(club, mei, FIVE, voucher(code))
        assert (refused.reason, refused.payment) == (reason, 2)


async def test_somebody_must_be_there_to_pay(club: Club) -> None:
    nobody = Incoming(order(), payments=(FIVE,))
    with pytest.raises(PaymentInvalid) as refused:
        await club.write(lambda w: purchases.book(w, nobody, NOW))
    assert refused.value.reason == "member"
    mei = await rich(club)
    await club.write(lambda w: w.members.change(mei.id, state=MemberState.FROZEN))
    await _nothing_is_booked(club, mei, FIVE)


# -- what returns -----------------------------------------------------------------------


async def test_a_whole_refund_returns_everything_to_its_own(club: Club) -> None:
    mei = await rich(club)
    voucher_id, code = await voucher_of(club, mei)
    lots = await club.read(lambda w: w.ledger.lots(mei.id, Unit.POINTS))
    await buys(club, mei, order(), FIVE, TWENTY._replace(minor=2500), voucher(code))
    done = await returns(club)
    assert (done.back.points, done.back.principal, done.back.bonus) == (500, 2000, 500)
    assert [names["en"] for names in done.back.opened] == ["10 yuan off"]
    assert await club.read(lambda w: w.ledger.lots(mei.id, Unit.POINTS)) == lots
    assert await _lots(club, mei) == {"topup": 2000, "topup_bonus": 1000}
    again = await club.read(lambda w: w.vouchers.get(voucher_id))
    assert (again.state, again.used_at, again.use_key) == (VoucherState.ISSUED, None, None)
    assert (done.purchase.basis_minor, (await has(club, mei)).debt) == (0, 0)
    assert await broken(club) == []
    await buys(club, mei, order("A-2"), voucher(code))


async def test_parts_return_pro_rata_and_exactly(club: Club) -> None:
    mei = await rich(club)
    _, code = await voucher_of(club, mei)
    lines = (Line(3333, 3), Line(6667))
    await buys(club, mei, order("A-1", *lines), FIVE, TWENTY._replace(minor=2500), voucher(code))
    one = await returns(club, refund_id="R-1", lines=(RefundLine(1, quantity=1),))
    assert (one.refund.minor, one.back.points, one.back.credit) == (1111, 55, 278)
    assert one.back.money == 1111 - 55 - 278 - 111  # the voucher's part is paid out to nobody
    assert one.back.opened == []
    two = await returns(club, refund_id="R-2", minor=5000)
    rest = await returns(club, refund_id="R-3")
    back = (one.back, two.back, rest.back)
    assert sum(part.points for part in back) == 500
    assert sum(part.principal for part in back) == 2000
    assert sum(part.bonus for part in back) == 500
    assert len(rest.back.opened) == 1
    assert rest.purchase.returned_points == rest.purchase.points == 80
    assert (await has(club, mei)).available == 600
    assert await broken(club) == []


async def test_two_vouchers_pay_one_bill_and_both_open_again(club: Club) -> None:
    mei = await member(club)
    used = [await voucher_of(club, mei) for _ in range(2)]
    done = await buys(club, mei, order(), *(voucher(code) for _, code in used))
    assert done.purchase.off_minor == 2000
    found = [await club.read(lambda w, of=one: w.vouchers.get(of)) for one, _ in used]
    assert [one.state for one in found] == [VoucherState.USED] * 2
    assert await broken(club) == []
    assert len((await returns(club)).back.opened) == 2
    found = [await club.read(lambda w, of=one: w.vouchers.get(of)) for one, _ in used]
    assert [one.state for one in found] == [VoucherState.ISSUED] * 2
    assert await broken(club) == []


async def test_a_voucher_that_has_expired_stays_used(club: Club) -> None:
    mei = await rich(club)
    voucher_id, code = await voucher_of(club, mei)
    await buys(club, mei, order(), voucher(code))
    done = await returns(club, now=LATER)
    assert (done.back.opened, len(done.back.expired)) == ([], 1)
    stays = await club.read(lambda w: w.vouchers.get(voucher_id))
    assert stays.state is VoucherState.USED


async def test_points_that_expired_meanwhile_last_some_days_more(club: Club) -> None:
    mei = await member(club)
    await gets(club, mei, 500, expires_at=NOW + timedelta(days=1))
    await buys(club, mei, order(), FIVE)
    done = await returns(club, now=LATER)
    assert done.back.points == 500
    found = await has(club, mei, now=LATER)
    assert found.available == 500
    assert found.expires_next is not None
    assert timedelta(days=30) <= found.expires_next - LATER <= timedelta(days=31)


async def test_what_more_than_money_paid_goes_to_no_other_member(club: Club) -> None:
    mei, bo = await rich(club), await member(club)
    voucher_id, code = await voucher_of(club, mei)
    done = await buys(club, mei, order(), FIVE, TWENTY, voucher(code))
    why = {"reason": "wrong card", "actor": CLERK, "now": NOW}
    before = await has(club, mei)
    with pytest.raises(PurchasePaid):
        await club.write(lambda w: purchases.move(w, done.purchase.id, bo.id, **why))
    stays = await club.read(lambda w: w.purchases.get(done.purchase.id))
    assert (stays.member_id, stays.points, await has(club, mei)) == (mei.id, 85, before)
    assert (await has(club, mei, Unit.CREDIT)).available == 1000
    assert (await club.read(lambda w: w.vouchers.get(voucher_id))).state is VoucherState.USED
    assert (await has(club, bo)).available == 0
    assert await broken(club) == []


async def test_what_came_back_to_its_own_does_not_hinder_a_move(club: Club) -> None:
    mei, bo = await rich(club), await member(club)
    done = await buys(club, mei, order(), FIVE, TWENTY)
    await returns(club)
    why = {"reason": "wrong card", "actor": CLERK, "now": NOW}
    await club.write(lambda w: purchases.move(w, done.purchase.id, bo.id, **why))
    assert (await has(club, mei)).available == 600
    assert (await has(club, bo)).available == 0
    assert await broken(club) == []


async def test_after_a_partial_refund_a_void_gives_back_the_rest(club: Club) -> None:
    mei = await rich(club)
    done = await buys(club, mei, order(), FIVE, TWENTY)
    await returns(club, minor=3333)
    why = {"reason": "typo", "actor": CLERK, "now": NOW}
    await club.write(lambda w: purchases.void(w, done.purchase.id, **why))
    assert (await has(club, mei)).available == 600
    assert await _lots(club, mei) == {"topup": 2000, "topup_bonus": 1000}
    assert await broken(club) == []


async def test_what_a_merged_membership_paid_returns_to_the_kept_one(club: Club) -> None:
    old = await member(club, joined_at=NOON.replace(day=1))
    new = await rich(club)
    voucher_id, code = await voucher_of(club, new)
    await buys(club, new, order(), FIVE, TWENTY, voucher(code))
    await club.write(lambda w: merging.merge(w, new.id, old.id, CLERK, NOW))
    done = await returns(club)
    assert (done.back.points, done.back.credit, len(done.back.opened)) == (500, 2000, 1)
    assert ((await has(club, old)).available, (await has(club, new)).available) == (600, 0)
    assert (await has(club, old, Unit.CREDIT)).available == 3000
    assert (await club.read(lambda w: w.vouchers.get(voucher_id))).member_id == old.id
    assert await broken(club) == []


async def test_to_somebody_who_left_nothing_returns(club: Club) -> None:
    mei = await rich(club)
    await buys(club, mei, order(), FIVE)
    await club.write(lambda w: w.members.change(mei.id, state=MemberState.CLOSED))
    assert (await returns(club)).back.points == 0


class _Undo(Exception):
    """Ends a unit without keeping anything."""


@settings(max_examples=15)
@given(data=st.data())
async def test_any_sequence_of_refunds_is_exact(club: Club, data: st.DataObject) -> None:
    """However a bill was paid and comes back: together all of it, and never more."""
    lines = tuple(
        Line(minor) for minor in data.draw(st.lists(st.integers(1, 9999), min_size=1, max_size=4))
    )
    bought = order("A-1", *lines)
    first = data.draw(st.integers(0, bought.minor))
    second = data.draw(st.integers(0, min(bought.minor - first, 3000)))
    payments = [FIVE._replace(minor=first)] if first else []
    payments += [TWENTY._replace(minor=second)] if second else []
    steps = data.draw(st.lists(st.integers(1, 9999), max_size=4))
    mei = await rich(club)

    def play(work: Work) -> None:
        before = work.ledger.summary(mei.id, Unit.POINTS, NOW).available
        incoming = Incoming(bought, of(mei, bought).claims, payments=tuple(payments))
        given_ = purchases.book(work, incoming, NOW).purchase.points
        taken = points = credit = left = 0
        left = bought.minor
        for number, step in enumerate([*steps, None]):
            if not left:
                break
            minor = None if step is None else min(step, left)
            asked = refunds.Asked("pos-1", "A-1", f"R-{number}", NOW, minor)
            done = refunds.refund(work, asked, NOW)
            left -= done.refund.minor
            points += done.back.points
            credit += done.back.credit
            taken += done.refund.taken_points
            assert 0 <= taken <= given_
            assert points <= 500
            assert credit <= second
            assert done.purchase.returned_points <= given_
        assert (points, credit, taken) == (500 if first else 0, second, given_)
        assert work.ledger.summary(mei.id, Unit.POINTS, NOW).available == before
        assert [proof for proof in prove_here(work) if not proof.holds] == []  # type: ignore[attr-defined]
        raise _Undo

    with pytest.raises(_Undo):
        await club.write(play)
