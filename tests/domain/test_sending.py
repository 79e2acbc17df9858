"""How long sending takes and what paid broadcasts cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sending import Estimate, estimate


@pytest.mark.parametrize(
    ("count", "rate", "paid", "expected"),
    [
        (0, 25, 0, Estimate(0, 0)),
        (1, 25, 0, Estimate(1, 0)),
        (100_000, 25, 0, Estimate(4000, 0)),
        (1000, 25, 1000, Estimate(1, 97)),
        (100_000, 25, 1000, Estimate(100, 9700)),
        (100_000, 25, 30, Estimate(3334, 0)),
        (100, 25, 20, Estimate(5, 0)),
        (1, 25, 1000, Estimate(1, 1)),
    ],
)
def test_seconds_and_stars(count: int, rate: float, paid: float, expected: Estimate) -> None:
    assert estimate(count, rate, paid) == expected


@given(st.integers(0, 5_000_000), st.floats(31, 1000))
def test_no_message_costs_more_than_a_tenth_of_a_star(count: int, paid: float) -> None:
    found = estimate(count, 25, paid)
    assert 0 <= found.stars <= -(-count // 10)
    assert found.seconds >= count / paid
