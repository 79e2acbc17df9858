"""What an order may be, and refunds that are exact to the smallest unit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import (
    AlreadyRefunded,
    PurchaseInvalid,
    PurchaseTooEarly,
    RefundInvalid,
    RefundTooLarge,
)
from domain.purchases import (
    LARGEST_ORDER_MINOR,
    Line,
    Order,
    RefundLine,
    Returned,
    by_category,
    check_moment,
    check_order,
    reduced,
    refund_amount,
    refund_lines,
    refund_whole,
    summary,
)

NOW = datetime(2026, 5, 20, 4, tzinfo=UTC)


def order(*lines: Line) -> Order:
    return Order("pos", "1", NOW, "CNY", sum(line.minor for line in lines), lines)


GOOD = order(Line(3333, 3, "a"), Line(0, 1, "b"), Line(500, 0, "a"))


def test_zero_values_and_zero_quantities_are_kept_and_counted() -> None:
    check_order(GOOD)
    assert summary(GOOD.lines) == (1, 1)
    assert by_category(GOOD.lines) == {"a": 3833, "b": 0}


@pytest.mark.parametrize(
    ("wrong", "reason", "line"),
    [
        (replace(GOOD, source=""), "source", 0),
        (replace(GOOD, order_id=" "), "order_id", 0),
        (replace(GOOD, order_id="a\nb"), "order_id", 0),
        (replace(GOOD, order_id="x" * 101), "order_id", 0),
        (replace(GOOD, lines=()), "no_lines", 0),
        (order(Line(100), Line(-1)), "negative", 2),
        (order(Line(100, -1)), "negative", 1),
        (order(Line(LARGEST_ORDER_MINOR + 1)), "too_large", 1),
        (order(Line(LARGEST_ORDER_MINOR), Line(1)), "too_large", 0),
        (order(Line(1, 10**7)), "quantity", 1),
        (replace(GOOD, minor=3832), "sum", 0),
    ],
)
def test_what_no_club_can_book_is_refused(wrong: Order, reason: str, line: int) -> None:
    with pytest.raises(PurchaseInvalid) as refused:
        check_order(wrong)
    assert (refused.value.reason, refused.value.line) == (reason, line)


def test_the_moment_lies_between_opening_and_now() -> None:
    opened, zone = date(2026, 5, 20), "Asia/Shanghai"
    check_moment(NOW, NOW, opened, zone)
    check_moment(NOW - timedelta(days=900), NOW, None, zone)
    with pytest.raises(PurchaseTooEarly):
        check_moment(NOW - timedelta(hours=12, milliseconds=1), NOW, opened, zone)
    with pytest.raises(PurchaseInvalid):
        check_moment(NOW + timedelta(hours=25), NOW, opened, zone)


lines = st.lists(
    st.builds(Line, st.integers(0, 50_000), st.integers(0, 7)), min_size=1, max_size=8
)


@settings(max_examples=20)
@given(lines, st.data())
def test_amounts_come_back_exactly_however_they_are_cut(bought: list[Line], data) -> None:  # type: ignore[no-untyped-def]
    one, returns, left = order(*bought), {}, sum(line.minor for line in bought)
    while left:
        part = data.draw(st.integers(1, left))
        returns = refund_amount(one, returns, part)
        left -= part
        assert reduced(one, returns).minor == left
        assert all(line.minor >= 0 for line in reduced(one, returns).lines)
    with pytest.raises((RefundTooLarge, AlreadyRefunded)):
        refund_amount(one, returns, 1)


@given(st.integers(0, 50_000), st.integers(1, 7), st.data())
def test_pieces_come_back_exactly_however_they_are_grouped(minor: int, pieces: int, data) -> None:  # type: ignore[no-untyped-def]
    one, returns, left = order(Line(minor, pieces)), {}, pieces
    while left:
        part = data.draw(st.integers(1, left))
        returns = refund_lines(one, returns, [RefundLine(1, quantity=part)])
        left -= part
    assert returns == {1: Returned(minor, pieces)}


def test_a_whole_refund_takes_all_that_is_left_once() -> None:
    some = refund_lines(GOOD, {}, [RefundLine(1, quantity=1)])
    assert some == {1: Returned(1111, 1)}
    rest = refund_whole(GOOD, some)
    assert reduced(GOOD, rest).minor == 0
    with pytest.raises(AlreadyRefunded):
        refund_whole(GOOD, rest)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [RefundLine(0, quantity=1)],
        [RefundLine(4, quantity=1)],
        [RefundLine(1)],
        [RefundLine(1, quantity=1, minor=5)],
        [RefundLine(1, quantity=4)],
        [RefundLine(1, quantity=-1)],
        [RefundLine(3, quantity=1)],
        [RefundLine(1, minor=0)],
        [RefundLine(1, minor=3334)],
        [RefundLine(1, minor=3333), RefundLine(1, minor=1)],
        [RefundLine(1, minor=3000), RefundLine(1, quantity=3)],
    ],
)
def test_impossible_parts_are_refused(parts: list[RefundLine]) -> None:
    with pytest.raises((RefundInvalid, RefundTooLarge)):
        refund_lines(GOOD, {}, parts)
