"""Refusals about levels that are given by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class LevelUnknown(Refused):
    """`levels`: the levels there are, for the answer to name them."""

    level: str
    levels: tuple[str, ...]
    code: ClassVar[str] = "level.unknown"


@dataclass(eq=False)
class LevelNotHigher(Refused):
    """The member has reached `names` by themselves, which is higher than what is to be given."""

    names: Mapping[str, str]
    code: ClassVar[str] = "level.not_higher"


@dataclass(eq=False)
class BadLevelEnd(Refused):
    """A last day that cannot be read as a date."""

    text: str
    code: ClassVar[str] = "level.bad_end"


@dataclass(eq=False)
class LevelEndPast(Refused):
    day: date
    code: ClassVar[str] = "level.end_past"


@dataclass(eq=False)
class LevelEndFar(Refused):
    """A level is given for `years` at most; what is meant for longer is given again."""

    day: date
    years: int
    code: ClassVar[str] = "level.end_far"


@dataclass(eq=False)
class LevelsLost(Refused):
    """Members may hold these levels, and a new ladder says nothing of them."""

    levels: tuple[str, ...]
    code: ClassVar[str] = "programme.levels_lost"


@dataclass(eq=False)
class NothingGiven(Refused):
    """The member has no level that was given by hand."""

    code: ClassVar[str] = "level.nothing_given"
