"""The programme file: examples are whole, and every mistake is named with its place."""

from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import programme_json
from domain.errors import ProgrammeInvalid
from domain.points import Expiry, ExpiryKind
from domain.programme import Condition, Measure, Need, Programme
from domain.refunds import RefundPolicy
from services import programme_file

RETAIL = programme_file.example("retail")


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ProgrammeInvalid) as refused:
        programme_file.read(text)
    return {problem.path: problem.advice for problem in refused.value.problems}


@pytest.mark.parametrize("name", programme_file.EXAMPLES)
def test_examples_are_valid_and_kept_without_loss(name: str) -> None:
    found = programme_file.read(programme_file.example(name))
    again = programme_json.from_json(programme_json.to_json(found))
    assert again == found
    assert programme_json.fingerprint(again) == programme_json.fingerprint(found)


@pytest.mark.parametrize("name", programme_file.EXAMPLES)
def test_examples_speak_both_languages(name: str) -> None:
    def walk(value: object) -> None:
        if is_dataclass(value):
            for part in fields(value):
                walk(getattr(value, part.name))
        elif isinstance(value, tuple):
            for one in value:
                walk(one)
        elif isinstance(value, dict) and {"zh", "en"} & set(value):
            assert set(value) == {"zh", "en"}
            assert all(value.values())

    walk(programme_file.read(programme_file.example(name)))


def test_retail_is_what_its_comments_say() -> None:
    found = programme_file.read(RETAIL)
    assert (found.version, found.currency, found.zone) == (1, "CNY", "Asia/Shanghai")
    assert (found.earning.points, found.earning.per_minor, found.earning.pending_days) == (
        1,
        100,
        0,
    )
    assert found.expiry == Expiry(ExpiryKind.AFTER, months=12, round_up="month")
    assert found.refunds.policy is RefundPolicy.WITHIN_BALANCE
    assert [level.key for level in found.levels] == ["member", "silver", "gold", "diamond"]
    gold = found.level("gold")
    assert (gold.need, gold.multiplier) == (Need.ANY, 125)
    assert gold.conditions == (
        Condition(Measure.LIFETIME_SPEND, 200000),
        Condition(Measure.SPEND_IN_MONTHS, 100000, 12),
    )
    assert found.points_word(1, "en") == "point"
    assert found.points_word(2, "en") == "points"
    assert found.level_name("gold", "zh") == "金卡会员"
    assert found.rule_names("member_day") == {
        "zh": "会员日双倍积分",
        "en": "Double points on members' day",
    }
    assert found.rule_names("base") is None
    assert found.level("gone").key == "member"


def test_the_grocers_categories_are_those_of_the_data() -> None:
    found = programme_file.read(programme_file.example("grocer"))
    named = {c for group in found.earning.groups for r in group.rules for c in r.when.categories}
    assert named <= {"PRODUCE", "SEAFOOD", "SEAFOOD-PCKGD", "NUTRITION", "SALAD BAR", "FUEL"}
    assert "PRODUCE" in named


def test_an_unknown_example_is_refused() -> None:
    with pytest.raises(LookupError):
        programme_file.example("../../etc/passwd")


@pytest.mark.parametrize(
    ("before", "after", "path", "advice"),
    [
        ("version: 1\n\nclub", "version: 0\n\nclub", "version", "must be 1 or more"),
        ("version: 1\n\nclub", "version: one\n\nclub", "version", "whole number"),
        ("version: 1\n\nclub", "club", "version", "is missing"),
        ("currency: CNY", "currency: yuan", "club.currency", "three capitals"),
        ("zone: Asia/Shanghai", "zone: Shanghai", "club.zone", "no known time zone"),
        ("opened_on: 2020-01-01", "opened_on: soon", "club.opened_on", "date such as"),
        ("welcome_points: 50", "welcome_points: -5", "welcome_points", "0 or more"),
        ("welcome_points: 50", "welcome_points: 1.5", "welcome_points", "whole number"),
        ("welcome_points: 50", "welcom_points: 50", "welcom_points", "mean welcome_points?"),
        ("currency: CNY", "curency: CNY", "club.curency", "mean currency?"),
        ("{birthday_month: true", "{birthday-month: true",
         "earning.groups[1].rules[1].when.birthday-month", "mean birthday_month?"),
        ("welcome_points: 50", "xyzzy: 50", "xyzzy", "remove it or correct its spelling"),
        ('per: "1.00"', 'per: "0"', "earning.per", "more than zero"),
        ('per: "1.00"', 'per: "0.005"', "earning.per", "at most 2 digits"),
        ('per: "1.00"', "per: a lot", "earning.per", "amount such as"),
        ("multiplier: 1.1", "multiplier: 1.125", "levels[2].multiplier", "two digits"),
        ("multiplier: 1.1", "multiplier: -1", "levels[2].multiplier", "0 or more"),
        ("kind: after", "kind: sliding", "expiry", "needs extended_by"),
        ("kind: after", "kind: sometimes", "expiry.kind", "must be one of"),
        ("months: 12, round_up", "round_up", "expiry", "needs months or days"),
        ("policy: within_balance", "policy: no", "refunds.policy", "must be one of"),
        ('colour: "#9FB3C8"', "colour: silver", "levels[2].colour", "colour such as"),
        ("key: silver", "key: member", "levels[2].key", "is there twice"),
        ('{single_purchase: "200"}', "{visits: 3}", "levels[2].any[2].visits", "not known"),
        (
            '{single_purchase: "200"}',
            '{single_purchase: "200", growth: 3}',
            "levels[2].any[2]",
            "exactly one of",
        ),
        ('{spend: "1000", months: 12}', '{spend: "1000"}', "levels[3].any[2]", "needs months"),
        ("when: {day_of_month: [18]}", "when: {day_of_month: [32]}",
         "earning.groups[1].rules[2].when.day_of_month[1]", "31 or less"),
        ("when: {day_of_month: [18]}", "when: {level: [platinum]}",
         "earning.groups[1].rules[2].when.level[1]", "names no level"),
        ("when: {day_of_month: [18]}",
         "when: {dates: {from: 2026-02-01, to: 2026-01-01}}",
         "earning.groups[1].rules[2].when.dates", "ends before it begins"),
        ("key: member_day", "key: base", "earning.groups[1].rules[2].key", "is taken"),
        ("feb29: \"02-28\"", "feb29: \"02-27\"", "birthday.feb29", "must be one of"),
        ("[30, 7, 1]", "[30, 30]", "expiry_reminder_days", "twice"),
        ("en: [point, points]", "en: points", "club.points.en", "one and many"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_place(
    before: str, after: str, path: str, advice: str
) -> None:
    assert before in RETAIL
    found = problems(RETAIL.replace(before, after, 1))
    assert advice in found[path], found


def test_all_mistakes_are_named_at_once() -> None:
    text = RETAIL.replace("zone: Asia/Shanghai", "zone: X")
    text = text.replace('per: "1.00"', 'per: "0.005"', 1)
    text = text.replace("multiplier: 1.1", "multiplier: much")
    text = text.replace("kind: after", "kind: sliding")
    assert set(problems(text)) == {
        "club.zone",
        "earning.per",
        "expiry",
        "levels[2].multiplier",
    }


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "- 1", "hello", "version: 1\nversion: 2", "\x00", "a: &x [*x]", "!!python/x"],
)
def test_what_is_no_programme_is_refused_in_a_sentence(text: str) -> None:
    assert problems(text)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(ProgrammeInvalid):
        programme_file.read(text)


def test_programmes_of_one_content_have_one_fingerprint() -> None:
    one = programme_file.read(RETAIL)
    two = programme_file.read(RETAIL.replace("welcome_points: 50", "welcome_points: 51"))
    assert isinstance(one, Programme)
    assert programme_json.fingerprint(one) != programme_json.fingerprint(two)
    assert programme_json.fingerprint(one) == programme_json.fingerprint(
        programme_file.read(RETAIL + "\n# a comment\n")
    )
