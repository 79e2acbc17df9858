"""What a day of check-in is worth, by its place in the row of days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checkins import Ahead, ahead, shares
from domain.programme import CheckIn, Streak

RULES = CheckIn(2, (Streak(7, 10), Streak(30, 60)))
STREAKS = st.lists(st.builds(Streak, st.integers(2, 400), st.integers(1, 10**6)), max_size=5)


def worth(rules: CheckIn, streak: int) -> int:
    return sum(share.points for share in shares(rules, streak, 1))


@pytest.mark.parametrize(
    ("streak", "points"),
    [(1, 2), (6, 2), (7, 12), (8, 2), (14, 12), (29, 2), (30, 62), (60, 62), (210, 72)],
)
def test_a_day_gives_its_points_and_those_of_every_streak_it_completes(
    streak: int, points: int
) -> None:
    assert worth(RULES, streak) == points


@pytest.mark.parametrize(
    ("streak", "days", "points"),
    [(0, 7, 10), (1, 6, 10), (6, 1, 10), (7, 7, 10), (28, 2, 60), (209, 1, 70), (210, 7, 10)],
)
def test_what_is_ahead(streak: int, days: int, points: int) -> None:
    assert ahead(RULES, streak) == Ahead(days, points)


def test_without_streaks_nothing_is_ahead() -> None:
    assert ahead(CheckIn(2), 5) is None


@given(st.integers(0, 100), STREAKS, st.integers(0, 2000))
def test_what_is_announced_is_what_is_given(
    points: int, streaks: list[Streak], streak: int
) -> None:
    rules = CheckIn(points, tuple(streaks))
    found = ahead(rules, streak)
    if found is None:
        assert not streaks
        return
    for day in range(streak + 1, streak + found.days):
        assert worth(rules, day) == points
    assert worth(rules, streak + found.days) == points + found.points
