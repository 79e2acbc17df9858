"""What campaigns brought: intervals that hold the truth, and no winner where there is none."""

import math

import pytest

from bench.lift import MONEY, SETTINGS, coverage, false_calls, found
from domain.campaign_figures import (
    FEWEST,
    Sums,
    better_money,
    better_share,
    money_lift,
    share_lift,
    sums,
)


@pytest.mark.parametrize("setting", SETTINGS[:2])
def test_intervals_of_shares_hold_the_truth(setting) -> None:
    assert 0.93 <= coverage(setting, money=False, repeats=400, seed=3) <= 0.975


@pytest.mark.parametrize("setting", [MONEY[0], MONEY[1]])
def test_intervals_of_money_hold_the_truth(setting) -> None:
    assert 0.93 <= coverage(setting, money=True, repeats=300, seed=3) <= 0.98


@pytest.mark.parametrize(("texts", "money"), [(2, False), (2, True), (4, False)])
def test_texts_that_are_alike_have_seldom_a_winner(texts: int, money: bool) -> None:
    assert false_calls(texts, 800, 0.08, money=money, repeats=400) <= 0.05


def test_the_better_text_is_found() -> None:
    assert found(2, 4000, 0.05, 0.07, repeats=200) > 0.8


def test_newcombes_example_is_reproduced() -> None:
    """Newcombe 1998, table II: 56/70 against 48/80, method 10: 0.0524 to 0.3339."""
    lift = share_lift(56, 70, 48, 80)
    assert lift is not None
    assert lift.value == pytest.approx(0.2)
    assert lift.low == pytest.approx(0.0524, abs=1e-4)
    assert lift.high == pytest.approx(0.3339, abs=1e-4)


def test_small_groups_say_nothing() -> None:
    assert share_lift(5, FEWEST - 1, 3, 100) is None
    few = sums({0.0: 95, 100.0: 5})
    assert money_lift(few, few) is None
    assert money_lift(Sums(0, 0, 0, 0, 0), few) is None


def test_a_shift_of_money_is_what_it_says() -> None:
    one, held = sums({0.0: 900, 150.0: 100}), sums({0.0: 900, 100.0: 100})
    lift = money_lift(one, held)
    assert lift is not None
    assert lift.low is not None
    assert lift.high is not None
    assert lift.value == pytest.approx(5.0)
    assert lift.low < 5.0 < lift.high
    back = money_lift(held, one)
    assert back is not None
    assert back.value == pytest.approx(-5.0)


def test_nobody_wins_before_the_window_is_over() -> None:
    clear = {"A": (50, 1000), "B": (150, 1000)}
    early = better_share(clear, over=False)
    assert (early.winner, early.leader) == ("", "B")
    assert better_share(clear, over=True).winner == "B"


def test_a_close_race_says_how_many_more_it_takes() -> None:
    verdict = better_share({"A": (50, 1000), "B": (60, 1000)}, over=True)
    assert verdict.winner == ""
    assert verdict.leader == "B"
    assert verdict.needed is not None
    assert 7_000 < verdict.needed < 9_500
    assert verdict.needed % 100 == 0  # a figure that claims no more than it knows


def test_texts_that_did_alike_have_no_leader() -> None:
    verdict = better_share({"A": (50, 1000), "B": (50, 1000)}, over=True)
    assert (verdict.winner, verdict.leader, verdict.needed) == ("", "", None)
    assert better_share({"A": (5, 10), "B": (0, 0)}, over=True).winner == ""
    assert better_money({"A": sums({0.0: 30}), "B": sums({0.0: 30})}, over=True).leader == ""


def test_the_best_of_three_has_to_beat_both() -> None:
    close = {"A": (100, 2000), "B": (200, 2000), "C": (198, 2000)}
    assert better_share(close, over=True).winner == ""
    assert better_share(close | {"C": (100, 2000)}, over=True).winner == "B"


def test_sums_count_members_and_payers() -> None:
    made = sums({0.0: 3, 2.0: 2})
    assert (made.members, made.payers, made.total, made.squares, made.cubes) == (5, 2, 4, 8, 16)
    assert math.isclose(made.mean, 0.8)
