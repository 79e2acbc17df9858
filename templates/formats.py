"""How numbers, money and dates are written in each language (CLDR data through Babel)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from markupsafe import Markup, escape

from bot.markup import problems

CLDR = {"zh": "zh_Hans_CN", "en": "en_US"}
_DAY = {"zh": "y年M月d日", "en": "d MMM y"}
_SHORT_DAY = {"zh": "M月d日", "en": "d MMM"}
_MOMENT = {"zh": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}


def number(language: str, value: int | str) -> str:
    """A whole number with grouping: 1,280."""
    if isinstance(value, int):
        return f"{value:,}"
    return str(numbers.format_decimal(Decimal(value), locale=CLDR[language]))


def signed(language: str, value: int) -> str:
    """A change with its sign: +128 or −80."""
    return f"+{value:,}" if value > 0 else f"−{-value:,}" if value else "0"


def money(language: str, value: Mapping[str, Any]) -> str:
    """An amount of minor units in its currency: ¥1,280.00."""
    currency = value["currency"]
    digits = numbers.get_currency_precision(currency)
    amount = Decimal(value["minor"]).scaleb(-digits)
    return numbers.format_currency(amount, currency, locale=CLDR[language]).replace("CN¥", "¥")


@lru_cache(4096)
def day(language: str, value: str | date) -> str:
    """A date: 2026年5月20日, 20 May 2026."""
    return dates.format_date(_date(value), _DAY[language], locale=CLDR[language])


@lru_cache(4096)
def short_day(language: str, value: str | date) -> str:
    """A date without its year: 5月20日, 20 May."""
    return dates.format_date(_date(value), _SHORT_DAY[language], locale=CLDR[language])


@lru_cache(1024)
def month(language: str, value: str | date) -> str:
    """A month: 2026年5月, May 2026."""
    pattern = {"zh": "y年M月", "en": "MMMM y"}[language]
    return dates.format_date(_date(value), pattern, locale=CLDR[language])


@lru_cache(1024)
def month_name(language: str, value: str | date) -> str:
    """A month without its year: 5月, May."""
    pattern = {"zh": "M月", "en": "MMM"}[language]
    return dates.format_date(_date(value), pattern, locale=CLDR[language])


_LUNAR_MONTHS = "正 二 三 四 五 六 七 八 九 十 冬 腊".split()
_HAN = "一二三四五六七八九十"


def lunar_day(language: str, value: Mapping[str, Any]) -> str:
    """A day of the Chinese calendar: 农历五月初八, day 8 of the 5th lunar month."""
    month_, day_, year = int(value["month"]), int(value["day"]), value.get("year")
    if language == "zh":
        return f"农历{f'{year}年' if year else ''}{_LUNAR_MONTHS[month_ - 1]}月{_han_day(day_)}"
    ordinal = f"{month_}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(month_, 'th') }"
    return f"day {day_} of the {ordinal} lunar month{f', {year}' if year else ''}"


def _han_day(day_: int) -> str:
    if day_ in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[day_]
    return ("初", "十", "廿")[day_ // 10] + _HAN[day_ % 10 - 1]


def moment(language: str, value: str | datetime, zone: str = "UTC") -> str:
    """A time in a zone: 2026年5月20日 09:30."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = at.astimezone(ZoneInfo(zone))
    return dates.format_datetime(local, _MOMENT[language], locale=CLDR[language])


def clock(language: str, value: str | datetime, zone: str = "UTC") -> str:
    """A time of day in a zone: 14:05."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


@cache
def _plural_rule(language: str) -> Callable[[int | str], str]:
    rule: Callable[[Any], str] = Locale.parse(CLDR[language]).plural_form
    return lambda value: rule(abs(value) if isinstance(value, int) else Decimal(value))


def plural(language: str, value: int | str, one: str, other: str, **forms: str) -> str:
    """The word that goes with a number, by the language's plural rules of CLDR; `forms` are for
    languages that have more than these two (zero, two, few, many)."""
    category = _plural_rule(language)(value or 0)
    return {**forms, "one": one}.get(category, other)


def bar(language: str, value: int, width: int = 10) -> str:
    """Progress in per cent as a bar of blocks."""
    full = max(0, min(width, value * width // 100))
    return "▰" * full + "▱" * (width - full)


def said(language: str, names: Mapping[str, str]) -> str:
    """A text that was given per language, in this one, else in Chinese, else in any."""
    return names.get(language) or names.get("zh") or next(iter(names.values()), "")


def marked(_language: str, text: str) -> str:
    """A text that is in our markup already; what is not is escaped."""
    return str(escape(text)) if problems(text) else Markup(text)  # noqa: S704


def titled(language: str, key: str) -> str:
    """How a message that operators may replace is called."""
    from templates import contract  # which reads the samples

    return contract.title(language, key)


def places(language: str, key: str) -> list[dict[str, Any]]:
    """What an operator's words for a message may use: each value's name, a sample of it, and the
    fields of a list's rows."""
    from templates import contract

    return contract.places(language, key)


def filters(language: str) -> dict[str, Callable[..., Any]]:
    """The filters for templates of one language."""
    dated = (day, short_day, month, month_name, lunar_day, moment, clock)
    functions = (number, signed, money, *dated, plural, bar, said, marked, titled, places)
    return {function.__name__: partial(function, language) for function in functions}


def _date(value: str | date) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
