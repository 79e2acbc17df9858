"""Frequencies, caps and recurring days: what they let through, and how refunds keep to them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.earning import Facts, earn, growth
from domain.limits import Limits, blocked, limited_rules, read, room, written
from domain.programme import (
    Caps,
    Earning,
    EarningRule,
    Frequency,
    Growth,
    NthWeekday,
    Per,
    Programme,
    RuleGroup,
    When,
)
from domain.purchases import Line, Order, Returned, reduced
from tests.support.club import programme

RETAIL = programme()
NOON = datetime(2026, 5, 19, 4, tzinfo=UTC)  # a Tuesday, the third of its month
TODAY = date(2026, 5, 19)


def order(*lines: Line, at: datetime = NOON) -> Order:
    return Order("pos", "1", at, "CNY", sum(line.minor for line in lines), lines)


NO_CAPS = Caps()


def with_rule(rule: EarningRule, caps: Caps = NO_CAPS, *others: EarningRule) -> Programme:
    groups = (RuleGroup("g", (rule, *others)),)
    return replace(RETAIL, earning=Earning(1, 100, groups, caps))


def double(frequency: Frequency | None = None, **when: object) -> EarningRule:
    return EarningRule("double", {}, When(**when), 200, None, frequency)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("when", "day", "matches"),
    [
        ({"nth_weekdays": (NthWeekday(2, 3),)}, 19, True),
        ({"nth_weekdays": (NthWeekday(2, 3),)}, 12, False),
        ({"nth_weekdays": (NthWeekday(2, 3),)}, 26, False),
        ({"nth_weekdays": (NthWeekday(2, -1),)}, 26, True),
        ({"nth_weekdays": (NthWeekday(2, -1),)}, 19, False),
        ({"nth_weekdays": (NthWeekday(5, 1), NthWeekday(7, -1))}, 1, True),
        ({"nth_weekdays": (NthWeekday(5, 1), NthWeekday(7, -1))}, 31, True),
        ({"nth_weekdays": (NthWeekday(7, 4),)}, 31, False),
        ({"months": (5, 11)}, 19, True),
        ({"months": (11,)}, 19, False),
    ],
)
def test_recurring_days_and_months(when: dict[str, object], day: int, matches: bool) -> None:
    bought = order(Line(1000), at=NOON.replace(day=day))
    earned = earn(with_rule(double(**when)), bought, Facts("member"))
    assert earned.points == (20 if matches else 10)


def test_a_first_purchase_is_known_by_its_facts() -> None:
    rules = with_rule(double(first_purchase=True))
    first = Facts("member", limits=Limits(first_purchase=True))
    assert earn(rules, order(Line(1000)), first).points == 20
    assert earn(rules, order(Line(1000)), Facts("member")).points == 10


def test_a_blocked_rule_lets_the_next_of_its_group_count() -> None:
    gift = EarningRule("gift", {}, When(), None, 5)
    rules = with_rule(double(Frequency(1)), Caps(), gift)
    free = earn(rules, order(Line(1000)), Facts("member"))
    assert (free.points, free.used) == (20, ("double",))
    held = earn(rules, order(Line(1000)), Facts("member", limits=Limits(blocked=("double",))))
    assert (held.points, held.used) == (15, ())


@pytest.mark.parametrize(
    ("frequency", "used", "is_blocked"),
    [
        (Frequency(1, Per.DAY), [TODAY], True),
        (Frequency(1, Per.DAY), [date(2026, 5, 18)], False),
        (Frequency(2, Per.DAY), [TODAY], False),
        (Frequency(1, Per.WEEK), [date(2026, 5, 18)], True),  # Monday of the week
        (Frequency(1, Per.WEEK), [date(2026, 5, 24)], True),  # its Sunday
        (Frequency(1, Per.WEEK), [date(2026, 5, 17)], False),
        (Frequency(1, Per.MONTH), [date(2026, 5, 1)], True),
        (Frequency(1, Per.MONTH), [date(2026, 4, 30)], False),
        (Frequency(1, Per.YEAR), [date(2026, 1, 1)], True),
        (Frequency(1, Per.YEAR), [date(2025, 12, 31)], False),
        (Frequency(1, Per.EVER), [date(2001, 1, 1)], True),
        (Frequency(cooldown_days=3), [date(2026, 5, 17)], True),
        (Frequency(cooldown_days=3), [date(2026, 5, 16)], False),
        (Frequency(cooldown_days=3), [date(2026, 5, 21)], True),  # sent late by a till
        (Frequency(cooldown_days=1), [TODAY], True),
        (Frequency(), [TODAY], False),
        (Frequency(2, Per.MONTH, 2), [date(2026, 5, 1)], False),
        (Frequency(2, Per.MONTH, 2), [date(2026, 5, 1), date(2026, 5, 2)], True),
    ],
)
def test_a_rule_counts_as_often_as_it_says(
    frequency: Frequency, used: list[date], is_blocked: bool
) -> None:
    rules = limited_rules(with_rule(double(frequency)))
    assert bool(blocked(rules, {"double": used}, TODAY)) is is_blocked


def test_a_week_that_spans_two_years_is_one_week() -> None:
    rules = limited_rules(with_rule(double(Frequency(1, Per.WEEK))))
    assert blocked(rules, {"double": [date(2025, 12, 31)]}, date(2026, 1, 1)) == ("double",)


def test_a_first_purchase_rule_is_used_once_ever() -> None:
    rules = limited_rules(with_rule(double(first_purchase=True)))
    assert blocked(rules, {"double": [date(2001, 1, 1)]}, TODAY) == ("double",)
    assert blocked(rules, {}, TODAY) == ()


def test_every_cap_has_its_own_line_and_they_add_up() -> None:
    rules = with_rule(double(), Caps(1500, 1000, 5000, 100_000))
    facts = Facts("member", limits=Limits(day=1200, month=900, holding=700))
    earned = earn(rules, order(Line(100_000)), facts)
    assert [(s.rule, s.factor, s.points) for s in earned.explanation[2:]] == [
        ("cap", "1500", -500),
        ("cap_day", "1000", -300),
        ("cap_month", "5000", -300),
        ("cap_holding", "100000", -200),
    ]
    assert earned.points == 700 == sum(share.points for share in earned.explanation)


def test_room_is_never_below_zero() -> None:
    assert (room(None, 5), room(10, 4), room(10, 10), room(10, 12)) == (None, 6, 0, 0)


def test_a_purchase_from_before_the_window_earns_nothing_and_says_so() -> None:
    earned = earn(RETAIL, order(Line(10000)), Facts("gold", True, Limits(too_old=90)))
    assert (earned.points, earned.explanation) == (0, (("too_old", 1, "90", 0),))


rooms = st.one_of(st.none(), st.integers(0, 10**9))
limits = st.builds(
    Limits,
    st.booleans(),
    st.lists(st.sampled_from(["double", "gift", "周末"]), unique=True).map(tuple),
    rooms,
    rooms,
    rooms,
    rooms,
)


@given(limits)
def test_what_limited_a_purchase_is_kept_exactly(given_: Limits) -> None:
    assert read(written(given_)) == given_


def test_nothing_limited_takes_no_room() -> None:
    assert written(Limits()) == ""


@given(
    limits,
    st.lists(
        st.builds(Line, st.integers(0, 50_000), st.integers(1, 3), st.sampled_from(["a", "b"])),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_what_is_left_of_a_purchase_never_earns_more(
    limited: Limits, lines: list[Line], data: st.DataObject
) -> None:
    """With the facts of the purchase, whatever was paid otherwise and whatever comes back."""
    gift = EarningRule("gift", {}, When(categories=("b",)), None, 50)
    rules = with_rule(double(categories=("a",)), Caps(900, 900, 900, 900), gift)
    bought, facts = order(*lines), Facts("gold", False, limited)
    off = data.draw(st.integers(0, bought.minor))
    back = [0] * len(lines)
    last = earn(rules, reduced(bought, {}, off), facts).points
    for _ in range(3):
        back = [data.draw(st.integers(gone, x.minor)) for gone, x in zip(back, lines, strict=True)]
        returns = {n: Returned(gone) for n, gone in enumerate(back, 1)}
        left = reduced(bought, returns, off)
        assert left.minor == sum(line.minor for line in left.lines)
        points = earn(rules, left, facts).points
        assert 0 <= points <= last
        last = points


def test_growth_is_a_plain_rate_rounded_down() -> None:
    assert growth(Growth(2, 300), 1000) == 6
    assert growth(Growth(), 1000) == 0
