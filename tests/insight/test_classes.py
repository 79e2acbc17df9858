"""Classes, stages and grades cover everybody exactly once."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.insight_rules import Insight, Pyramid
from domain.lifecycle import Facts, Reason, Stage, rhythm, stage
from domain.pyramid import grade, thresholds
from domain.rfm import NONE, SEGMENTS, cut_points, quintile, segment

amounts = st.lists(st.integers(0, 1000), max_size=40)


@pytest.mark.parametrize("high", [2, 3, 4, 5])
def test_the_eight_classes_cover_all_quintiles_exactly_once(high: int) -> None:
    every = list(product(range(1, 6), repeat=3))
    found = Counter(segment(r, f, m, high) for r, f, m in every)
    assert set(found) == set(SEGMENTS) - {NONE}
    assert sum(found.values()) == 125
    ups, downs = 6 - high, high - 1
    assert found["key_value"] == ups**3
    assert found["general_retain"] == downs**3
    assert segment(0, 0, 0, high) == NONE


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_quintiles_rise_with_the_value_and_equal_values_share_one(values: list[int]) -> None:
    cuts = cut_points(values)
    found = [quintile(value, cuts) for value in sorted(values)]
    assert found == sorted(found)
    assert set(found) <= {1, 2, 3, 4, 5}
    # No fifth holds more than its share, unless values are equal.
    if len(set(values)) == len(values):
        assert max(Counter(found).values()) <= -(-len(values) // 5)


def test_nobody_has_no_cut_points() -> None:
    assert cut_points([]) == ()


@given(amounts, st.integers(1, 90), st.integers(0, 10))
def test_grades_bring_their_share(given: list[int], a: int, more: int) -> None:
    rules = Pyramid(a, a + more)
    least = thresholds(given, rules)
    found = {name: sum(v for v in given if grade(v, least) == name) for name in "ABCD"}
    assert found["D"] == 0
    total = sum(given)
    if total:
        assert found["A"] * 100 >= a * total
        assert (found["A"] + found["B"]) * 100 >= (a + more) * total


def test_one_member_brings_everything() -> None:
    assert grade(700, thresholds([700], Pyramid())) == "A"
    assert grade(0, None) == "D"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(990, None, None, 0, 0), (Stage.INTRODUCED, Reason.NEW)),
        (Facts(930, None, None, 0, 0), (Stage.DECLINING, Reason.NEVER)),
        (Facts(100, None, None, 0, 0), (Stage.LOST, Reason.NEVER)),
        (Facts(100, 990, 990, 1, 1), (Stage.INTRODUCED, Reason.FEW)),
        (Facts(100, 900, 990, 3, 3), (Stage.GROWING, Reason.BUILDING)),
        (Facts(100, 900, 990, 9, 9), (Stage.MATURE, Reason.REGULAR)),
        (Facts(100, 900, 939, 9, 9), (Stage.DECLINING, Reason.SILENT)),
        (Facts(100, 700, 819, 9, 9), (Stage.LOST, Reason.SILENT)),
        # who comes every hundred days is not silent after eighty
        (Facts(100, 520, 920, 5, 4), (Stage.GROWING, Reason.BUILDING)),
    ],
)
def test_stages_have_reasons(facts: Facts, expected: tuple[Stage, Reason]) -> None:
    assert stage(facts, Insight(), 1000) == expected


def test_a_rhythm_needs_three_purchases() -> None:
    assert rhythm(1, 11, 2) is None
    assert rhythm(1, 12, 3) == 6
