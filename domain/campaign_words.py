"""What an operator writes for many: how long it may be, and the buttons under it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import ClassVar, Final

from domain.campaigns import LONGEST, BroadcastTooLong
from domain.errors import Refused
from domain.wordings import LONGEST_LABEL, ButtonRows, WordingButton

LONGEST_PICTURED: Final = 900
"""Characters of a text under a picture: a caption has 1,024, and the way out needs some."""
MOST_BUTTONS: Final = 8
_VALUE: Final = re.compile(r"{{.*?}}|{%.*?%}")
_TAG: Final = re.compile(r"<[^<>]*>")
_BAR: Final = re.compile(r"\s*[|｜]\s*")
_SLASH: Final = re.compile(r"\s*[/／]\s*")
_LINK: Final = re.compile(r"https?://[^\s/|<>\"]+\.[^\s|<>\"]+")


@dataclass(eq=False)
class CaptionTooLong(BroadcastTooLong):
    """With a picture the text is its caption, which is shorter."""

    code: ClassVar[str] = "broadcast.too_long_pictured"


@dataclass(eq=False)
class ButtonUnreadable(Refused):
    """A line that gives no button. `why`: form, label, link or many."""

    line: int
    text: str
    why: str
    longest: int = LONGEST_LABEL
    most: int = MOST_BUTTONS
    code: ClassVar[str] = "broadcast.bad_button"


@dataclass(eq=False)
class NotYourDraft(Refused):
    """Only its author changes a draft."""

    code: ClassVar[str] = "broadcast.not_yours"


@dataclass(eq=False)
class WordsNotTried(Refused):
    """They could not be tried before saving, so nothing was saved."""

    code: ClassVar[str] = "broadcast.not_tried"


@dataclass(eq=False)
class TooManyForChat(Refused):
    """More recipients than a file in the chat takes; the command line has no limit."""

    most: int
    campaign: str
    code: ClassVar[str] = "broadcast.too_many"


def plain(marked: str) -> str:
    """A text without its markup."""
    return unescape(_TAG.sub("", marked))


def about(marked: str, longest: int = 40) -> str:
    """The beginning of a text, by which people know it again; not the name that it begins with."""
    line = " ".join(plain(_VALUE.sub("…", marked)).split())
    line = line.lstrip("…，、！：,!: ") or line
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def length(marked: str) -> int:
    """How long a text is without its markup, in UTF-16 units, as platforms count."""
    return len(plain(marked).encode("utf-16-le", "surrogatepass")) // 2


def check_lengths(texts: Mapping[str, str], *, pictured: bool) -> None:
    """Raises BroadcastTooLong or CaptionTooLong: it is one message always."""
    for text in texts.values():
        if pictured and length(text) > LONGEST_PICTURED:
            raise CaptionTooLong(length(text), LONGEST_PICTURED)
        if length(text) > LONGEST:
            raise BroadcastTooLong(length(text), LONGEST)


def read_links(text: str, room: int = MOST_BUTTONS) -> tuple[WordingButton, ...]:
    """Buttons that are links, one a line: `name | https://…`, or `名称 / name | https://…`.

    Raises ButtonUnreadable, with the line, for the first that is not.
    """
    lines = [(at, line.strip()) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ButtonUnreadable(1, "", "form")
    found = tuple(_link(at, line) for at, line in lines)
    if len(found) > room:
        raise ButtonUnreadable(lines[room][0], lines[room][1][:60], "many")
    return found


def _link(at: int, line: str) -> WordingButton:
    parts = _BAR.split(line)
    if len(parts) != 2:
        raise ButtonUnreadable(at, line[:60], "form")
    names, url = _SLASH.split(parts[0]), parts[1]
    if len(names) > 2 or not all(0 < len(name) <= LONGEST_LABEL for name in names):
        raise ButtonUnreadable(at, line[:60], "label")
    if not _LINK.fullmatch(url) or len(url) > 500:
        raise ButtonUnreadable(at, line[:60], "link")
    return WordingButton({"zh": names[0], "en": names[-1]}, url=url)


def flat(rows: ButtonRows) -> tuple[WordingButton, ...]:
    """Buttons without their rows."""
    return tuple(button for row in rows for button in row)
