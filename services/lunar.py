"""Days of the Chinese calendar (农历). borax counts it; nobody else imports it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from borax.calendars.lunardate import LCalendars, LunarDate, TermUtils

from domain.birthdays import Birthday, Feb29

FIRST_YEAR = 1901
LAST_YEAR = 2099
"""The lunar years whose months are known."""


@lru_cache(maxsize=4096)
def solar(year: int, month: int, day: int) -> date:
    """The solar day of a day of a lunar year. In a month of 29 days the 30th is its last one; a
    leap month (闰月) counts as the month before it, so its days are those of the ordinary month.
    Raises ValueError outside of the years that are known."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(year)
    last = LCalendars.ndays(year, month)
    found: date = LunarDate(year, month, min(day, last)).to_solar_date()
    return found


@lru_cache(maxsize=1024)
def lunar_days(on: date) -> tuple[tuple[int, int, int], ...]:
    """The lunar (year, month, day) that are celebrated on a solar day: none in a leap month, on
    the 29th that ends a month the 30th as well."""
    found = LunarDate.from_solar(on)
    if found.leap or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return ()
    days = [found.day]
    if found.day == 29 and LCalendars.ndays(found.year, found.month) == 29:
        days.append(30)
    return tuple((found.year, found.month, day) for day in days)


def celebrated(birthday: Birthday, year: int, feb29: Feb29 = Feb29.FEB_28) -> date:
    """The day of a birthday in a birthday-year: a lunar one in the lunar year of that number,
    which may end in the next solar one."""
    if not birthday.lunar:
        return birthday.occurs_on(year, feb29)
    return solar(year, birthday.month, birthday.day)


def is_month(day: date, month: int | None, *, lunar: bool) -> bool:
    """Whether a day lies in the month of a birthday: of the solar calendar, or of the lunar one,
    whose leap months count as the one before."""
    if not lunar:
        return month == day.month
    return month == int(LunarDate.from_solar(day).month)


def born_on(birthday: Birthday) -> date | None:
    """The solar day of birth, None where the year is not known."""
    if birthday.year is None:
        return None
    return celebrated(birthday, birthday.year)


def winter_solstice(year: int) -> date:
    """The day of the winter solstice (冬至) of a solar year."""
    found: date = TermUtils.day_start_from_term(year, "冬至")
    return found
