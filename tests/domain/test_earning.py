"""Earning: exact fractions, rounded down once, and explanations that add up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.earning import Facts, active_from, earn, hundredths, lapses_at
from domain.programme import (
    Caps,
    Earning,
    EarningRule,
    Level,
    Programme,
    RuleGroup,
    When,
)
from domain.purchases import Line, Order
from tests.support.club import programme

RETAIL = programme()
GROCER = programme("grocer")
NOON = datetime(2026, 5, 19, 4, tzinfo=UTC)


def order(*lines: Line, at: datetime = NOON, store: str = "") -> Order:
    return Order("pos", "1", at, "CNY", sum(line.minor for line in lines), lines, store)


def with_rules(*groups: tuple[EarningRule, ...], cap: int | None = None) -> Programme:
    named = tuple(RuleGroup(f"g{n}", rules) for n, rules in enumerate(groups))
    return replace(RETAIL, earning=Earning(1, 100, named, Caps(purchase=cap)))


def rule(key: str, multiply: int | None = None, add: int | None = None, **when: object):  # type: ignore[no-untyped-def]
    return EarningRule(key, {}, When(**when), multiply, add)  # type: ignore[arg-type]


def test_why_did_i_get_128_points() -> None:
    earned = earn(RETAIL, order(Line(12850)), Facts("member"))
    assert earned.points == 128
    assert earned.explanation == (("base", 1, "1", 128),)


def test_level_and_members_day_multiply_and_round_once() -> None:
    bought = order(Line(999), at=NOON.replace(day=18))
    earned = earn(RETAIL, bought, Facts("gold"))
    assert earned.points == floor(Fraction(999, 100) * Fraction(125, 100) * 2) == 24
    assert [(s.rule, s.factor, s.points) for s in earned.explanation] == [
        ("base", "1", 9),
        ("level:gold", "1.25", 3),
        ("member_day", "2", 12),
    ]


def test_the_first_matching_rule_of_a_group_counts() -> None:
    both = earn(RETAIL, order(Line(10000), at=NOON.replace(day=18)), Facts("member", True))
    assert [share.rule for share in both.explanation] == ["base", "birthday_month"]
    assert both.points == 200


def test_groups_multiply_each_other() -> None:
    wednesday = datetime(2017, 6, 14, 16, tzinfo=UTC)
    earned = earn(GROCER, order(Line(1000, 1, "produce"), at=wednesday), Facts("neighbour"))
    assert earned.points == 30


def test_a_rule_of_a_category_counts_for_its_lines_only() -> None:
    bought = order(Line(1050, 1, "PRODUCE"), Line(1050, 1, "GROCERY"), Line(1000, 1, "FUEL"))
    earned = earn(GROCER, bought, Facts("neighbour"))
    assert earned.points == floor(Fraction(1050 * 2 + 1050 + 500, 100)) == 36
    assert [s.rule for s in earned.explanation] == ["base", "fresh", "fuel"]


def test_what_is_added_is_added_once_and_not_multiplied() -> None:
    rules = with_rules((rule("gift", add=50, categories=("food",)),))
    bought = order(Line(100, 1, "food"), Line(100, 1, "Food"), Line(0, 1, "food"))
    earned = earn(rules, bought, Facts("gold"))
    assert earned.points == 2 + 50
    assert earned.explanation[-1] == ("gift", 1, "+50", 50)
    assert earn(rules, order(Line(0, 1, "food")), Facts("gold")).points == 0


def test_a_cap_is_the_last_word() -> None:
    earned = earn(with_rules(cap=100), order(Line(50000)), Facts("member"))
    assert earned.points == 100
    assert earned.explanation[-1] == ("cap", 1, "100", -400)


@pytest.mark.parametrize(
    ("when", "at", "store", "facts", "matches"),
    [
        ({"stores": ("S1",)}, NOON, "S1", Facts("member"), True),
        ({"stores": ("S1",)}, NOON, "S2", Facts("member"), False),
        ({"weekdays": (2,)}, NOON, "", Facts("member"), True),
        ({"weekdays": (3,)}, NOON, "", Facts("member"), False),
        ({"days_of_month": (-1,)}, NOON.replace(day=31), "", Facts("member"), True),
        ({"days_of_month": (-1,)}, NOON.replace(day=30), "", Facts("member"), False),
        ({"from_day": date(2026, 5, 19), "to_day": date(2026, 5, 19)}, NOON, "", Facts(""), True),
        ({"from_day": date(2026, 5, 20)}, NOON, "", Facts(""), False),
        ({"from_day": date(2026, 5, 20)}, NOON.replace(hour=16), "", Facts(""), True),
        ({"levels": ("gold",)}, NOON, "", Facts("gold"), True),
        ({"levels": ("gold",)}, NOON, "", Facts("silver"), False),
        ({"birthday_month": True, "stores": ("S1",)}, NOON, "S1", Facts("", True), True),
        ({"birthday_month": True, "stores": ("S1",)}, NOON, "S2", Facts("", True), False),
    ],
)
def test_conditions_are_those_of_the_programmes_zone(
    when: dict[str, object], at: datetime, store: str, facts: Facts, matches: bool
) -> None:
    rules = replace(with_rules((rule("r", 300, **when),)), levels=(Level("member", {}),))
    earned = earn(rules, order(Line(1000), at=at, store=store), facts)
    assert earned.points == (30 if matches else 10)


categories = st.sampled_from(["PRODUCE", "FUEL", "GROCERY", "NUTRITION", ""])
lines = st.lists(
    st.builds(Line, st.integers(0, 99_999), st.integers(0, 9), categories), max_size=12
)
levels = st.sampled_from([level.key for level in GROCER.levels])
moments = st.datetimes(datetime(2017, 1, 1), datetime(2018, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC)
)


@given(lines, levels, moments, st.booleans())
def test_points_are_the_exact_product_rounded_down_once(
    bought: list[Line], level: str, at: datetime, birthday: bool
) -> None:
    """An independent computation with fractions agrees, and the explanation adds up."""
    earned = earn(GROCER, order(*bought, at=at), Facts(level, birthday))
    factors = {"PRODUCE": Fraction(2), "NUTRITION": Fraction(3, 2), "FUEL": Fraction(1, 2)}
    local = at - timedelta(hours=4 if _summer(at) else 5)
    day = Fraction(2) if birthday else Fraction(3, 2) if local.isoweekday() == 3 else Fraction(1)
    exact = sum(
        (Fraction(x.minor, 100) * factors.get(x.category, Fraction(1)) for x in bought),
        Fraction(0),
    )
    exact *= Fraction(GROCER.level(level).multiplier, 100) * day
    assert earned.points == min(floor(exact), 2000)
    assert sum(share.points for share in earned.explanation) == earned.points


def _summer(at: datetime) -> bool:
    """Daylight saving time in New York in 2017."""
    begin, end = datetime(2017, 3, 12, 7, tzinfo=UTC), datetime(2017, 11, 5, 6, tzinfo=UTC)
    return begin <= at < end


@given(lines, lines, levels)
def test_a_larger_purchase_never_earns_less(a: list[Line], b: list[Line], level: str) -> None:
    small, large = order(*a), order(*a, *b)
    assert earn(GROCER, small, Facts(level)).points <= earn(GROCER, large, Facts(level)).points


def test_points_wait_for_the_return_period_and_lapse_at_the_month_end() -> None:
    waiting = programme("four-seasons")
    assert active_from(waiting, NOON) == NOON + timedelta(days=7)
    assert lapses_at(waiting, NOON) == datetime(2027, 12, 31, 16, tzinfo=UTC)
    assert lapses_at(RETAIL, NOON) == datetime(2027, 5, 31, 16, tzinfo=UTC)


def test_factors_are_written_without_needless_zeros() -> None:
    assert [hundredths(n) for n in (200, 150, 125, 50, 100)] == ["2", "1.5", "1.25", "0.5", "1"]
