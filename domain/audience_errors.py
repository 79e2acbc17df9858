"""Why an audience cannot be read or used."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class AudienceEmpty(Refused):
    """Nothing was written."""

    code: ClassVar[str] = "audience.empty"


@dataclass(eq=False)
class AudienceUnreadable(Refused):
    """A text is no audience. `before`: what was understood up to there, `found`: what stands at
    the place ("" at the end), counted from 1 in `place`; `expected`: what could have stood there
    (a name of templates), `known`: what there is, the nearest first, `fact`: what it is about."""

    before: str
    found: str
    place: int
    expected: str
    known: tuple[str, ...] = ()
    fact: str = ""
    code: ClassVar[str] = "audience.unreadable"


@dataclass(eq=False)
class AudienceTooLarge(Refused):
    """`what`: `text` (characters), `depth` (of brackets), `conditions` or `values`."""

    what: str
    most: int
    code: ClassVar[str] = "audience.too_large"


@dataclass(eq=False)
class AudienceBroken(Refused):
    """What is kept is no expression that this version knows. `part`: what of it is not."""

    part: str
    code: ClassVar[str] = "audience.broken"


@dataclass(eq=False)
class AudienceLoop(Refused):
    """A saved audience would be part of itself. `names`: by which way."""

    names: tuple[str, ...]
    code: ClassVar[str] = "audience.loop"


@dataclass(eq=False)
class AudienceGone(Refused):
    """A saved audience that an expression names is not there any more."""

    name: str
    code: ClassVar[str] = "audience.gone"


@dataclass(eq=False)
class SurveyIsAnonymous(Refused):
    """Nobody is found by what they said in an anonymous survey."""

    survey: str
    code: ClassVar[str] = "audience.anonymous"
