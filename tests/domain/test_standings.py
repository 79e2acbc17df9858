"""How levels are held and lost: validity, grace, corrections, what is given by hand, telling."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.dates import month_index
from domain.levels import Basis, qualify, raised, rank
from domain.programme import Downgrade, Holding, Level, Programme
from domain.standings import (
    DAY,
    Event,
    Given,
    Reviewed,
    Standing,
    counting,
    first_standing,
    last_day,
    leaves_on,
    next_review,
    outlook,
    review,
    rise,
)
from tests.support.club import programme

RETAIL = programme()
SEASONS = programme("four-seasons")
TODAY = date(2026, 5, 20)
JOINED = date(2024, 1, 15)
UNTIL = date(2027, 5, 31)  # twelve months, to the end of the month


def club(rules: Programme = RETAIL, **holding: object) -> Programme:
    return replace(rules, holding=replace(rules.holding, **holding))


def basis(*bought: tuple[date, int]) -> Basis:
    """Purchases in yuan."""
    made = Basis(JOINED)
    for day, yuan in bought:
        made.add(day, yuan * 100)
    return made


def buys(rules: Programme, standing: Standing, made: Basis, day: date) -> Standing:
    """What booking does after a purchase."""
    level = raised(rules.levels, standing.held.level, made, day)
    if level.key == standing.held.level:
        return standing
    risen = rise(rules, standing, level.key, day)
    return replace(risen, review_on=next_review(rules, risen, made, day))


def standing(rules: Programme, made: Basis, day: date) -> Standing:
    """Whoever bought all that on one day."""
    return buys(rules, first_standing(1, "member", JOINED), made, day)


def night(rules: Programme, now: Standing, made: Basis, day: date) -> Reviewed:
    return review(rules, now, made, day, lambda _: rules)


def nights(
    rules: Programme, now: Standing, made: Basis, last: date
) -> Iterable[tuple[date, Reviewed]]:
    """Every review that comes due up to a day."""
    while now.review_on and now.review_on <= last:
        day = now.review_on
        done = night(rules, now, made, day)
        yield day, done
        now = done.standing


# -- how long a level holds -------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "round_up", "reached", "last"),
    [
        (12, "month", TODAY, UNTIL),
        (12, None, TODAY, date(2027, 5, 20)),
        (12, "quarter", TODAY, date(2027, 6, 30)),
        (12, "year", TODAY, date(2027, 12, 31)),
        (12, None, date(2024, 2, 29), date(2025, 2, 28)),
        (1, None, date(2026, 1, 31), date(2026, 2, 28)),
        (24, "month", date(2024, 2, 29), date(2026, 2, 28)),
        (0, None, TODAY, None),
    ],
)
def test_the_last_day_of_a_level(
    months: int, round_up: str | None, reached: date, last: date | None
) -> None:
    assert last_day(club(months=months, round_up=round_up), "silver", reached) == last


def test_the_first_level_and_a_club_where_nobody_falls_have_no_end() -> None:
    assert last_day(RETAIL, "member", TODAY) is None
    assert last_day(club(downgrade=Downgrade.NEVER), "gold", TODAY) is None


def test_a_level_is_kept_to_its_last_day_then_in_grace_then_lost_by_one_step() -> None:
    made = basis((TODAY, 1000))  # gold by the last twelve months; by lifetime silver
    seen = dict(nights(RETAIL, standing(RETAIL, made, TODAY), made, date(2028, 1, 1)))
    told = UNTIL + timedelta(days=1)  # 30 days before the fall, which is after 30 days of grace
    fall = date(2027, 7, 1)
    assert seen[told].at_risk is not None
    assert seen[told].at_risk.on == fall
    assert seen[told].standing.falls_on == fall
    assert seen[told].standing.held.level == "gold"
    assert [c.event for c in seen[fall].changes] == [Event.DOWNGRADED]
    assert seen[fall].standing.held.level == "silver"
    assert seen[fall].standing.held.until == date(2028, 7, 31)
    assert sum(done.at_risk is not None for done in seen.values()) == 1


@pytest.mark.parametrize(
    ("downgrade", "after"),
    [(Downgrade.QUALIFIED, "silver"), (Downgrade.STEP, "gold"), (Downgrade.NEVER, "diamond")],
)
def test_how_far_a_level_falls(downgrade: Downgrade, after: str) -> None:
    rules = club(downgrade=downgrade, grace_days=0)
    made = basis((TODAY, 1900), (TODAY - DAY, 1100))  # 3000 in twelve months, then nothing
    rules = replace(rules, levels=tuple(_only_window(rules)))
    now = standing(rules, made, TODAY)
    assert now.held.level == "diamond"
    for _, done in nights(rules, now, made, UNTIL + DAY):
        now = done.standing
    assert now.held.level == after


def _only_window(rules: Programme) -> Iterable[Level]:
    """The retail ladder, diamond and gold by the last twelve months alone."""
    for level in rules.levels:
        if level.key in ("gold", "diamond"):
            yield replace(level, conditions=level.conditions[1:])
        else:
            yield level


def test_whoever_still_qualifies_is_prolonged_from_the_old_end() -> None:
    made = basis((TODAY, 1000), (date(2027, 3, 1), 1000))
    now = standing(RETAIL, basis((TODAY, 1000)), TODAY)
    done = night(RETAIL, now, made, UNTIL + DAY)
    assert [c.event for c in done.changes] == [Event.PROLONGED]
    assert done.standing.held.until == date(2028, 5, 31)
    assert not done.kept  # nobody had told them of a danger


def test_a_fall_that_was_announced_and_averted_is_told() -> None:
    poor, rich = basis((TODAY, 1000)), basis((TODAY, 1000), (date(2027, 6, 5), 1000))
    now = night(RETAIL, standing(RETAIL, poor, TODAY), poor, UNTIL + DAY).standing
    assert now.falls_on == date(2027, 7, 1)
    done = night(RETAIL, now, rich, date(2027, 6, 6))
    assert done.kept
    assert done.standing.falls_on is None
    assert done.standing.held.until == date(2028, 6, 30)


def test_days_of_downtime_do_not_shorten_the_grace() -> None:
    made = basis((TODAY, 1000))
    now = night(RETAIL, standing(RETAIL, made, TODAY), made, date(2027, 9, 9)).standing
    assert now.held.level == "gold"
    assert now.falls_on == date(2027, 9, 9) + timedelta(days=30)


def test_without_months_a_level_holds_while_its_conditions_are_met() -> None:
    rules = club(months=0, round_up=None, grace_days=0, downgrade=Downgrade.QUALIFIED)
    made = basis((TODAY, 1000))
    now = standing(rules, made, TODAY)
    assert now.held.until is None
    assert now.review_on == date(2027, 5, 20)  # the day on which the purchase leaves the window
    done = night(rules, now, made, date(2027, 5, 20))
    assert done.standing.held.level == "silver"


@pytest.mark.parametrize(
    ("bought", "months", "out"),
    [
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 5, 1)),
        (date(2026, 5, 20), 12, date(2027, 5, 20)),
    ],
)
def test_a_purchase_leaves_the_window_on_the_day_that_is_not_later_any_more(
    bought: date, months: int, out: date
) -> None:
    """SEMANTICS: Levels: local date later than today minus N months."""
    assert leaves_on(bought, months) == out
    made = basis((bought, 1))
    assert made.spent_in_months(out - DAY, months) == 100
    assert made.spent_in_months(out, months) == 0


# -- corrections ------------------------------------------------------------------------


def test_a_refunded_rise_is_taken_back_by_the_review_and_not_before() -> None:
    now = standing(RETAIL, basis((TODAY, 3000)), TODAY)
    assert now.held.level == "diamond"
    corrected = replace(now, corrected=True, review_on=TODAY + DAY)
    done = night(RETAIL, corrected, basis((TODAY, 0)), TODAY + DAY)
    assert done.standing.held.level == "member"
    assert [c.event for c in done.changes] == [Event.DOWNGRADED]
    assert not done.standing.corrected


def test_what_was_reached_before_comes_back_with_its_own_end() -> None:
    silver_day = date(2026, 1, 10)
    now = standing(RETAIL, basis((silver_day, 500)), silver_day)
    now = buys(RETAIL, now, basis((silver_day, 500), (TODAY, 2500)), TODAY)
    assert now.held.level == "diamond"
    corrected = replace(now, corrected=True, review_on=TODAY + DAY)
    done = night(RETAIL, corrected, basis((silver_day, 500), (TODAY, 0)), TODAY + DAY)
    assert (done.standing.held.level, done.standing.held.since) == ("silver", silver_day)
    assert done.standing.held.until == date(2027, 1, 31)


def test_a_refund_that_leaves_enough_changes_nothing() -> None:
    now = standing(RETAIL, basis((TODAY, 1200)), TODAY)
    corrected = replace(now, corrected=True, review_on=TODAY + DAY)
    done = night(RETAIL, corrected, basis((TODAY, 1000)), TODAY + DAY)
    assert done.changes == ()
    assert done.standing.held == now.held


def test_a_refund_of_something_recent_leaves_a_level_proven_before() -> None:
    """The window has moved on since the level was reached; the refund did not carry it."""
    reached = date(2026, 1, 10)
    now = standing(RETAIL, basis((reached, 1000)), reached)
    later = date(2027, 1, 20)
    corrected = replace(now, corrected=True, review_on=later)
    done = night(RETAIL, corrected, basis((reached, 1000), (date(2027, 1, 19), 0)), later)
    assert done.standing.held == now.held


def test_an_exchange_is_reviewed_once_and_keeps_the_level() -> None:
    now = standing(RETAIL, basis((TODAY, 1000)), TODAY)
    corrected = replace(now, corrected=True, review_on=TODAY + DAY)
    done = night(RETAIL, corrected, basis((TODAY, 0), (TODAY, 1000)), TODAY + DAY)
    assert done.changes == ()
    assert done.standing.review_on == UNTIL + DAY


def test_where_nobody_falls_a_refund_takes_nothing() -> None:
    rules = club(downgrade=Downgrade.NEVER)
    now = replace(standing(rules, basis((TODAY, 3000)), TODAY), corrected=True)
    assert night(rules, now, basis((TODAY, 0)), TODAY + DAY).standing.held.level == "diamond"


# -- by hand ----------------------------------------------------------------------------


def test_what_is_given_by_hand_counts_while_it_is_higher_and_freezes_nothing() -> None:
    made = basis((TODAY, 500))
    now = replace(standing(RETAIL, made, TODAY), given=Given("gold", date(2026, 8, 31)))
    assert counting(RETAIL, now).key == "gold"
    better = buys(RETAIL, now, basis((TODAY, 500), (date(2026, 7, 1), 2500)), date(2026, 7, 1))
    assert counting(RETAIL, better).key == "diamond"
    done = night(RETAIL, now, made, date(2026, 9, 1))
    assert [(c.event, c.from_level, c.to_level) for c in done.changes] == [
        (Event.ENDED, "gold", "silver")
    ]
    assert counting(RETAIL, done.standing).key == "silver"
    assert night(RETAIL, now, made, date(2026, 8, 31)).standing.given == now.given


def test_the_end_of_what_was_given_is_announced() -> None:
    made = basis((TODAY, 500))
    now = replace(standing(RETAIL, made, TODAY), given=Given("gold", date(2026, 8, 31)))
    told = date(2026, 9, 1) - timedelta(days=30)
    assert next_review(RETAIL, now, made, TODAY) == told
    risk = night(RETAIL, now, made, told).at_risk
    assert risk is not None
    assert (risk.on, risk.level.key) == (date(2026, 9, 1), "silver")
    assert risk.conditions[1].missing == 50000


# -- a changed ladder -------------------------------------------------------------------


def test_a_stricter_ladder_lets_nobody_fall_before_the_end_of_their_validity() -> None:
    made = basis((TODAY, 1000))
    now = standing(RETAIL, made, TODAY)
    strict = tuple(
        replace(level, conditions=tuple(replace(c, least=c.least * 9) for c in level.conditions))
        for level in RETAIL.levels
    )
    rules = replace(RETAIL, version=2, levels=strict)
    versions = {1: RETAIL, 2: rules}
    done = review(rules, now, made, TODAY + DAY, versions.__getitem__)
    assert done.changes == ()
    corrected = replace(now, corrected=True)
    done = review(rules, corrected, made, TODAY + DAY, versions.__getitem__)
    assert done.standing.held.level == "gold"  # proven by the rules of its day


def test_where_validity_is_new_everybody_has_a_whole_one() -> None:
    endless = club(months=0, round_up=None)
    made = basis((TODAY, 1000))
    now = standing(endless, made, TODAY)
    done = night(RETAIL, now, made, date(2027, 8, 2))
    assert done.standing.held.level == "gold"
    assert done.standing.held.until == date(2028, 8, 31)


# -- averages ---------------------------------------------------------------------------


def seasons(*months: tuple[int, int, int], spend: int = 1000) -> Basis:
    """Purchases and activity points by months before May 2026; `spend` in all, long ago."""
    running = month_index(TODAY)
    made = Basis(JOINED, {running - back: points for back, _, points in months})
    made.add(date(2025, 1, 2), spend * 100 - sum(count for _, count, _ in months))
    for back, count, _ in months:
        for day in range(count):
            index = running - back
            made.add(date(index // 12, index % 12 + 1, 1 + day), 1)
    return made


def test_a_rise_by_the_clock_happens_in_the_review_of_the_first_of_a_month() -> None:
    made = seasons((3, 0, 0), (2, 5, 200), (1, 5, 200), (0, 5, 200))
    may, june = date(2026, 5, 31), date(2026, 6, 1)
    now = first_standing(1, "member", JOINED)
    assert raised(SEASONS.levels, "member", made, may).key == "member"
    done = night(SEASONS, now, made, may)
    assert done.standing.review_on == june
    done = night(SEASONS, done.standing, made, june)
    assert [c.event for c in done.changes] == [Event.UPGRADED]
    assert done.standing.held.until == date(2027, 12, 31)


def test_whoever_was_not_there_for_months_is_not_looked_at_for_averages() -> None:
    now = first_standing(1, "member", JOINED)
    assert next_review(SEASONS, now, seasons((9, 3, 3)), TODAY) is None
    assert next_review(SEASONS, now, seasons((1, 1, 0)), TODAY) == date(2026, 6, 1)


def test_the_outlook_says_what_would_be_if_nothing_more_is_bought() -> None:
    made = basis((TODAY, 1000))
    now = standing(RETAIL, made, TODAY)
    seen = outlook(RETAIL, now, made, TODAY)
    assert seen is not None
    assert (seen.keeps, seen.level.key, seen.on) == (False, "silver", date(2027, 7, 1))
    assert [c.missing for c in seen.conditions] == [100000, 100000]
    rich = outlook(RETAIL, now, basis((TODAY, 2000)), TODAY)
    assert rich is not None
    assert rich.keeps


# -- properties -------------------------------------------------------------------------

holdings = st.builds(
    Holding,
    months=st.sampled_from([0, 1, 6, 12]),
    round_up=st.sampled_from([None, "month", "year"]),
    downgrade=st.sampled_from(list(Downgrade)),
    grace_days=st.sampled_from([0, 1, 30]),
    told_days=st.sampled_from([0, 7, 30, 90]),
)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
purchases = st.lists(st.tuples(days, st.integers(0, 3000)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(holdings, purchases, days, st.booleans())
def test_a_second_review_of_a_day_changes_nothing(
    holding: Holding, bought: list[tuple[date, int]], day: date, corrected: bool
) -> None:
    rules = replace(RETAIL, holding=holding)
    made = basis(*bought)
    now = first_standing(1, "member", JOINED)
    for on, _ in sorted(bought):
        now = buys(rules, now, made.upto(on), on)
    once = night(rules, replace(now, corrected=corrected), made, day)
    again = night(rules, once.standing, made, day)
    assert again.standing == once.standing
    assert again.changes == ()
    assert again.at_risk is None
    assert once.standing.review_on is None or once.standing.review_on > day


@settings(max_examples=100, deadline=None)
@given(holdings, purchases)
def test_no_night_between_those_that_are_due_would_change_a_level(
    holding: Holding, bought: list[tuple[date, int]]
) -> None:
    """Work grows with what is due: whoever is looked at every night has the same level as whoever
    is looked at when something can change."""
    rules = replace(RETAIL, holding=holding)
    made, start = basis(*bought), date(2028, 1, 1)
    now = first_standing(1, "member", JOINED)
    for on, _ in sorted(bought):
        now = buys(rules, now, made.upto(on), on)
    daily = due = night(rules, now, made, start).standing
    for ahead in range(1, 500):
        day = start + timedelta(days=ahead)
        daily = night(rules, daily, made, day).standing
        if due.review_on and due.review_on <= day:
            due = night(rules, due, made, day).standing
        assert (due.held, due.falls_on, due.told_for) == (
            daily.held,
            daily.falls_on,
            daily.told_for,
        ), day


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3000), st.booleans()), max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_a_days_events_does_not_matter(
    orders: list[tuple[int, bool]], random: Random
) -> None:
    """Each order is bought, some are returned the same day, in any order that makes sense."""
    rules = club(downgrade=Downgrade.QUALIFIED)
    left = basis(*[(TODAY, 0 if back else yuan) for yuan, back in orders])

    def day(shuffled: bool) -> str:
        events = [(n, False) for n in range(len(orders))]
        if shuffled:
            random.shuffle(events)
        for n, (_, back) in enumerate(orders):
            if back:
                after = events.index((n, False)) + 1
                place = random.randint(after, len(events)) if shuffled else len(events)
                events.insert(place, (n, True))
        return _end_of_day(rules, orders, events, left)

    assert day(shuffled=False) == day(shuffled=True)
    assert day(shuffled=True) == qualify(rules.levels, left, TODAY).key


def _end_of_day(
    rules: Programme, orders: list[tuple[int, bool]], events: list[tuple[int, bool]], left: Basis
) -> str:
    bought: dict[int, int] = {}
    now = first_standing(1, "member", JOINED)
    for n, back in events:
        bought[n] = 0 if back else orders[n][0]
        if back:
            before = counting(rules, now).key
            now = replace(now, corrected=True, review_on=TODAY + DAY)
            assert counting(rules, now).key == before  # never a fall outside the review
        else:
            made = basis(*[(TODAY, yuan) for yuan in bought.values()])
            now = buys(rules, now, made, TODAY)
    return night(rules, now, left, TODAY + DAY).standing.held.level


@settings(max_examples=100, deadline=None)
@given(holdings, purchases)
def test_booking_never_lowers_a_level(holding: Holding, bought: list[tuple[date, int]]) -> None:
    rules = replace(RETAIL, holding=holding)
    made = basis(*bought)
    now = first_standing(1, "member", JOINED)
    for on, _ in sorted(bought):
        after = buys(rules, now, made.upto(on), on)
        assert rank(rules.levels, after.held.level) >= rank(rules.levels, now.held.level)
        now = after


def test_a_level_brought_from_elsewhere_is_not_touched_by_what_is_returned() -> None:
    brought = first_standing(1, "gold", date(2026, 1, 1))
    brought = replace(brought, held=replace(brought.held, until=UNTIL), corrected=True)
    assert night(RETAIL, brought, basis((TODAY, 0)), TODAY + DAY).standing.held.level == "gold"


def test_where_a_step_down_ended_is_not_touched_by_what_is_returned() -> None:
    rules = club(grace_days=0)
    rules = replace(rules, levels=tuple(_only_window(rules)))
    made = basis((TODAY, 3000))
    now = standing(rules, made, TODAY)
    fall = UNTIL + DAY
    now = night(rules, now, made, fall).standing
    assert now.held.level == "gold"
    corrected = replace(now, corrected=True)
    assert night(rules, corrected, made, fall + DAY).standing.held.level == "gold"
