"""Tags of members: what a tag may be called, and how many one member carries."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from domain.errors import Refused
from domain.texts import plain_name

LONGEST_TAG: Final = 30
MOST_TAGS: Final = 30
"""By hand, for one member."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a member carries, by hand or because of a saved audience."""

    name: str
    by_rule: bool
    at: datetime


@dataclass(eq=False)
class TagUnreadable(Refused):
    """Empty, too long, or with signs that the language of audiences uses itself."""

    text: str
    longest: int = LONGEST_TAG
    code: ClassVar[str] = "tag.unreadable"


@dataclass(eq=False)
class TooManyTags(Refused):
    """The member carries as many as one may."""

    most: int = MOST_TAGS
    code: ClassVar[str] = "tag.too_many"


@dataclass(eq=False)
class TagOfRule(Refused):
    """The member carries the tag because of a saved audience, so that it cannot be taken away."""

    name: str
    code: ClassVar[str] = "tag.of_rule"


@dataclass(eq=False)
class TagUnknown(Refused):
    """Nobody carries it by hand."""

    name: str
    code: ClassVar[str] = "tag.unknown"


def read_tag(text: str) -> str:
    """The tag as it is kept: one line, blanks made single. Raises TagUnreadable."""
    name = plain_name(text.strip().lstrip("#＃"), LONGEST_TAG)
    if not name:
        raise TagUnreadable(text[:60])
    return name
