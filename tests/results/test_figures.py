"""Intervals against published figures, and that nothing of few can be worked out."""

import math
from collections import Counter
from collections.abc import Mapping
from itertools import combinations_with_replacement, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.survey_figures import (
    FEWEST,
    Estimate,
    about,
    average,
    csat,
    hidden,
    hidden_choices,
    nps,
    quantile,
    share,
)


def _rounded(found: Estimate | None, places: int) -> tuple[float, float | None, float | None]:
    assert found is not None
    low = None if found.low is None else round(found.low, places)
    high = None if found.high is None else round(found.high, places)
    return round(found.value, places), low, high


@pytest.mark.parametrize(
    ("times", "of", "low", "high"),
    # Newcombe 1998, table I, method 3 (Wilson's score without continuity correction).
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_wilsons_interval(times: int, of: int, low: float, high: float) -> None:
    assert _rounded(share(times, of), 4)[1:] == (low, high)


@pytest.mark.parametrize(
    ("degrees", "t"),
    [
        (1, 12.7062),
        (5, 2.5706),
        (20, 2.0860),
        (21, 2.0796),
        (30, 2.0423),
        (60, 2.0003),
        (1000, 1.9623),
    ],
)
def test_students_quantile_is_that_of_the_tables(degrees: int, t: float) -> None:
    assert round(quantile(degrees), 4) == t


def test_an_average_has_students_interval() -> None:
    # Ratings 3, 4, 4, 5, 5: mean 4.2, s = 0.8367, t(4) = 2.7764.
    assert _rounded(average({3: 1, 4: 2, 5: 2}), 3) == (4.2, 3.161, 5.239)


def test_one_answer_has_no_spread() -> None:
    assert average({4: 1}) == Estimate(4, None, None)


def test_nps_is_promoters_less_detractors() -> None:
    found = nps({10: 50, 9: 10, 8: 20, 7: 10, 6: 5, 0: 5})
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value == 50
    assert 34 < found.low < 50 < found.high < 64
    small = nps({10: 3})
    assert small is not None
    assert (small.value, small.high) == (100, 100)
    assert small.low is not None
    assert small.low < 60


def test_csat_is_the_share_of_four_and_five_stars() -> None:
    assert average({3: 2, 4: 2}) == Estimate(3.5, None, None), "too few for an interval"
    assert csat({1: 1, 3: 1, 4: 3, 5: 5}) == share(8, 10)


def test_an_interval_stays_on_the_scale() -> None:
    found = average({1: 2, 5: 3}, 1, 5)
    assert found is not None
    assert (found.low, found.high) == (1, 5)


@pytest.mark.parametrize("figure", [average, nps, csat])
def test_nothing_is_said_of_no_answers(figure: object) -> None:
    assert callable(figure)
    assert figure({}) is None
    assert share(0, 0) is None


@given(st.dictionaries(st.integers(0, 10), st.integers(0, 40), min_size=1))
def test_every_figure_lies_within_its_interval(counts: dict[float, int]) -> None:
    for found in (average(counts), nps(counts), csat(counts)):
        if found is not None and found.low is not None and found.high is not None:
            assert found.low <= found.value + 1e-9
            assert found.value <= found.high + 1e-9
            assert not math.isnan(found.value)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=1))
def test_a_hidden_cell_does_not_follow_from_the_total(cells: dict[str, int]) -> None:
    away = hidden(cells)
    for key, times in cells.items():
        assert key in away or times == 0 or times >= FEWEST
    unknown = sum(cells[key] for key in away)
    if away and sum(cells.values()) >= FEWEST:
        assert unknown >= FEWEST
    # With what is shown, each hidden cell could be another number than it is.
    if 2 <= len(away) <= 3:
        ways = {
            ways
            for ways in product(range(1, unknown + 1), repeat=len(away))
            if sum(ways) == unknown
        }
        assert unknown < FEWEST or len(ways) > 1


@pytest.mark.parametrize("of", range(5, 13))
def test_the_figures_of_a_hidden_spread_fit_more_than_one(of: int) -> None:
    """Whoever sees them cannot say of any answer of fewer than five how many gave it."""
    fit: dict[object, list[Counter[float]]] = {}
    for stars_given in combinations_with_replacement(range(1, 6), of):
        counts: Counter[float] = Counter(stars_given)
        if small(counts):
            happy = sum(times for stars, times in counts.items() if stars >= 4)
            told = not small({"up": happy, "not": of - happy})
            shown = ("csat", happy) if told else ("mean", about(counts, 1, 5))
            fit.setdefault(shown, []).append(counts)
    for shown, several in fit.items():
        for counts in several:
            for stars, times in counts.items():
                if times < FEWEST:
                    assert {one[stars] for one in several} != {times}, (shown, counts)


def small(cells: Mapping[Any, int]) -> bool:
    return any(0 < times < FEWEST for times in cells.values())


def test_a_lone_small_cell_takes_its_neighbour_along() -> None:
    assert hidden({"a": 2, "b": 30, "c": 9}) == {"a", "c"}
    assert hidden({"a": 2, "b": 2, "c": 9}) == {"a", "b", "c"}
    assert hidden({"a": 5, "b": 30, "c": 0}) == frozenset()


def test_options_chosen_or_left_out_by_few_are_hidden() -> None:
    assert hidden_choices({"a": 2, "b": 28, "c": 15, "d": 30, "e": 0}, 30) == {"a", "b"}
