"""Cities, genders, ages: what is read, what is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.birthdays import Birthday
from domain.members import Gender
from domain.profiles import (
    GUARDIAN_AGE,
    LONGEST_CITY,
    BadCity,
    BadGender,
    GuardianNeeded,
    age_on,
    check_city,
    check_guardian,
    parse_gender,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("上海", "上海"),
        ("  New   York ", "New York"),
        ("São Paulo", "São Paulo"),
        ("L'Aquila", "L'Aquila"),
        ("Saint-Étienne", "Saint-Étienne"),
        ("上海（浦东）", "上海（浦东）"),
    ],
)
def test_a_city_is_kept_as_it_is_written(typed: str, kept: str) -> None:
    assert check_city(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("x" * (LONGEST_CITY + 1), "too_long"),
        ("12345", "characters"),
        ("🏙", "characters"),
        ("Rome<b>", "characters"),
        ("Rome\x00", "characters"),
        ("\ud800", "characters"),
    ],
)
def test_what_is_no_city_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadCity) as refused:
        check_city(typed)
    assert refused.value.reason == reason


@given(st.text())
def test_a_city_is_one_short_line_or_refused(typed: str) -> None:
    try:
        city = check_city(typed)
    except BadCity:
        return
    assert 0 < len(city) <= LONGEST_CITY
    assert city.isprintable()
    assert check_city(city) == city


@pytest.mark.parametrize(
    ("typed", "gender"),
    [
        ("女", Gender.FEMALE),
        (" Male ", Gender.MALE),
        ("ＭＲ", Gender.MALE),
        ("其他", Gender.OTHER),
    ],
)
def test_a_gender_is_read_from_a_word(typed: str, gender: Gender) -> None:
    assert parse_gender(typed) is gender


@given(st.text(min_size=11))
def test_anything_else_is_no_gender(typed: str) -> None:
    with pytest.raises(BadGender):
        parse_gender(typed)


@given(st.dates(date(1950, 1, 1), date(2020, 12, 31)), st.integers(0, 30))
def test_the_age_rises_on_the_birthday_itself(born: date, years: int) -> None:
    if (born.month, born.day) == (2, 29):
        return
    birthday = Birthday(born.month, born.day, born.year)
    that_day = born.replace(year=born.year + years)
    assert age_on(birthday, that_day) == years
    assert age_on(birthday, that_day - timedelta(days=1)) == years - 1


def test_a_guardian_is_needed_until_the_day_before_the_fourteenth_birthday() -> None:
    child = Birthday(5, 20, 2012)
    fourteen = date(2012 + GUARDIAN_AGE, 5, 20)
    with pytest.raises(GuardianNeeded) as refused:
        check_guardian(child, fourteen - timedelta(days=1), guardian=False)
    assert refused.value.age == 13
    check_guardian(child, fourteen - timedelta(days=1), guardian=True)
    check_guardian(child, fourteen, guardian=False)


def test_without_a_year_nobody_is_asked_for_a_guardian() -> None:
    check_guardian(Birthday(5, 20), date(2026, 5, 20), guardian=False)
