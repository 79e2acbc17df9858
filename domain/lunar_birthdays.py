"""Reading birthdays of the Chinese calendar: 农历五月初八, 腊月廿三, lunar 5-8.

A leap month (闰月) is read as the month that it repeats: its birthdays are celebrated in the
ordinary one. Which solar day that is in a year, services/lunar knows.
"""

import re
from typing import Final

_MARK: Final = re.compile(
    "农历|農曆|农曆|阴历|陰曆|旧历|舊曆|lunar(?: calendar)?|chinese calendar"
)
_LEAP: Final = re.compile("闰|閏|leap")
# Nobody writes these for a solar day.
_ONLY_LUNAR: Final = re.compile("初|廿|卅|正月|冬月|腊月|臘月|闰|閏")
_DIGITS: Final = "一二三四五六七八九十"
_MONTHS: Final = {"正": 1, "冬": 11, "腊": 12, "臘": 12, "十一": 11, "十二": 12} | {
    word: number for number, word in enumerate(_DIGITS, start=1)
}
_DAYS: Final = (
    {f"初{word}": number for number, word in enumerate(_DIGITS, start=1)}
    | {f"十{word}": 10 + number for number, word in enumerate(_DIGITS[:9], start=1)}
    | {f"{tens}{word}": 20 + n for tens in ("廿", "二十") for n, word in enumerate(_DIGITS[:9], 1)}
    | {"十": 10, "二十": 20, "廿": 20, "廿十": 20, "三十": 30, "卅": 30}
    | {word: number for number, word in enumerate(_DIGITS[:9], start=1)}
)
_YEAR_DIGITS: Final = {word: str(number) for number, word in enumerate("零一二三四五六七八九")} | {
    "〇": "0"
}
_CHINESE: Final = re.compile(
    r"(?:([\d零〇一二三四五六七八九]{4})年)?([正冬腊臘一二三四五六七八九十]{1,2}|\d{1,2})月"
    r"([初十廿卅一二三四五六七八九]{1,3}|\d{1,2})[日号號]?"
)
_NUMBERS: Final = re.compile(r"(?:(\d{4})[-/. ])?(\d{1,2})[-/. ](\d{1,2})")


def is_lunar(clean: str) -> bool:
    """Whether a text in lower case says that it means the Chinese calendar."""
    return bool(_MARK.search(clean) or _ONLY_LUNAR.search(clean))


def lunar_parts(clean: str) -> tuple[int | None, int, int] | None:
    """The year, if it is told, month and day; None if it cannot be read. They need not exist."""
    bare = _LEAP.sub(" ", _MARK.sub(" ", clean))
    tight = re.sub(r"\s+", "", bare)
    if match := _CHINESE.fullmatch(tight):
        month, day = _MONTHS.get(match[2]), _DAYS.get(match[3])
        month = int(match[2]) if match[2].isdecimal() else month
        day = int(match[3]) if match[3].isdecimal() else day
        return (_year(match[1]), month, day) if month is not None and day is not None else None
    if match := _NUMBERS.fullmatch(" ".join(bare.split())):
        return (int(match[1]) if match[1] else None), int(match[2]), int(match[3])
    return None


def _year(text: str | None) -> int | None:
    return int("".join(_YEAR_DIGITS.get(one, one) for one in text)) if text else None
