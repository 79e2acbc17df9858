"""What changes between two programmes, in words."""

from dataclasses import fields, replace

import pytest

from app.programme_changes import frequency_words, lines, rule_words
from domain.programme import (
    EarningRule,
    Frequency,
    NthWeekday,
    Per,
    Programme,
    Transfers,
    When,
)
from services import programme_file
from services.programme_diff import SECTIONS, differences

RETAIL = programme_file.example("retail")


def read(*changes: tuple[str, str]) -> Programme:
    text = RETAIL
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return programme_file.read(text)


def said(*changes: tuple[str, str]) -> list[str]:
    return [line for line in lines(read(), read(*changes)) if line]


@pytest.mark.parametrize("name", programme_file.EXAMPLES)
def test_a_programme_does_not_differ_from_itself(name: str) -> None:
    one = programme_file.read(programme_file.example(name))
    assert differences(one, one) == []
    assert list(lines(one, one)) == ["no difference: version 1 has the rules of version 1"]


def test_the_version_alone_is_no_difference() -> None:
    assert differences(read(), read(("version: 1", "version: 2"))) == []


def test_every_field_of_a_programme_belongs_to_a_section() -> None:
    named = [name for names in SECTIONS.values() for name in names]
    assert sorted([*named, "version"]) == sorted(field.name for field in fields(Programme))


@pytest.mark.parametrize(
    ("before", "after", "section", "line"),
    [
        ("welcome_points: 50", "welcome_points: 80", "welcome", "points for joining: 50 -> 80"),
        ("  points: 1\n  per", "  points: 2\n  per", "earning", "points: 1 -> 2"),
        ('per: "1.00"', 'per: "2.00"', "earning", "for every: 1.00 CNY -> 2.00 CNY"),
        ("day: 40000", "month: 40000", "earning", "cap, day: 40000 -> none"),
        ("month: true}\n          multiply: 2", "month: true}\n          multiply: 2.5", "earning",
         "group days, rule birthday_month, multiply: x 2 -> x 2.5"),
        ("[18]", "[-1]", "earning",
         "group days, rule member_day, day of the month: 18 -> the last"),
        ("multiplier: 1.1\n", "multiplier: 1.2\n", "levels", "silver, multiplier: x 1.1 -> x 1.2"),
        ("downgrade: step", "downgrade: never", "levels", "downgrade: step -> never"),
        ("kind: after", "kind: sliding, extended_by: [checkin]", "expiry",
         "expiry, kind: after -> sliding"),
        ("# transfers: {least: 10, per_month: 1000}", "transfers: {least: 10}", "transfers",
         "all of it: none -> at least 10 at once, any number a month"),
        ("[30, 7, 1]", "[14, 3]", "expiry", "reminders, days before: 30, 7, 1 -> 14, 3"),
        ('"5000.00"', '"6000.00"', "operators",
         "counter, per receipt: 5,000.00 CNY -> 6,000.00 CNY"),
        ("policy: within_balance", "policy: unlimited", "refunds",
         "policy: within_balance -> unlimited"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_its_section(before: str, after: str, section: str, line: str) -> None:
    told = said((before, after))
    assert told[0] == "from version 1 to version 1:"
    assert section in told
    assert f"  {line}" in told, told


def test_new_and_removed_rules_and_levels_are_said_whole() -> None:
    rule = "        - {key: late, name: {zh: 晚, en: Late}, when: {month: [12]}, add: 9}\n"
    told = said(("        - key: birthday_month\n", f"{rule}        - key: birthday_month\n"))
    assert told[1:] == [
        "earning",
        "  + group days, rule late: + 9 in December",
    ]
    away = list(lines(read(("        - key: birthday_month\n", f"{rule}        - key: "
                            "birthday_month\n")), read()))  # fmt: skip
    assert away[-1] == "  - group days, rule late: + 9 in December"


def test_rules_that_change_places_are_said() -> None:
    one = read()
    (group,) = one.earning.groups
    turned = replace(group, rules=tuple(reversed(group.rules)))
    other = replace(one, earning=replace(one.earning, groups=(turned,)))
    assert "  group days, order: birthday_month, member_day -> member_day, birthday_month" in list(
        lines(one, other)
    )


def test_long_texts_begin_where_they_part() -> None:
    told = said(("You get 1 point for", "You get 2 points for"))
    assert told[1:3] == ["club rules", "  text, in English"]
    assert "You get 1 point for every yuan" in told[3]
    assert "You get 2 points for every yuan" in told[4]
    assert all(len(line) < 90 for line in told)


def test_every_condition_of_a_rule_is_said() -> None:
    when = When(
        categories=("fruit", "meat"),
        stores=("main",),
        weekdays=(1, 7),
        days_of_month=(-1, 5),
        nth_weekdays=(NthWeekday(3, 2), NthWeekday(5, -1)),
        months=(2,),
        birthday_month=True,
        first_purchase=True,
        levels=("gold",),
    )
    often = Frequency(2, Per.MONTH, 7)
    rule = EarningRule("one", {"en": "One"}, when, multiply=150, frequency=often)
    assert rule_words(rule) == (
        "x 1.5 for fruit, meat in store main at level gold on Monday, Sunday on day of the month "
        "the last, 5 on the second Wednesday, last Friday in February in the birthday month "
        "for the first purchase, at most 2 times per month, not again within 7 days"
    )
    assert rule_words(EarningRule("one", {}, add=5)) == "+ 5 always"
    assert frequency_words(Frequency(1)) == "at most once in all"


def test_transfers_that_end_are_said() -> None:
    one = replace(read(), transfers=Transfers(10, 100))
    assert "  all of it: at least 10 at once, 100 a month -> none" in list(lines(one, read()))


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("most_percent: 50", "most_percent: 30", "  bills, points, at most: 50 % -> 30 %"),
        (
            '  points: {step: 100, pays: "1.00", most_percent: 50}\n',
            "",
            "  bills, points: every 100 pay 1.00 CNY, 50 % of a bill at most -> none",
        ),
        (
            "order: [level, voucher, points, credit]",
            "order: [voucher, level]",
            "  bills, order: level, voucher, points, credit -> voucher, level",
        ),
        ("earns: spending", "earns: topup", "  stored value, points come from: spending -> topup"),
        (
            'second_above: "500.00"',
            'second_above: "200.00"',
            "  stored value, second person above: 500.00 CNY -> 200.00 CNY",
        ),
        (
            "# receipt_photos: {per_day: 3, within_days: 30}",
            "receipt_photos: {per_day: 3, within_days: 30}",
            "  receipt photos: none -> 3 a day, none older than 30 days",
        ),
    ],
)
def test_the_tills_rules_are_said(before: str, after: str, line: str) -> None:
    assert said((before, after))[1:] == ["till", line]
