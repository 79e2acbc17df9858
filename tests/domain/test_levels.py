"""Both ladders of the source documents, boundary by boundary."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates import month_index
from domain.levels import (
    Average,
    Basis,
    DayTotal,
    per_month,
    progress,
    progress_of,
    qualify,
    raised,
)
from domain.programme import Condition, Measure
from tests.support.club import programme

RETAIL = programme().levels
SEASONS = programme("four-seasons").levels
TODAY = date(2026, 5, 20)
JOINED = date(2024, 1, 15)


def basis(*bought: tuple[date, int], activity: int = 0, joined: date = JOINED) -> Basis:
    """Purchases in yuan, and activity points in each of the last three months."""
    months = {month_index(TODAY) - back: activity for back in (1, 2, 3)}
    made = Basis(joined, months)
    for day, yuan in bought:
        made.add(day, yuan * 100)
    return made


@pytest.mark.parametrize(
    ("bought", "level"),
    [
        ([], "member"),
        ([(TODAY, 199)], "member"),
        ([(TODAY, 200)], "silver"),
        ([(TODAY, 199), (TODAY, 199), (TODAY, 101)], "member"),
        ([(TODAY, 199), (TODAY, 199), (TODAY, 102)], "silver"),
        ([(TODAY, 1000)], "gold"),
        ([(TODAY, 999)], "silver"),
        ([(date(2025, 5, 20), 1000)], "silver"),
        ([(date(2025, 5, 21), 1000)], "gold"),
        ([(date(2024, 5, 20), 1999)], "silver"),
        ([(date(2024, 5, 20), 2000)], "gold"),
        ([(date(2024, 5, 20), 4999)], "gold"),
        ([(date(2024, 5, 20), 5000)], "diamond"),
        ([(TODAY, 3000)], "diamond"),
        ([(TODAY, 2999)], "gold"),
    ],
)
def test_retail_any_condition_is_enough(bought: list[tuple[date, int]], level: str) -> None:
    assert qualify(RETAIL, basis(*bought), TODAY).key == level


def visits(per_month: int, yuan: int) -> list[tuple[date, int]]:
    """So many purchases in each of the last three complete months, a total of so many yuan."""
    days = [date(2026, month, 1 + n) for month in (2, 3, 4) for n in range(per_month)]
    return [(day, yuan - len(days) + 1 if n == 0 else 1) for n, day in enumerate(days)]


@pytest.mark.parametrize(
    ("spend", "often", "activity", "level"),
    [
        (1000, 5, 200, "silver"),
        (999, 5, 200, "member"),
        (1000, 4, 200, "member"),
        (1000, 5, 199, "member"),
        (5000, 10, 400, "gold"),
        (4999, 10, 400, "silver"),
        (10000, 15, 600, "platinum"),
        (10000, 15, 599, "gold"),
        (20000, 20, 800, "blue-diamond"),
        (20000, 19, 800, "platinum"),
        (90000, 4, 900, "member"),
    ],
)
def test_four_seasons_every_condition_is_needed(
    spend: int, often: int, activity: int, level: str
) -> None:
    made = basis(*visits(often, spend), activity=activity)
    assert qualify(SEASONS, made, TODAY).key == level


def test_months_before_joining_do_not_count() -> None:
    amounts = {month_index(TODAY) - 1: 10}
    assert per_month(amounts, date(2026, 4, 30), TODAY, 3) == Average(10, 1)
    assert per_month(amounts, date(2026, 3, 1), TODAY, 3) == Average(10, 2)
    assert per_month(amounts, date(2020, 1, 1), TODAY, 3) == Average(10, 3)


def test_the_running_month_may_raise_and_never_lowers() -> None:
    running = month_index(TODAY)
    assert per_month({running: 40, running - 1: 9}, date(2020, 1, 1), TODAY, 3) == Average(49, 4)
    assert per_month({running: 2, running - 1: 9}, date(2020, 1, 1), TODAY, 3) == Average(9, 3)
    assert per_month({running: 5}, TODAY, TODAY, 3) == Average(5, 1)


@given(st.dictionaries(st.integers(0, 5), st.integers(0, 50)), st.dates(date(2025, 6, 1), TODAY))
def test_averages_are_never_lowered_by_the_running_month(
    back: dict[int, int], joined: date
) -> None:
    amounts = {month_index(TODAY) - months: count for months, count in back.items()}
    with_running = per_month(amounts, joined, TODAY, 3)
    without = per_month({**amounts, month_index(TODAY): 0}, joined, TODAY, 3)
    assert with_running.total * without.months >= without.total * with_running.months
    assert not Average(9, 2).reaches(5)
    assert Average(10, 2).reaches(5)


def test_progress_says_what_is_missing() -> None:
    found = progress(RETAIL, "silver", basis((TODAY, 200)), TODAY)
    assert found is not None
    assert (found.level.key, found.need) == ("gold", "any")
    assert [(p.measure, p.have, p.need, p.missing, p.met) for p in found.conditions] == [
        ("lifetime_spend", 20000, 200000, 180000, False),
        ("spend_in_months", 20000, 100000, 80000, False),
    ]
    assert progress(RETAIL, "diamond", basis(), TODAY) is None


def test_a_missing_average_is_rounded_up() -> None:
    made = basis(*visits(4, 100))
    found = progress_of(Condition(Measure.PURCHASES_PER_MONTH, 5), made, TODAY)
    assert (found.have, found.need, found.missing, found.met) == (4, 5, 1, False)


def test_growth_decides_where_the_ladder_asks_for_it() -> None:
    made = Basis(JOINED, growth=99)
    assert progress_of(Condition(Measure.GROWTH, 100), made, TODAY).missing == 1


def test_a_purchase_raises_and_never_lowers() -> None:
    poor = basis((TODAY, 1))
    assert raised(RETAIL, "gold", poor, TODAY).key == "gold"
    assert raised(RETAIL, "member", basis((TODAY, 5000)), TODAY).key == "diamond"
    assert raised(RETAIL, "no longer there", poor, TODAY).key == "member"


bought = st.lists(st.tuples(st.dates(date(2024, 1, 1), TODAY), st.integers(0, 3000)), max_size=40)


@given(bought, st.randoms(use_true_random=False))
def test_the_order_of_adding_does_not_matter(purchases: list, random) -> None:  # type: ignore[no-untyped-def, type-arg]
    shuffled = list(purchases)
    random.shuffle(shuffled)
    one, two = basis(*purchases), basis(*shuffled)
    days = sorted({day for day, _ in purchases})
    totals = [
        DayTotal(
            day,
            sum(100 * y for d, y in purchases if d == day),
            sum(d == day for d, _ in purchases),
            max(100 * y for d, y in purchases if d == day),
        )
        for day in days
    ]
    three = Basis.of_days(JOINED, totals)
    for other in (two, three):
        assert (one.lifetime, one.largest) == (other.lifetime, other.largest)
        assert one.spent_in_months(TODAY, 12) == other.spent_in_months(TODAY, 12)
        month = month_index(TODAY)
        assert one.purchases_in(month) == other.purchases_in(month)
