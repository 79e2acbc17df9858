"""Bills step by step: never below zero, exact sums, the order kept, never more than there is."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bill_rules import STACKING, BillRules, BillStep, PointsAtTill
from domain.bills import Coupon, Means, Step, Wishes, calculate

RATE = PointsAtTill(100, 100, 50)
RULES = BillRules(points=RATE)
ALL = Wishes(points=None, credit=None)


def fixed(voucher_id: int, minor: int, least: int = 0) -> Coupon:
    return Coupon(voucher_id, lambda left: min(minor, left) if left >= least else 0)


def percent(voucher_id: int, share: int) -> Coupon:
    return Coupon(voucher_id, lambda left: left * share // 100)


def kinds(steps: tuple[Step, ...]) -> list[str]:
    return [str(step.kind) for step in steps]


def test_each_step_begins_where_the_one_before_ended() -> None:
    wishes = Wishes((fixed(7, 1000),), None, None)
    bill = calculate(RULES, 12850, Means(5, 5350, 2000), wishes)
    assert bill.steps == (
        Step(BillStep.LEVEL, 12850, 643),  # 642.5, in the member's favour
        Step(BillStep.VOUCHER, 12207, 1000, voucher_id=7),
        Step(BillStep.POINTS, 11207, 5300, points=5300),
        Step(BillStep.CREDIT, 5907, 2000),
    )
    assert (bill.to_pay, bill.amount, bill.points) == (3907, 12207, 5300)


def test_points_pay_whole_steps_and_at_most_their_share() -> None:
    assert calculate(RULES, 399, Means(points=1000), ALL).points == 100  # half is 1.99
    assert calculate(RULES, 199, Means(points=1000), ALL).steps == ()
    assert calculate(RULES, 10000, Means(points=199), ALL).points == 100
    typed = calculate(RULES, 10000, Means(points=900), Wishes(points=250))
    assert (typed.points, typed.to_pay, typed.points_possible) == (200, 9800, 900)
    none = calculate(BillRules(), 10000, Means(points=900), ALL)
    assert (none.points, none.points_possible) == (0, 0)


def test_a_debt_of_points_or_none_at_all_pays_nothing() -> None:
    bill = calculate(RULES, 10000, Means(points=-50, credit=0), ALL)
    assert (bill.steps, bill.to_pay) == ((), 10000)


def test_a_voucher_needs_its_minimum_of_what_is_left_by_then() -> None:
    coupon = fixed(7, 1000, least=10000)
    first = calculate(RULES, 10000, Means(5), Wishes((coupon,)))
    assert (kinds(first.steps), first.unused) == (["level"], (7,))
    order = (BillStep.VOUCHER, BillStep.LEVEL)
    second = calculate(BillRules(order), 10000, Means(5), Wishes((coupon,)))
    assert (kinds(second.steps), second.unused) == (["voucher", "level"], ())
    assert (second.to_pay, second.amount) == (8550, 9550)


def test_a_bill_takes_no_more_vouchers_than_the_rules_say() -> None:
    coupons = (percent(1, 10), fixed(2, 500), fixed(3, 500))
    bill = calculate(BillRules(vouchers=2), 10000, Means(), Wishes(coupons))
    assert ([step.voucher_id for step in bill.steps], bill.unused) == ([1, 2], (3,))
    assert calculate(BillRules(vouchers=0), 10000, Means(), Wishes(coupons)).to_pay == 10000


def test_a_voucher_worth_more_than_the_bill_pays_all_of_it() -> None:
    bill = calculate(RULES, 800, Means(points=500, credit=500), Wishes((fixed(1, 5000),), None))
    assert (bill.to_pay, bill.points_possible, bill.credit_possible) == (0, 0, 0)
    assert len(bill.steps) == 1


def test_an_amount_below_zero_is_no_bill() -> None:
    with pytest.raises(ValueError, match="below zero"):
        calculate(RULES, -1, Means(), Wishes())
    with pytest.raises(ValueError, match="below zero"):
        calculate(RULES, 100, Means(), Wishes(points=-1))


orders = st.sampled_from([p for n in range(5) for p in permutations(STACKING, n)])
rates = st.none() | st.builds(
    PointsAtTill, st.integers(1, 500), st.integers(1, 1000), st.integers(1, 100)
)
rules = st.builds(BillRules, orders, rates, st.integers(0, 3))
coupons = st.lists(
    st.tuples(st.booleans(), st.integers(1, 100), st.integers(0, 5000)), max_size=4
).map(
    lambda found: tuple(
        percent(n, size) if share else fixed(n, size * 100, least)
        for n, (share, size, least) in enumerate(found)
    )
)
means = st.builds(Means, st.integers(0, 100), st.integers(-100, 10**5), st.integers(0, 10**5))
amounts = st.none() | st.integers(0, 10**5)
wished = st.builds(Wishes, coupons, amounts, amounts)


@given(rules, st.integers(0, 10**6), means, wished)
def test_any_bill_is_exact_keeps_the_order_and_takes_no_more_than_there_is(
    rules: BillRules, gross: int, means: Means, wishes: Wishes
) -> None:
    bill = calculate(rules, gross, means, wishes)
    assert 0 <= bill.to_pay <= bill.amount <= gross
    assert bill.to_pay == gross - sum(step.off for step in bill.steps)
    assert all(one.after == two.before for one, two in pairwise(bill.steps))
    assert all(step.off > 0 and step.after >= 0 for step in bill.steps)
    places = [rules.order.index(step.kind) for step in bill.steps]
    assert places == sorted(places)
    assert 0 <= bill.points <= max(means.points, 0)
    assert bill.points <= bill.points_possible
    assert bill.off(BillStep.CREDIT) <= min(means.credit, bill.credit_possible)
    for wish, used in ((wishes.points, bill.points), (wishes.credit, bill.off(BillStep.CREDIT))):
        assert wish is None or used <= wish
    used = [step.voucher_id for step in bill.steps if step.kind is BillStep.VOUCHER]
    assert len(used) == len(set(used)) <= rules.vouchers
    assert set(used) | set(bill.unused) == {one.id for one in wishes.coupons}


@given(rules, st.integers(0, 10**6), means, coupons)
def test_as_much_as_possible_is_what_is_said_to_be_possible(
    rules: BillRules, gross: int, means: Means, found: tuple[Coupon, ...]
) -> None:
    bill = calculate(rules, gross, means, Wishes(found, None, None))
    assert bill.points == bill.points_possible
    assert bill.off(BillStep.CREDIT) == bill.credit_possible
    if rules.points:
        step = next((one for one in bill.steps if one.kind is BillStep.POINTS), None)
        if step:
            assert step.off * 100 <= step.before * rules.points.most_percent
            assert step.off * rules.points.step == step.points * rules.points.minor
