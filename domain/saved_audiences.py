"""Audiences that operators have given a name: what they may be called, and why one is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from domain.errors import Refused
from domain.texts import plain_name

LONGEST_NAME: Final = 40
MOST_SAVED: Final = 500


@dataclass(frozen=True, slots=True)
class SavedAudience:
    """An expression with a name. `members`: how many were in it at `counted_at`. Who enters and
    leaves a `followed` one is written down; who is in it carries `tag` ("": none)."""

    id: int
    name: str
    expression: Any
    written: str
    tag: str
    followed: bool
    members: int | None
    counted_at: datetime | None
    made_by: int | None
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class DayMoves:
    """How many entered and left an audience on a local day (as date.toordinal counts)."""

    day: int
    entered: int
    left: int


@dataclass(eq=False)
class AudienceNameUnreadable(Refused):
    text: str
    longest: int = LONGEST_NAME
    code: ClassVar[str] = "segment.name_unreadable"


@dataclass(eq=False)
class AudienceNameTaken(Refused):
    name: str
    code: ClassVar[str] = "segment.name_taken"


@dataclass(eq=False)
class AudienceNotSaved(Refused):
    """There is no saved audience of that name. `known`: some that there are."""

    name: str
    known: tuple[str, ...] = ()
    code: ClassVar[str] = "segment.not_found"


@dataclass(eq=False)
class AudienceInUse(Refused):
    """Another saved audience, or a campaign on its way, is made of it."""

    name: str
    by: tuple[str, ...]
    code: ClassVar[str] = "segment.in_use"


@dataclass(eq=False)
class TagGivenTwice(Refused):
    """Another saved audience gives that tag already."""

    tag: str
    name: str
    code: ClassVar[str] = "segment.tag_given_twice"


@dataclass(eq=False)
class TagOfItself(Refused):
    """The audience would be made of the tag that it gives."""

    tag: str
    code: ClassVar[str] = "segment.tag_of_itself"


@dataclass(eq=False)
class TooManySaved(Refused):
    most: int = MOST_SAVED
    code: ClassVar[str] = "segment.too_many"


def read_name(text: str) -> str:
    """The name as it is kept: one line, blanks made single. Raises AudienceNameUnreadable."""
    name = plain_name(text, LONGEST_NAME)
    if not name:
        raise AudienceNameUnreadable(text[:60])
    return name
