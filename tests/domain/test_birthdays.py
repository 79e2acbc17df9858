"""Birthdays: read in two languages, clear about what is unclear, rewarded once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.birthdays import (
    Birthday,
    Feb29,
    NoReward,
    RewardFacts,
    due_occurrence,
    locked_until,
    parse_birthday,
    reward_refusal,
    stored,
)
from domain.errors import BirthdayImpossible, BirthdayUnclear, BirthdayUnreadable

TODAY = date(2026, 5, 20)
days = st.dates(date(1920, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5月20日", "05-20"),
        ("5月20号", "05-20"),
        ("五月二十日", "05-20"),
        ("十二月三十一日", "12-31"),
        ("一九九〇年五月二十日", "1990-05-20"),
        ("1990年5月20日", "1990-05-20"),
        ("1990-05-20", "1990-05-20"),
        ("1990/5/20", "1990-05-20"),
        ("1990.5.20", "1990-05-20"),
        ("19900520", "1990-05-20"),
        ("0520", "05-20"),
        ("05-20", "05-20"),
        ("05-06", "05-06"),
        ("20/5", "05-20"),
        ("5/20", "05-20"),
        ("20.5.1990", "1990-05-20"),
        ("5/5", "05-05"),
        ("20 May", "05-20"),
        ("May 20", "05-20"),
        ("May 20th, 1990", "1990-05-20"),
        ("20th of May 1990", "1990-05-20"),
        ("29 feb", "02-29"),
        ("２月２９日", "02-29"),
    ],
)
def test_birthdays_are_read_in_many_forms(text: str, expected: str) -> None:
    assert str(parse_birthday(text, TODAY)) == expected


@given(days)
def test_a_full_date_is_read_back(day: date) -> None:
    birthday = Birthday(day.month, day.day, day.year)
    chinese = f"{day.year}年{day.month}月{day.day}日"
    for text in (day.isoformat(), day.strftime("%Y%m%d"), chinese, day.strftime("%B %d, %Y")):
        assert parse_birthday(text, TODAY) == birthday
    assert stored(str(birthday)) == birthday
    assert stored(str(Birthday(day.month, day.day))) == Birthday(day.month, day.day)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("农历五月初八", "L05-08"),
        ("阴历5月8日", "L05-08"),
        ("lunar 5-8", "L05-08"),
        ("Lunar 05/08", "L05-08"),
        ("五月初八", "L05-08"),
        ("正月十五", "L01-15"),
        ("腊月廿三", "L12-23"),
        ("冬月卅", "L11-30"),
        ("农历十二月三十", "L12-30"),
        ("农历二月二十一", "L02-21"),
        ("闰四月初五", "L04-05"),
        ("lunar leap 4-5", "L04-05"),
        ("1990年农历五月初八", "L1990-05-08"),
        ("农历一九九〇年五月初八", "L1990-05-08"),
        ("lunar 1990-5-8", "L1990-05-08"),
    ],
)
def test_lunar_birthdays_are_read_as_such(text: str, expected: str) -> None:
    birthday = parse_birthday(text, TODAY)
    assert str(birthday) == expected
    assert birthday.lunar
    assert stored(str(birthday)) == birthday
    with pytest.raises(ValueError, match="lunar"):
        birthday.occurs_on(2026)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("农历", BirthdayUnreadable),
        ("农历明天", BirthdayUnreadable),
        ("初八", BirthdayUnreadable),
        ("lunar May 8", BirthdayUnreadable),
        ("农历十三月初一", BirthdayUnreadable),
        ("lunar 13-1", BirthdayImpossible),
        ("农历五月31日", BirthdayImpossible),
        ("lunar 2099-1-1", BirthdayImpossible),
        ("lunar 1800-1-1", BirthdayImpossible),
    ],
)
def test_lunar_days_that_are_none_are_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        parse_birthday(text, TODAY)


@given(st.text("农历阴初廿卅正冬腊闰月日年一二三四五六七八九十0123456789 -/lunarep", max_size=16))
def test_any_text_about_the_moon_is_read_or_refused(text: str) -> None:
    try:
        birthday = parse_birthday(text, TODAY)
    except (BirthdayUnreadable, BirthdayUnclear, BirthdayImpossible):
        return
    assert 1 <= birthday.month <= 12
    assert 1 <= birthday.day <= 31 - birthday.lunar


def test_two_readings_are_asked_about() -> None:
    with pytest.raises(BirthdayUnclear) as refused:
        parse_birthday("5/6", TODAY)
    assert (refused.value.first, refused.value.second) == ("05-06", "06-05")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2月30日", "no_such_day"),
        ("1999-02-29", "no_such_day"),
        ("13-13", "no_such_day"),
        ("2026-05-21", "future"),
        ("1900-01-01", "too_old"),
        ("0000", "no_such_day"),
    ],
)
def test_impossible_days_are_refused(text: str, reason: str) -> None:
    with pytest.raises(BirthdayImpossible) as refused:
        parse_birthday(text, TODAY)
    assert refused.value.reason == reason


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        birthday = parse_birthday(text, TODAY)
    except (BirthdayUnreadable, BirthdayUnclear, BirthdayImpossible):
        return
    assert 1 <= birthday.month <= 12


def test_29_february_follows_the_programme() -> None:
    leap = Birthday(2, 29)
    assert leap.occurs_on(2026) == date(2026, 2, 28)
    assert leap.occurs_on(2026, Feb29.MAR_1) == date(2026, 3, 1)
    assert leap.occurs_on(2028, Feb29.MAR_1) == date(2028, 2, 29)


@given(days, st.integers(0, 3000), st.sampled_from(Feb29))
def test_the_next_birthday_is_within_a_year(day: date, later: int, feb29: Feb29) -> None:
    birthday, today = Birthday(day.month, day.day), TODAY + timedelta(days=later)
    following = birthday.next_on_or_after(today, feb29)
    assert today <= following <= today + timedelta(days=366)


def refusal(today: date, announced: int = 7, **facts: object) -> NoReward | None:
    values = {"birthday": Birthday(5, 20), "entered_on": date(2025, 1, 1), **facts}
    return reward_refusal(RewardFacts(**values), date(2026, 5, 20), announced, today)  # type: ignore[arg-type]


def test_a_reward_is_given_once_per_birthday_year() -> None:
    assert refusal(TODAY) is None
    assert refusal(TODAY, last_reward_year=2026) is NoReward.ALREADY_GIVEN
    assert refusal(TODAY, last_reward_on=TODAY - timedelta(days=329)) is NoReward.ALREADY_GIVEN
    assert refusal(TODAY, last_reward_on=TODAY - timedelta(days=330)) is None
    assert refusal(TODAY, birthday=None) is NoReward.NO_BIRTHDAY


def test_a_change_locks_rewards_for_thirty_days() -> None:
    changed = date(2026, 4, 21)
    assert locked_until(changed) == date(2026, 5, 21)
    assert refusal(TODAY, changed_on=changed) is NoReward.LOCKED
    assert refusal(TODAY, changed_on=date(2026, 4, 20)) is None


def test_a_birthday_told_inside_the_announcement_counts_from_next_year() -> None:
    assert refusal(TODAY, entered_on=date(2026, 5, 13)) is None
    assert refusal(TODAY, entered_on=date(2026, 5, 14)) is NoReward.ENTERED_LATE


def test_the_announcement_window_includes_both_ends() -> None:
    birthday = Birthday(5, 20)
    found = {day: due_occurrence(birthday, date(2026, 5, day), 7) for day in (12, 13, 20, 21)}
    assert found == {12: None, 13: date(2026, 5, 20), 20: date(2026, 5, 20), 21: None}
