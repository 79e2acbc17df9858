"""What people type: cleaned of what no database and no chat can keep, and bounded."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from domain.refusals import BadText


def check_text(text: str, longest: int) -> str:
    """The text without control characters and broken letters, trimmed.

    Raises BadText (`empty`, `too_long`).
    """
    kept = "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn")
    ).strip()
    if not any(c.isalnum() or unicodedata.category(c) == "So" for c in kept):
        raise BadText("empty", longest)
    if len(kept) > longest:
        raise BadText("too_long", longest)
    return kept


_SIGNS: Final = set("\"'“”「」『』,，、;；()（）<>=|\n\r\t\x00")


def plain_name(text: str, longest: int) -> str:
    """A name that people give, on one line with single blanks; "" for one that is empty, too long
    or holds signs of the language of audiences, which could not name it then."""
    name = " ".join(text.split())
    return "" if len(name) > longest or _SIGNS & set(name) else name


def has_phrase(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase, however wide or tall it is written; one of Latin letters or
    digits only as whole words: `sue` is not in `issue`, nor `12315` in `9912315`."""
    pattern = _pattern(phrase)
    return pattern is not None and pattern.search(_folded(text)) is not None


@lru_cache(maxsize=1024)
def _pattern(phrase: str) -> re.Pattern[str] | None:
    found = _folded(phrase)
    if not found:
        return None
    begin = r"(?<![a-z0-9])" if found[0].isascii() and found[0].isalnum() else ""
    end = r"(?![a-z0-9])" if found[-1].isascii() and found[-1].isalnum() else ""
    return re.compile(begin + re.escape(found) + end)


@lru_cache(maxsize=64)
def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
