"""Birthdays of the Chinese calendar, told in the profile."""

import pytest

from domain.birthdays import Birthday
from tests.flows.test_profile import _edits, member
from tests.support.club import Club, Person


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def test_a_lunar_birthday_is_kept_and_shown_as_one(mei: Person) -> None:
    await _edits(mei, "birthday")
    assert (await mei.says("农历五月初八")).key == "profile.consent"
    assert (await member(mei)).birthday == Birthday(5, 8, lunar=True)
    shown = await mei.says("/profile")
    assert "day 8 of the 5th lunar month" in shown.text
    assert "22 Jun 2026" in shown.text
    asked = await mei.taps("profile.edit", "birthday")
    assert "5th lunar month" in asked.text


async def test_the_age_of_a_lunar_birthday_is_counted_from_its_solar_day(mei: Person) -> None:
    await _edits(mei, "birthday")  # on 26 June, so still thirteen
    asked = await mei.says("lunar 2012-5-8")
    assert asked.key == "profile.guardian"
    await mei.taps("profile.born", "L2012-05-08", "guardian")
    assert (await member(mei)).birthday == Birthday(5, 8, 2012, lunar=True)
