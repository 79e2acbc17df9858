"""Refunds on both databases: exact lines, exact points, every policy, once per refund."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import (
    AlreadyRefunded,
    KeyConflict,
    PurchaseNotFound,
    RefundInvalid,
    RefundTooLarge,
)
from domain.points import Unit
from domain.programme import Growth, Programme, Refunds
from domain.purchases import Line, RefundLine
from domain.refunds import RefundPolicy
from services import erasing, history, ledger, purchases, refunds
from services.booking import Incoming
from services.ports.club import Actor
from services.ports.sales import Claim
from storage.work import Work
from tests.membership.support import broken
from tests.purchases.support import member, of, order
from tests.support.club import NOW, Club

LINES = (Line(3333, 3, "food"), Line(6667, 1, "home"))


def asked(refund_id: str = "R-1", order_id: str = "A-1", **values: object) -> refunds.Asked:
    return refunds.Asked("pos-1", order_id, refund_id, NOW, **values)  # type: ignore[arg-type]


async def _bought(club: Club, *lines: Line):  # type: ignore[no-untyped-def]
    mei = await member(club)
    await club.write(lambda w: purchases.book(w, of(mei, order("A-1", *lines)), NOW))
    return mei


async def _refund(club: Club, one: refunds.Asked) -> refunds.Outcome:
    done = await club.write(lambda w: refunds.refund(w, one, NOW))
    assert isinstance(done, refunds.Outcome)
    return done


async def _available(club: Club, member_id: int) -> int:
    has = await club.read(lambda w: w.ledger.summary(member_id, Unit.POINTS, NOW))
    return has.available - has.debt


async def test_a_whole_refund_takes_back_what_was_given(club: Club) -> None:
    mei = await _bought(club, *LINES)
    done = await _refund(club, asked())
    assert done.arithmetic is not None
    assert (done.arithmetic.given, done.arithmetic.kept, done.arithmetic.taken) == (100, 0, 100)
    assert (done.refund.minor, done.purchase.refunded_minor) == (10000, 10000)
    assert await _available(club, mei.id) == 0
    with pytest.raises(AlreadyRefunded):
        await _refund(club, asked("R-2"))


async def test_the_same_refund_again_changes_nothing(club: Club) -> None:
    mei = await _bought(club, *LINES)
    first = await _refund(club, asked(minor=2500))
    again = await _refund(club, asked(minor=2500))
    assert (again.new, again.refund.id) == (False, first.refund.id)
    assert await _available(club, mei.id) == 75
    with pytest.raises(KeyConflict):
        await _refund(club, asked(minor=2600))


async def test_copies_of_a_refund_at_the_same_moment_are_booked_once(club: Club) -> None:
    mei = await _bought(club, *LINES)
    done = await asyncio.gather(*(_refund(club, asked(minor=2500)) for _ in range(6)))
    assert sum(outcome.new for outcome in done) == 1
    assert await _available(club, mei.id) == 75


async def test_refunds_at_the_same_moment_never_exceed_the_purchase(club: Club) -> None:
    mei = await _bought(club, *LINES)
    parts = (_refund(club, asked(f"R-{n}", minor=3000)) for n in range(6))
    done = await asyncio.gather(*parts, return_exceptions=True)
    assert sum(isinstance(one, refunds.Outcome) for one in done) == 3
    assert sum(isinstance(one, RefundTooLarge) for one in done) == 3
    assert await _available(club, mei.id) == 10


async def test_parts_take_back_the_difference_of_what_the_rest_earns(club: Club) -> None:
    mei = await _bought(club, *LINES)
    one = await _refund(club, asked("R-1", lines=(RefundLine(1, quantity=1),)))
    assert (one.refund.minor, one.arithmetic and one.arithmetic.taken) == (1111, 12)
    two = await _refund(club, asked("R-2", lines=(RefundLine(1, quantity=2),)))
    assert (two.refund.minor, two.arithmetic and two.arithmetic.taken) == (2222, 22)
    rest = await _refund(club, asked("R-3"))
    assert (rest.refund.minor, rest.purchase.returned_points) == (6667, 100)
    assert await _available(club, mei.id) == 0


async def test_an_amount_is_spread_over_the_lines_to_the_cent(club: Club) -> None:
    await _bought(club, *LINES)
    done = await _refund(club, asked(minor=101))
    assert sum(back.minor for back in done.refund.returns.values()) == 101
    last = await _refund(club, asked("R-2"))
    assert last.refund.minor == 9899


async def test_a_refund_is_never_larger_than_what_is_left(club: Club) -> None:
    mei = await _bought(club, *LINES)
    for wrong, error in (
        (asked(minor=10001), RefundTooLarge),
        (asked(minor=0), RefundInvalid),
        (asked(lines=(RefundLine(3, quantity=1),)), RefundInvalid),
        (asked(lines=(RefundLine(1, quantity=4),)), RefundInvalid),
        (asked(lines=(RefundLine(1, minor=3334),)), RefundTooLarge),
        (asked(order_id="A-2"), PurchaseNotFound),
    ):
        with pytest.raises(error):
            await _refund(club, wrong)
    assert await _available(club, mei.id) == 100


def _with(programme: Programme, policy: RefundPolicy, pending: int = 0) -> Programme:
    earning = replace(programme.earning, pending_days=pending)
    return replace(programme, version=2, refunds=Refunds(policy), earning=earning)


@pytest.mark.parametrize(
    ("policy", "pending", "expected"),
    [
        (RefundPolicy.WITHIN_BALANCE, 0, (20, 0, 80)),
        (RefundPolicy.UNLIMITED, 0, (100, 80, 0)),
        (RefundPolicy.ONLY_PENDING, 0, (0, 0, 100)),
        (RefundPolicy.ONLY_PENDING, 7, (100, 0, 0)),
    ],
)
async def test_the_policy_decides_how_far_a_refund_reaches(
    club: Club, policy: RefundPolicy, pending: int, expected: tuple[int, int, int]
) -> None:
    programme = _with(club.programme, policy, pending)
    await club.write(lambda w: w.programmes.publish(programme, NOW, None))
    mei = await _bought(club, Line(10000))
    if not pending:
        await club.write(
            lambda w: ledger.spend(w, mei.id, 80, key="s", source=("benefit", 1), now=NOW)
        )
    done = await _refund(club, asked())
    sums = done.arithmetic
    assert sums is not None
    assert (sums.taken, sums.debt, sums.forgone) == expected


async def test_later_points_pay_a_debt_first(club: Club) -> None:
    programme = _with(club.programme, RefundPolicy.UNLIMITED)
    await club.write(lambda w: w.programmes.publish(programme, NOW, None))
    mei = await _bought(club, Line(10000))
    await club.write(
        lambda w: ledger.spend(w, mei.id, 100, key="s", source=("benefit", 1), now=NOW)
    )
    await _refund(club, asked())
    await club.write(lambda w: ledger.bonus(w, mei.id, 130, key="b", source=("x", 1), now=NOW))
    has = await club.read(lambda w: w.ledger.summary(mei.id, Unit.POINTS, NOW))
    assert (has.available, has.debt, has.lifetime) == (30, 0, 130)


async def test_the_original_rules_count_after_the_programme_has_changed(club: Club) -> None:
    mei = await _bought(club, *LINES)
    dearer = replace(club.programme, version=2, earning=replace(club.programme.earning, points=5))
    await club.write(lambda w: w.programmes.publish(dearer, NOW, None))
    done = await _refund(club, asked(minor=5000))
    assert done.arithmetic is not None
    assert (done.arithmetic.kept, done.arithmetic.taken) == (50, 50)
    assert await _available(club, mei.id) == 50


async def test_the_member_can_read_the_arithmetic(club: Club) -> None:
    mei = await _bought(club, *LINES)
    done = await _refund(club, asked(minor=2500))
    item = await club.read(lambda w: history.explain(w, mei.id, done.refund.posting_id))
    assert item.amount == -25
    assert [(x.key, x.points) for x in item.lines] == [
        ("given", 100),
        ("kept", -75),
        ("before", 0),
        ("own", -25),
    ]


async def test_an_unmatched_order_is_refunded_before_its_member_comes(club: Club) -> None:
    from services.booking import Incoming
    from services.ports.sales import Claim

    waiting = Incoming(order(), (Claim("phone", "+8613800138000"),))
    await club.write(lambda w: purchases.book(w, waiting, NOW))
    await _refund(club, asked(minor=4000))
    mei = await member(club, phone="+8613800138000")
    (found,) = await club.write(
        lambda w: purchases.match_waiting(w, mei.id, NOW + timedelta(days=1))
    )
    assert found.points == 60
    rest = await _refund(club, asked("R-2"))
    assert rest.arithmetic is not None
    assert rest.arithmetic.taken == 60


async def test_refunds_add_up_whatever_the_order_of_their_ids(club: Club) -> None:
    """Another process, whose clock is behind, books the second one."""
    await _bought(club, *LINES)
    await _refund(club, asked("R-1", minor=4000))

    def behind(work: Work) -> refunds.Outcome:
        first = work.purchases.refund(("pos-1", "R-1"))
        assert first is not None
        work.new_id = iter(range(first.id - 99, first.id)).__next__  # type: ignore[method-assign]
        return refunds.refund(work, asked("R-2", minor=5000), NOW)

    await club.write(behind)
    with pytest.raises(RefundTooLarge):
        await _refund(club, asked("R-3", minor=1001))
    assert (await _refund(club, asked("R-3", minor=1000))).purchase.is_returned


async def test_refund_ids_that_look_like_parts_of_another_stand_for_themselves(club: Club) -> None:
    programme = replace(club.programme, version=2, growth=Growth(1, 100))
    await club.write(lambda w: w.programmes.publish(programme, NOW, None))
    await _bought(club, *LINES)
    for refund_id in ("R", "R:growth", "R:growth:growth"):
        assert (await _refund(club, asked(refund_id, minor=1000))).new
    assert await broken(club) == []


async def test_a_waiting_purchase_is_nobodys_so_far(club: Club) -> None:
    mei = await member(club)
    waits = Incoming(order("A-1"), (Claim("phone", "+8613800138000"),))
    await club.write(lambda w: purchases.book(w, waits, NOW))
    with pytest.raises(RefundInvalid):
        await _refund(club, asked("R-1", minor=1000, member_id=mei.id))
    assert (await _refund(club, asked("R-1", minor=1000, member_id=0))).new


@pytest.mark.parametrize("void", [False, True])
async def test_who_has_left_owes_nothing_for_what_comes_back(club: Club, void: bool) -> None:
    mei = await _bought(club)
    bought = await club.read(lambda w: purchases.newest(w, mei.id)[0])
    has = (await club.read(lambda w: ledger.balance(w, mei.id, NOW))).available
    await club.write(
        lambda w: ledger.spend(w, mei.id, has - 10, key="s", source=("x", 1), now=NOW)
    )
    await club.write(lambda w: erasing.erase(w, mei.id, NOW))
    if void:
        why = {"reason": "r", "actor": Actor("cli"), "now": NOW}
        taken = (await club.write(lambda w: purchases.void(w, bought.id, **why))).taken
    else:
        taken = (await _refund(club, asked())).arithmetic
    assert taken is not None
    assert (taken.lapsed, taken.forgone, taken.debt) == (10, has - 10, 0)
    assert (await club.read(lambda w: ledger.balance(w, mei.id, NOW))).debt == 0
    assert await broken(club) == []
