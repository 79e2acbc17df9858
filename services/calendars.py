"""Holidays: which days are greeted, and which are worked, make-up workdays (调休) included.

The traditional Chinese days come from the lunar calendar, public holidays from the library
`holidays`, which nobody else imports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from services import lunar

# Days of the Chinese calendar; the eve is the day before the spring festival.
LUNAR: Final[Mapping[str, tuple[int, int]]] = {
    "spring_festival": (1, 1),
    "lantern": (1, 15),
    "dragon_boat": (5, 5),
    "qixi": (7, 7),
    "mid_autumn": (8, 15),
    "double_ninth": (9, 9),
}
EVE: Final = "lunar_new_year_eve"
SOLSTICE: Final = "winter_solstice"
FIXED: Final[Mapping[str, tuple[int, int]]] = {
    "new_year": (1, 1),
    "valentines_day": (2, 14),
    "womens_day": (3, 8),
    "childrens_day": (6, 1),
    "teachers_day": (9, 10),
    "christmas": (12, 25),
}
# Public holidays by the library's English name; they are where a country of the club has them.
PUBLIC: Final[Mapping[str, str]] = {
    "labour_day": "Labor Day",
    "national_day": "National Day",
    "good_friday": "Good Friday",
    "easter_monday": "Easter Monday",
    "vesak": "Vesak Day",
    "deepavali": "Diwali",
    "eid_al_fitr": "Eid al-Fitr",
    "eid_al_adha": "Eid al-Adha",
    "thanksgiving": "Thanksgiving Day",
}
_LASTS: Final = timedelta(days=30)
"""No holiday lasts for so long."""
EVERYWHERE: Final = (*LUNAR, EVE, SOLSTICE, *FIXED)
_LANGUAGES: Final = {"zh": "zh_CN", "en": "en_US"}


@dataclass(frozen=True, slots=True)
class Missing:
    """What the library does not know of a year: `country` is `unknown`, the whole `year`, or only
    its `makeup` workdays, which the state announces each November."""

    country: str
    year: int
    what: str


# -- days that are greeted ----------------------------------------------------------------


def keys(countries: Sequence[str]) -> tuple[str, ...]:
    """The keys that a rule of care may name for a club with these countries."""
    year = 2025  # every country's list is complete for it
    public = [key for key in PUBLIC if any(_public(key, one, year) for one in countries)]
    return (*EVERYWHERE, *public)


def days_of(key: str, year: int, countries: Sequence[str]) -> tuple[date, ...]:
    """The days of a holiday in a solar year: of a public one in the first country that has it.
    By the Islamic calendar one may come twice in a year (2033). None if there is none, or the
    year is not known."""
    if key in PUBLIC:
        found = (_public(key, country, year) for country in countries)
        return next((days for days in found if days), ())
    day = _day_of(key, year)
    return (day,) if day else ()


def _day_of(key: str, year: int) -> date | None:
    if key in FIXED:
        return date(year, *FIXED[key])
    if not lunar.FIRST_YEAR <= year <= lunar.LAST_YEAR:
        return None
    if key == SOLSTICE:
        return lunar.winter_solstice(year)
    if key == EVE:
        return lunar.solar(year, 1, 1) - timedelta(days=1)
    return lunar.solar(year, *LUNAR[key]) if key in LUNAR else None


def on(day: date, wanted: Sequence[str], countries: Sequence[str]) -> str:
    """The first of the wanted holidays (none named: of all) that falls on a day, "" for none."""
    for key in wanted or keys(countries):
        if day in days_of(key, day.year, countries):
            return key
    return ""


@lru_cache(maxsize=1024)
def _public(key: str, country: str, year: int) -> tuple[date, ...]:
    """The first day of each time it comes: it may last for several."""
    name = PUBLIC[key]
    named = _calendar(country, year, "en") if country in _countries() else {}
    firsts: list[date] = []
    for day in sorted(day for day, names in named.items() if name in _plain(names)):
        if day.year == year and (not firsts or day - firsts[-1] > _LASTS):
            firsts.append(day)
    return tuple(firsts)


def _plain(names: str) -> list[str]:
    """The names of a day; several are parted by `; `, a moon that is not seen yet is estimated."""
    return [name.removesuffix(" (estimated)") for name in names.split("; ")]


# -- days that are worked -----------------------------------------------------------------


def is_workday(day: date, country: str) -> bool:
    """Whether people work on a day in a country (ISO 3166): no weekend and no public holiday, or
    a weekend day that is worked to make up for one. Raises LookupError for an unknown country."""
    return bool(_known(country, day.year).is_working_day(day))


def is_made_up(day: date, country: str) -> bool:
    """Whether a weekend day is worked to make up for a holiday (调休). Raises LookupError for an
    unknown country."""
    found = _known(country, day.year)
    return bool(found.is_weekend(day) and found.is_working_day(day))


def is_holiday(day: date, country: str) -> bool:
    """Whether a day is a public holiday, or of a weekend between two that make one long break.
    Raises LookupError for an unknown country."""
    found = _known(country, day.year)
    if day in found:
        return True
    if not found.is_weekend(day) or found.is_working_day(day):
        return False
    return all(_bordering(day, country, step) for step in (-timedelta(days=1), timedelta(days=1)))


def _bordering(day: date, country: str, step: timedelta) -> bool:
    """Whether the first day beyond the weekend, back or on, is a public holiday."""
    while _known(country, day.year).is_weekend(day) and day not in _known(country, day.year):
        day += step
    return day in _known(country, day.year)


def holiday_name(day: date, country: str, language: str) -> str:
    """What a public holiday is called, in English where there is no Chinese name; "" for none.
    Raises LookupError for an unknown country."""
    _known(country, day.year)
    return str(_calendar(country, day.year, language).get(day) or "")


def missing(countries: Sequence[str], year: int) -> Iterator[Missing]:
    """What the library does not know of a year in these countries."""
    for country in countries:
        if country not in _countries():
            yield Missing(country, year, "unknown")
            continue
        calendar = _calendar(country, year, "en")
        if not calendar.start_year <= year <= calendar.end_year:
            yield Missing(country, year, "year")
        elif _makes_up(country) and not _made_up(country, year):
            yield Missing(country, year, "makeup")


def is_country(country: str) -> bool:
    """Whether holidays of a country are known."""
    return country in _countries()


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    import holidays

    return frozenset(holidays.list_supported_countries(include_aliases=False))


def _known(country: str, year: int) -> Any:
    if country not in _countries():
        raise LookupError(country)
    return _calendar(country, year, "en")


@lru_cache(maxsize=256)
def _calendar(country: str, year: int, language: str) -> Any:
    import holidays

    wanted = _LANGUAGES[language]
    found = holidays.country_holidays(country, years=year)
    if wanted in found.supported_languages:
        found = holidays.country_holidays(country, years=year, language=wanted)
    elif "en_US" in found.supported_languages:
        found = holidays.country_holidays(country, years=year, language="en_US")
    return found


@lru_cache(maxsize=256)
def _makes_up(country: str) -> bool:
    """Whether the country had make-up workdays in years that are over."""
    return all(_made_up(country, year) for year in (2023, 2024, 2025))


def _made_up(country: str, year: int) -> bool:
    """Whether make-up workdays of a year are known."""
    return any(day.year == year for day in _calendar(country, year, "en").weekend_workdays)
