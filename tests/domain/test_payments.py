"""Bills paid beside money: what is refused, and that returns are exact however often they come."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payments import (
    MOST_PAYMENTS,
    PaidBy,
    Payment,
    PaymentInvalid,
    back_to,
    check_payments,
    credit_for,
    points_for,
    spread,
)
from domain.points import Take
from domain.purchases import Line, Order, discounts

BILL = Order("pos", "1", datetime(2026, 5, 19, tzinfo=UTC), "CNY", 10000, (Line(10000),))
FIVE = Payment(PaidBy.POINTS, 500, 500)
TWENTY = Payment(PaidBy.CREDIT, 2000)
VOUCHER = Payment(PaidBy.VOUCHER, 1000, code="7K4M9QXT2HWDRB5E")


def test_points_credit_and_vouchers_pay_together() -> None:
    check_payments(BILL, ())
    check_payments(BILL, (FIVE, TWENTY, VOUCHER, VOUCHER._replace(code="other")))


@pytest.mark.parametrize(
    ("payments", "reason", "number"),
    [
        ((FIVE, TWENTY._replace(minor=0)), "zero", 2),
        ((FIVE._replace(minor=-1),), "zero", 1),
        ((TWENTY._replace(minor=10001),), "sum", 0),
        ((FIVE._replace(minor=9000), TWENTY), "sum", 0),
        ((FIVE._replace(points=0),), "points", 1),
        ((FIVE._replace(points=-5),), "points", 1),
        ((FIVE._replace(points=10**18),), "points", 1),
        ((VOUCHER._replace(code=""),), "code", 1),
        ((TWENTY._replace(points=5),), "extra", 1),
        ((VOUCHER, TWENTY._replace(code="x")), "extra", 2),
        ((TWENTY, FIVE, TWENTY), "twice", 3),
        ((VOUCHER, VOUCHER), "twice", 2),
        ((FIVE,) * (MOST_PAYMENTS + 1), "too_many", 0),
    ],
)
def test_what_cannot_pay_is_named(payments: tuple[Payment, ...], reason: str, number: int) -> None:
    with pytest.raises(PaymentInvalid) as refused:
        check_payments(BILL, payments)
    assert (refused.value.reason, refused.value.payment) == (reason, number)


amounts = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


@given(amounts, st.data())
def test_parts_return_exactly_and_never_more_than_is_left(
    parts: list[int], data: st.DataObject
) -> None:
    rests = list(parts)
    while total := sum(rests):
        step = data.draw(st.integers(max(total // 4, 1), total))
        back = spread(step, rests)
        assert sum(back) == step
        assert all(0 <= part <= rest for part, rest in zip(back, rests, strict=True))
        rests = [rest - part for part, rest in zip(back, rests, strict=True)]
    assert spread(0, rests) == [0] * len(rests)


def test_more_than_there_is_cannot_be_spread() -> None:
    with pytest.raises(ValueError, match="11 of 10"):
        spread(11, [5, 5])


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.data())
def test_points_and_credit_come_back_little_by_little_and_whole_in_the_end(
    points: int, minor: int, data: st.DataObject
) -> None:
    steps = sorted(data.draw(st.lists(st.integers(0, minor), max_size=5)))
    bonus = data.draw(st.integers(0, minor))
    done, credit = 0, credit_for(bonus, minor, 0)
    for step in [*steps, minor]:
        assert points_for(points, minor, step) >= done
        done, before, credit = (
            points_for(points, minor, step),
            credit,
            credit_for(bonus, minor, step),
        )
        assert credit.principal >= before.principal
        assert credit.bonus >= before.bonus
        assert sum(credit) == step
    assert (done, credit.bonus) == (points, bonus)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.data())
def test_takes_come_back_to_their_lots_once_each(taken: list[int], data: st.DataObject) -> None:
    takes = [Take(number, amount) for number, amount in enumerate(taken)]
    total = sum(taken)
    steps = [0, *sorted(data.draw(st.lists(st.integers(0, total), max_size=4))), total]
    back: dict[int, int] = {}
    for before, after in pairwise(steps):
        part = back_to(takes, before, after)
        assert sum(take.amount for take in part) == after - before
        for lot_id, amount in part:
            back[lot_id] = back.get(lot_id, 0) + amount
    assert back == {take.lot_id: take.amount for take in takes}


def test_what_was_taken_last_comes_back_first() -> None:
    assert back_to([Take(1, 30), Take(2, 20)], 0, 25) == (Take(2, 20), Take(1, 5))
    assert back_to([Take(1, 30), Take(2, 20)], 25, 50) == (Take(1, 25),)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.data())
def test_what_was_not_paid_in_money_is_spread_over_the_lines_to_the_cent(
    minors: list[int], data: st.DataObject
) -> None:
    lines = tuple(Line(minor) for minor in minors)
    bill = Order("pos", "1", BILL.occurred_at, "CNY", sum(minors), lines)
    off = data.draw(st.integers(0, bill.minor))
    parts = discounts(bill, off)
    assert sum(parts) == off
    assert all(0 <= part <= minor for part, minor in zip(parts, minors, strict=True))
