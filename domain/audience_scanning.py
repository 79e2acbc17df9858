"""Reading a text from left to right: words of the language, numbers, dates, names in quotes."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Final, NoReturn

from domain.audience_errors import AudienceUnreadable
from domain.audience_terms import COUNTED, MONEY, UNIT_WORDS, Words

_MOST_KNOWN: Final = 8
_QUOTES: Final = {ord(one): '"' for one in "“”„「」『』‟"}
_ASCII: Final = re.compile(r"[0-9a-z_]")
_NUMBER: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,4})?")
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_WORD: Final = re.compile(r"[^\s,;，、()\"=<>!&|]+")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BLANK: Final = re.compile(r"\s*")


def narrow(text: str) -> str:
    """The text with full-width signs as usual ones, quotes alike, in small letters; each sign
    stays at its place."""
    return "".join(map(_narrow, text)).translate(_QUOTES)


def _narrow(sign: str) -> str:
    for changed in (unicodedata.normalize("NFKC", sign).casefold(), sign.casefold()):
        if len(changed) == 1:
            return changed
    return sign


def expression_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds the longest of the words; one that ends in a letter ends there."""
    ranked = sorted({narrow(word) for word in words}, key=len, reverse=True)
    return re.compile("|".join(map(_pattern, ranked)) or r"(?!)")


def _pattern(word: str) -> str:
    pattern = re.escape(word).replace(r"\ ", r"\s+")
    return pattern + r"(?![0-9a-z_])" if _ASCII.match(word[-1:]) else pattern


class Table:
    """Words by meaning, ready to be found."""

    def __init__(self, words: Words) -> None:
        self.meanings = {
            narrow(word): meaning
            for meaning, languages in words.items()
            for several in languages
            for word in several
        }
        self.pattern = expression_of(self.meanings)

    def meaning(self, found: str) -> str:
        return self.meanings[" ".join(found.split())]


class Scanner:
    """A place in a text. What is asked for is taken if it stands there, and blanks before it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = narrow(text)
        self.at = 0

    def skip(self) -> None:
        blank = _BLANK.match(self.plain, self.at)
        self.at = blank.end() if blank else self.at

    @property
    def over(self) -> bool:
        self.skip()
        return self.at >= len(self.plain)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self.skip()
        found = pattern.match(self.plain, self.at)
        if found is None or not found[0]:
            return None
        self.at = found.end()
        return found

    def word(self, table: Table) -> str | None:
        """The meaning of a word of a table."""
        found = self.take(table.pattern)
        return table.meaning(found[0]) if found else None

    def sees(self, *attempts: Callable[[], object]) -> bool:
        """Whether one of them would find something here; nothing is taken."""
        here = self.at
        for attempt in attempts:
            found = attempt()
            self.at = here
            if found is not None and found is not False:
                return True
        return False

    def sign(self, signs: str) -> bool:
        self.skip()
        if self.at < len(self.plain) and self.plain[self.at] in signs:
            self.at += 1
            return True
        return False

    def number(self) -> str | None:
        """Digits, perhaps with a fraction; 1万 is 10000."""
        found = self.take(_NUMBER)
        if found is None:
            return None
        digits = found[0].replace(",", "")
        if self.plain.startswith("万", self.at):
            self.at += 1
            whole, _, rest = digits.partition(".")
            digits = whole + rest.ljust(4, "0")
        return digits

    def days(self) -> int | None:
        """`90 days`, `3个月`: how many days that is; a number without a unit is left alone."""
        here = self.at
        number = self.take(_DIGITS)
        unit = self.take(_UNITS) if number else None
        if number is None or unit is None:
            self.at = here
            return None
        return int(number[0]) * UNIT_WORDS[unit[0]]

    def day(self) -> date | None:
        """2026-05-20, 2026年5月20日; refused if there is no such day."""
        here = self.at
        found = self.take(_DATE)
        if found is None:
            return None
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            self.at = here
            self.refuse("date")

    def money_sign(self) -> bool:
        return self.take(_MONEY_SIGN) is not None

    def counted(self) -> None:
        self.take(_COUNTED)

    def quoted(self) -> str | None:
        """What stands in quotes, as it was written."""
        self.skip()
        found = _QUOTED.match(self.plain, self.at)
        if found is None:
            return None
        self.at = found.end()
        inner = self.text[found.start(1) : found.end(1)]
        return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)

    def bare(self) -> str:
        """The next word as it was written, "" if there is none."""
        found = self.take(_WORD)
        return self.text[found.start() : found.end()] if found else ""

    def refuse(
        self, expected: str, known: Iterable[str] = (), near: str = "", fact: str = ""
    ) -> NoReturn:
        """Raises AudienceUnreadable for this place."""
        self.skip()
        rest = _WORD.match(self.plain, self.at)
        end = rest.end() if rest else self.at + 1
        raise AudienceUnreadable(
            before=self.text[: self.at].strip()[-60:],
            found=self.text[self.at : end][:40],
            place=min(self.at, len(self.text)) + 1,
            expected=expected,
            known=nearest(near, known),
            fact=fact,
        )


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Some of what there is, what is most like the word first."""
    names = list(dict.fromkeys(known))
    narrowed: Mapping[str, str] = {narrow(name): name for name in reversed(names)}
    asked = narrow(word)
    like = get_close_matches(asked, narrowed, _MOST_KNOWN, 0.5) if asked else []
    holding = [one for one in narrowed if asked and (asked in one or one in asked)]
    first = [narrowed[one] for one in dict.fromkeys((*like, *holding))]
    return tuple(dict.fromkeys((*first, *names)))[:_MOST_KNOWN]


_DIGITS: Final = re.compile(r"\d{1,6}")
_UNITS: Final = expression_of(UNIT_WORDS)
_MONEY_SIGN: Final = expression_of(MONEY)
_COUNTED: Final = expression_of(COUNTED)
