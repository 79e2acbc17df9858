"""Birthdays as month and day: reading what people type, 29 February, and when a gift is due."""

import re
import unicodedata
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.errors import BirthdayImpossible, BirthdayUnclear, BirthdayUnreadable
from domain.lunar_birthdays import is_lunar, lunar_parts

LOCK_DAYS: Final = 30  # SEMANTICS: Members. A change locks birthday rewards this long.
REWARD_GAP_DAYS: Final = 330  # SEMANTICS: Members. Never twice within this many days.
_OLDEST_YEARS: Final = 120
LONGEST_LUNAR_MONTH: Final = 30
_LUNAR: Final = "L"


class Feb29(StrEnum):
    """On which day somebody born on 29 February celebrates in a common year."""

    FEB_28 = "02-28"
    MAR_1 = "03-01"


@dataclass(frozen=True, slots=True)
class Birthday:
    """Never a timestamp. The year may be unknown. `lunar`: month and day are those of the Chinese
    calendar (农历), where no month has more than 30 days."""

    month: int
    day: int
    year: int | None = None
    lunar: bool = False

    def __str__(self) -> str:
        start = f"{self.year:04d}-" if self.year else ""
        return f"{_LUNAR if self.lunar else ''}{start}{self.month:02d}-{self.day:02d}"

    def occurs_on(self, year: int, feb29: Feb29 = Feb29.FEB_28) -> date:
        """The day it is celebrated in a year. Raises ValueError for a lunar one, whose days the
        domain does not know (services.lunar)."""
        if self.lunar:
            raise ValueError("a lunar birthday has no fixed solar day")
        if (self.month, self.day) == (2, 29) and not isleap(year):
            return date(year, 2, 28) if feb29 is Feb29.FEB_28 else date(year, 3, 1)
        return date(year, self.month, self.day)

    def next_on_or_after(self, today: date, feb29: Feb29 = Feb29.FEB_28) -> date:
        this_year = self.occurs_on(today.year, feb29)
        return this_year if this_year >= today else self.occurs_on(today.year + 1, feb29)


def stored(text: str) -> Birthday:
    """Reads back what `str(birthday)` wrote: `05-20`, `1990-05-20`, `L05-08`."""
    *year, month, day = (int(part) for part in text.removeprefix(_LUNAR).split("-"))
    return Birthday(month, day, year[0] if year else None, text.startswith(_LUNAR))


# -- reading ----------------------------------------------------------------------------

_MONTH_NAMES: Final = (
    "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august"
    "|sep sept september|oct october|nov november|dec december"
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split("|"), start=1)
    for name in names.split()
}
_HAN: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0}
_CHINESE = re.compile(r"(?:(\d{4})\s*年)?\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{2})(\d{2})")
_TWO = re.compile(r"(\d{1,2})\s*([-/. ])\s*(\d{1,2})(?:\s*[-/. ]\s*(\d{4}))?")
_WORD_FIRST = re.compile(r"([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?:\s*,?\s*(\d{4}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s*(?:of\s+)?([a-z]+)\.?(?:\s*,?\s*(\d{4}))?")


def parse_birthday(text: str, today: date) -> Birthday:
    """Reads 5月20日, 五月二十日, 1990年5月20日, 1990-05-20, 20 May 1990, May 20, 05-20, 0520 …,
    and days of the Chinese calendar: 农历五月初八, 1990年腊月廿三, lunar 5-8.

    `20/5` has one reading only; `5/6` has two and is refused with both (month-day is meant by
    `05-06` with a dash, as in a full date). Raises BirthdayUnreadable, -Unclear, -Impossible.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    clean = _han_to_digits(plain)
    if len(clean) > 40:
        raise BirthdayUnreadable(text[:40])
    if is_lunar(plain):
        return _lunar(text, plain, today)
    for pattern, order in ((_CHINESE, "ymd"), (_YEAR_FIRST, "ymd"), (_COMPACT, "compact")):
        if match := pattern.fullmatch(clean):
            return _checked(text, _ordered(match, order), today)
    if match := _TWO.fullmatch(clean):
        return _checked(text, _two_numbers(text, match), today)
    if (match := _WORD_FIRST.fullmatch(clean)) and match[1] in _MONTHS:
        return _checked(text, (match[3], _MONTHS[match[1]], match[2]), today)
    if (match := _DAY_FIRST.fullmatch(clean)) and match[2] in _MONTHS:
        return _checked(text, (match[3], _MONTHS[match[2]], match[1]), today)
    raise BirthdayUnreadable(text)


_Parts = tuple[str | None, str | int, str | int]


def _ordered(match: re.Match[str], order: str) -> _Parts:
    if order == "compact" and match[4]:
        return None, match[4], match[5]
    return match[1], match[2], match[3]


def _two_numbers(text: str, match: re.Match[str]) -> _Parts:
    """Two small numbers: clear when one is above 12, both are equal, or written like `05-20`."""
    a, b, year = int(match[1]), int(match[3]), match[4]
    like_iso = match[2] == "-" and year is None and len(match[1]) == len(match[3]) == 2
    if a > 12 and b <= 12:
        return year, b, a
    if b > 12 or a == b or like_iso:
        return year, a, b
    raise BirthdayUnclear(text, f"{a:02d}-{b:02d}", f"{b:02d}-{a:02d}")


def _checked(text: str, parts: _Parts, today: date) -> Birthday:
    year, month, day = (int(part) if part is not None else None for part in parts)
    assert month is not None
    assert day is not None
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year or 2000, month)[1]:
        raise BirthdayImpossible(text, "no_such_day")
    if year is not None and date(year, month, day) > today:
        raise BirthdayImpossible(text, "future")
    if year is not None and year < today.year - _OLDEST_YEARS:
        raise BirthdayImpossible(text, "too_old")
    return Birthday(month, day, year)


def _lunar(text: str, plain: str, today: date) -> Birthday:
    parts = lunar_parts(plain)
    if parts is None:
        raise BirthdayUnreadable(text)
    year, month, day = parts
    if not 1 <= month <= 12 or not 1 <= day <= LONGEST_LUNAR_MONTH:
        raise BirthdayImpossible(text, "no_such_day")
    if year is not None and year > today.year:
        raise BirthdayImpossible(text, "future")
    if year is not None and year < today.year - _OLDEST_YEARS:
        raise BirthdayImpossible(text, "too_old")
    return Birthday(month, day, year, lunar=True)


def _han_to_digits(text: str) -> str:
    """Chinese numerals before 年, 月, 日 as digits: 一九九〇年五月二十日."""
    return re.sub("[零〇一二三四五六七八九十]+", lambda m: _han_number(m[0]), text)


def _han_number(word: str) -> str:
    if "十" not in word:
        return "".join(str(_HAN[c]) for c in word)
    tens, _, ones = word.partition("十")
    return str((_HAN.get(tens, 1) if tens else 1) * 10 + (_HAN.get(ones, 0) if ones else 0))


# -- rewards ----------------------------------------------------------------------------


class NoReward(StrEnum):
    """Why there is no birthday reward (now)."""

    NO_BIRTHDAY = "no_birthday"
    NOT_TODAY = "not_today"
    LOCKED = "locked"
    ENTERED_LATE = "entered_late"
    ALREADY_GIVEN = "already_given"


@dataclass(frozen=True, slots=True)
class RewardFacts:
    """What is known of one member: when the birthday was first entered and last changed, on
    which local day the last reward was given and for which birthday-year."""

    birthday: Birthday | None
    entered_on: date | None
    changed_on: date | None = None
    last_reward_on: date | None = None
    last_reward_year: int | None = None


def locked_until(changed_on: date | None) -> date | None:
    """The first day on which rewards are possible again after a change."""
    return changed_on + timedelta(days=LOCK_DAYS) if changed_on else None


def reward_refusal(
    facts: RewardFacts, occurrence: date, announced_days: int, today: date
) -> NoReward | None:
    """None when the reward for this occurrence may be given today. SEMANTICS: Members."""
    if facts.birthday is None:
        return NoReward.NO_BIRTHDAY
    lock = locked_until(facts.changed_on)
    if lock and today < lock:
        return NoReward.LOCKED
    if _entered_late(facts, occurrence, announced_days):
        return NoReward.ENTERED_LATE
    if facts.last_reward_year == occurrence.year:
        return NoReward.ALREADY_GIVEN
    if facts.last_reward_on and (today - facts.last_reward_on).days < REWARD_GAP_DAYS:
        return NoReward.ALREADY_GIVEN
    return None


def _entered_late(facts: RewardFacts, occurrence: date, announced_days: int) -> bool:
    """A birthday entered inside the announcement window counts from next year."""
    since = facts.changed_on or facts.entered_on
    return since is not None and since > occurrence - timedelta(days=announced_days)


def due_occurrence(
    birthday: Birthday, today: date, announced_days: int, feb29: Feb29 = Feb29.FEB_28
) -> date | None:
    """The occurrence whose announcement window (its day included) holds today, if any."""
    following = birthday.next_on_or_after(today, feb29)
    return following if today >= following - timedelta(days=announced_days) else None
