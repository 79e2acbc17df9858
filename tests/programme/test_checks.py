"""What the checker refuses beside misspelling: rules and ladders that make no sense, by line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates import end_of
from domain.errors import Problem, ProgrammeInvalid
from domain.programme import Condition, Measure, NthWeekday, When
from services import programme_file
from services.programme_calendar import days_of, window
from services.programme_ladder import implies

RETAIL = programme_file.example("retail")
RULES = "      rules:\n"
SILVER = '      - {lifetime_spend: "500"}\n      - {single_purchase: "200"}\n'
GOLD = '      - {lifetime_spend: "2000"}\n      - {spend: "1000", months: 12}\n'


def problems(text: str) -> list[Problem]:
    with pytest.raises(ProgrammeInvalid) as refused:
        programme_file.read(text, "club.yaml")
    return list(refused.value.problems)


def changed(before: str, after: str) -> str:
    assert RETAIL.count(before) >= 1, before
    return RETAIL.replace(before, after, 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def rule(key: str, when: str = "", rest: str = "multiply: 2") -> str:
    name = "name: {zh: 某规则, en: Some rule}"
    return f"        - {{key: {key}, {name}{f', when: {{{when}}}' if when else ''}, {rest}}}\n"


def with_rules(*rules: str) -> str:
    start = RETAIL.index(RULES) + len(RULES)
    return RETAIL[:start] + "".join(rules) + RETAIL[RETAIL.index("# none; after") :]


@pytest.mark.parametrize(
    ("before", "after", "part", "path", "advice"),
    [
        # limits that contradict each other
        ("{purchase: 20000, day: 40000}", "{purchase: 20000, day: 10000}",
         "day: 10000", "earning.caps.day", "less than the cap of one purchase (20000)"),
        ("{purchase: 20000, day: 40000}", "{purchase: 20000, month: 10000}",
         "month: 10000", "earning.caps.month", "less than the cap of one purchase (20000)"),
        ("{purchase: 20000, day: 40000}", "{day: 500, month: 400}",
         "month: 400", "earning.caps.month", "less than the cap of one day (500)"),
        ("{days: 30, points: 60}", "{days: 7, points: 60}",
         "days: 7, points: 60", "checkin.streaks[2].days", "more than the 7 before it"),
        ("{days: 30, points: 60}", "{days: 3, points: 60}",
         "days: 3, points: 60", "checkin.streaks[2].days", "shortest streak first"),
        ("# transfers: {least: 10, per_month: 1000}", "transfers: {least: 10, per_month: 9}",
         "least: 10, per_month: 9", "transfers.least", "more than the 9 of per_month"),
        # dates that never come
        ("kind: after, months: 12, round_up: month", "kind: yearly, month: 2, day: 30",
         "day: 30}", "expiry.day", "month 2 has at most 29 days"),
        ("kind: after, months: 12, round_up: month", "kind: yearly, month: 4, day: 31",
         "day: 31}", "expiry.day", "month 4 has at most 30 days"),
        ("opened_on: 2020-01-01", "opened_on: 2020-02-30",
         "opened_on: 2020", "club.opened_on", "there is no day 2020-02-30"),
        ("{day_of_month: [18]}", "{month: [2], day_of_month: [31]}",
         "31]}", "earning.groups[1].rules[2].when.day_of_month[1]", "never comes in month 2"),
        ("{day_of_month: [18]}", "{month: [2, 4], day_of_month: [5, 31]}",
         "31]}", "earning.groups[1].rules[2].when.day_of_month[2]", "in month 2 or 4"),
        ("{day_of_month: [18]}", "{weekday: [1], nth_weekday: [{weekday: 3, nth: 2}]}",
         "when: {weekday: [1], nth", "earning.groups[1].rules[2].when", "no day meets all of it"),
        ("{day_of_month: [18]}", "{month: [5], dates: {from: 2026-06-01, to: 2026-08-31}}",
         "when: {month: [5]", "earning.groups[1].rules[2].when", "no day meets all of it"),
        # a frequency without a limit
        ("when: {day_of_month: [18]}", "frequency: {per: month}",
         "frequency: {per", "earning.groups[1].rules[2].frequency", "limits nothing; add times"),
        ("when: {day_of_month: [18]}", "frequency: {per: month, cooldown_days: 3}",
         "per: month, cool", "earning.groups[1].rules[2].frequency.per", "needs times beside it"),
        # expiry, waiting and holding
        ("pending_days: 0", "pending_days: 400",
         "pending_days: 400", "earning.pending_days", "expire on 31 January 2024, before they"),
        ("grace_days: 30, told_days: 30", "grace_days: 30, told_days: 340",
         "told_days: 340", "holding.told_days", "longer than a level holds; write told_days: 336"),
        ("{months: 12, round_up: month, downgrade: step, grace_days: 30, told_days: 30}",
         "{months: 1}", "holding: {", "holding", "told_days is 30 unless given"),
        ("{months: 12, round_up: month, downgrade: step, grace_days: 30, told_days: 30}",
         "{round_up: month}", "round_up: month}\n\n# Growth", "holding.round_up",
         "no meaning without months"),
        # care that never comes, or on no day
        ("[spring_festival, mid_autumn, dragon_boat, new_year]", "[spring_festival, thanksgiving]",
         "thanksgiving]", "care.rules[4].holidays[2]", "is no holiday of CN, SG; there are"),
        ("countries: [CN, SG]", "countries: [CN, QQ]",
         "QQ]", "care.countries[2]", "has no holidays for QQ"),
        ('at: "11:00"', 'at: "07:59"',
         'at: "07:59"', "care.rules[10].at", "lies in the quiet hours 22:00-08:00"),
        ("occasion: level_changed, late_hours: 72", "occasion: level_changed, points: 5",
         "level_changed, points: 5", "care.rules[9].points", "which only tells; remove it"),
        # a ladder that does not rise
        (GOLD, '      - {lifetime_spend: "500"}\n      - {single_purchase: "100"}\n',
         "- key: gold", "levels[3]", "nobody would ever be silver"),
        (GOLD, '      - {spend: "300", months: 12}\n      - {single_purchase: "150"}\n',
         "single_purchase: \"150\"", "levels[3].any[2].single_purchase",
         "asks for less than silver does"),
        ('{lifetime_spend: "5000"}', '{lifetime_spend: "1999.99"}',
         "lifetime_spend: \"1999.99\"", "levels[4].any[1].lifetime_spend",
         "asks for less than gold does"),
        # a ladder that cannot be climbed
        ('{single_purchase: "200"}', "{growth: 100}",
         "growth: 100", "levels[2].any[2].growth", "nothing earns growth value"),
        ('{single_purchase: "200"}', "{activity_points_per_month: 400}",
         "activity_points_per_month: 400", "levels[2].any[2].activity_points_per_month",
         "check-in gives at most 232 activity points in a month"),
        ('{single_purchase: "200"}', '{single_purchase: "0"}',
         'single_purchase: "0"', "levels[2].any[2].single_purchase", "is met by everybody"),
    ],
)  # fmt: skip
def test_each_contradiction_is_named_with_its_line(
    before: str, after: str, part: str, path: str, advice: str
) -> None:
    text = changed(before, after)
    found = problems(text)
    assert [one.path for one in found] == [path], found
    assert advice in found[0].advice
    assert found[0].line == line_of(text, part)


def test_nothing_gives_activity_points_without_check_in() -> None:
    start, end = RETAIL.index("checkin:\n"), RETAIL.index("# Points on the birthday")
    text = RETAIL[:start] + RETAIL[end:]
    asked = text.replace('{single_purchase: "200"}', "{activity_points_per_month: 5}")
    assert "nothing gives activity points" in problems(asked)[0].advice
    programme_file.read(asked + "\nother_activity_points: 5\n")


def test_growth_from_check_in_alone_needs_check_in() -> None:
    asked = changed('{single_purchase: "200"}', "{growth: 5}")
    programme_file.read(asked + "\ngrowth: {checkin: 1}\n")
    start, end = asked.index("checkin:\n"), asked.index("# Points on the birthday")
    without = asked[:start] + asked[end:] + "\ngrowth: {checkin: 1}\n"
    assert "nothing earns growth value" in problems(without)[0].advice


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("", ""),
        ("", "weekday: [1]"),
        ("weekday: [6, 7]", "weekday: [7]"),
        ("weekday: [3]", "nth_weekday: [{weekday: 3, nth: 2}]"),
        ("day_of_month: [-1, 31]", "day_of_month: [31]"),
        ("day_of_month: [28, 29, 30, 31]", "day_of_month: [-1]"),
        ("month: [2]", "dates: {from: 2026-02-05, to: 2026-02-20}"),
        ("dates: {from: 2026-01-01}", "dates: {from: 2026-02-05, to: 2026-02-20}"),
        ("category: [Fruit, MEAT]", "category: [FRUIT], weekday: [2]"),
        ("store: [a, b]", "store: [a], birthday_month: true"),
        ("level: [gold, silver]", "level: [gold], first_purchase: true"),
        ("birthday_month: true", "birthday_month: true, month: [5]"),
    ],
)
def test_a_rule_behind_one_that_always_wins_is_refused(earlier: str, later: str) -> None:
    text = with_rules(rule("winner", earlier), rule("loser", later))
    found = problems(text)
    assert [one.path for one in found] == ["earning.groups[1].rules[2]"]
    assert "can never count" in found[0].advice
    assert "winner comes first" in found[0].advice
    assert found[0].line == line_of(text, "{key: loser")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("weekday: [6]", "weekday: [6, 7]"),
        ("nth_weekday: [{weekday: 3, nth: 4}]", "nth_weekday: [{weekday: 3, nth: -1}]"),
        ("day_of_month: [30, 31]", "day_of_month: [-1]"),
        ("dates: {to: 2026-02-05}", "dates: {from: 2026-02-05}"),
        ("category: [fruit]", ""),
        ("category: [fruit]", "category: [fruit, meat]"),
        ("store: [a]", "store: [A]"),
        ("birthday_month: true", "day_of_month: [18]"),
        ("first_purchase: true", ""),
        ("level: [gold]", "level: [silver]"),
    ],
)
def test_a_rule_that_has_a_day_or_a_member_left_is_accepted(earlier: str, later: str) -> None:
    programme_file.read(with_rules(rule("one", earlier), rule("two", later)))


def test_rules_that_win_together_are_both_named() -> None:
    text = with_rules(
        rule("workdays", "weekday: [1, 2, 3, 4, 5]"),
        rule("weekend", "weekday: [6, 7]"),
        rule("members_day", "day_of_month: [18]"),
    )
    found = problems(text)
    assert [one.path for one in found] == ["earning.groups[1].rules[3]"]
    assert "workdays and weekend come first" in found[0].advice


def test_a_rule_with_a_frequency_leaves_the_rest_to_the_next() -> None:
    once = rule("once", "", "multiply: 3, frequency: {times: 1, per: month}")
    programme_file.read(with_rules(once, rule("always")))


def test_rules_of_different_groups_do_not_overlap() -> None:
    text = with_rules(rule("one"))
    text = text.replace(
        "# none; after", "    - key: more\n" + RULES + rule("two") + "# none; after"
    )
    programme_file.read(text)


def test_problems_stand_in_the_order_of_the_file_with_line_and_column() -> None:
    text = RETAIL.replace("welcome_points: 50", "welcom_points: 50")
    text = text.replace("zone: Asia/Shanghai", "zone: X")
    text = text.replace("{day_of_month: [18]}", "{stores: [main]}")
    found = problems(text)
    assert [one.line for one in found] == sorted(one.line for one in found)
    stores = next(one for one in found if one.path.endswith("stores"))
    line = line_of(text, "stores: [main]")
    assert stores.within("club.yaml") == (
        f"club.yaml:{line}:18 earning.groups[1].rules[2].when.stores: "
        "is not known here; did you mean store?"
    )


def test_a_misspelt_key_is_not_said_to_be_missing_besides() -> None:
    found = problems(changed("currency: CNY", "curency: CNY"))
    assert [one.path for one in found] == ["club.curency"]


def test_what_is_missing_is_placed_at_its_section() -> None:
    text = changed("  currency: CNY\n", "")
    found = problems(text)
    assert [(one.path, one.line) for one in found] == [("club.currency", line_of(text, "club:"))]


@pytest.mark.parametrize(
    ("text", "line", "advice"),
    [
        ("version: 1\nclub: [", 2, "cannot be read as YAML"),
        ("version: 1\nversion: 2", 2, "version is given twice; keep one"),
        ("version: 1\n\tclub: x", 2, "cannot be read as YAML"),
        ("- 1", 1, "must begin with keys such as version: 1"),
        ("[" * 5000, 1, "cannot be read as YAML"),
        ("version: " + "9" * 5000, 1, "cannot be read as YAML"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, line: int, advice: str) -> None:
    (found,) = problems(text)
    assert advice in found.advice
    assert found.line == line


def test_many_aliases_are_placed_without_being_unfolded() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert problems("\n".join(rows))[0].line == 1


# -- properties -------------------------------------------------------------------------

numbers = st.integers(1, 400)
days = st.dates(date(2019, 1, 1), date(2031, 12, 31))
some_when = st.builds(
    When,
    weekdays=st.lists(st.integers(1, 7), max_size=3).map(tuple),
    days_of_month=st.lists(st.sampled_from([-1, 1, 15, 29, 30, 31]), max_size=2).map(tuple),
    nth_weekdays=st.lists(
        st.builds(NthWeekday, st.integers(1, 7), st.sampled_from([1, 2, 3, 4, -1])), max_size=2
    ).map(tuple),
    months=st.lists(st.integers(1, 12), max_size=3).map(tuple),
)


@given(some_when, days)
def test_days_of_a_rule_are_those_its_words_say(when: When, day: date) -> None:
    last = end_of("month", day)
    holds = (
        (not when.weekdays or day.isoweekday() in when.weekdays)
        and (not when.months or day.month in when.months)
        and (not when.days_of_month or day.day in when.days_of_month
             or (day == last and -1 in when.days_of_month))
        and (not when.nth_weekdays or any(
            one.weekday == day.isoweekday()
            and (one.nth == (day.day - 1) // 7 + 1 or (one.nth == -1 and last.day - day.day < 7))
            for one in when.nth_weekdays))
    )  # fmt: skip
    bounded = When(**{name: getattr(when, name) for name in when.__slots__} | {"to_day": day})
    assert (day in days_of(bounded, window([bounded]))) == holds


conditions = st.builds(
    Condition,
    st.sampled_from([Measure.LIFETIME_SPEND, Measure.SINGLE_PURCHASE, Measure.SPEND_IN_MONTHS]),
    numbers,
    st.sampled_from([1, 3, 12]),
).map(lambda c: c if c.measure is Measure.SPEND_IN_MONTHS else Condition(c.measure, c.least))


@given(conditions, conditions, st.lists(st.tuples(days, numbers), max_size=12), days)
def test_an_implied_condition_holds_whenever_the_other_does(
    one: Condition, other: Condition, bought: list[tuple[date, int]], today: date
) -> None:
    from domain.levels import Basis, progress_of

    basis = Basis(date(2019, 1, 1))
    for day, minor in bought:
        basis.add(day, minor)
    if implies(one, other) and progress_of(one, basis, today).met:
        assert progress_of(other, basis, today).met
