"""Refusals of what staff do with rounds of surveys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class WaveClosed(Refused):
    """It is over, or waits for a decision: nothing of it can be sent or closed."""

    names: Mapping[str, str]
    code: ClassVar[str] = "survey_post.closed"


@dataclass(eq=False)
class WaveFollowed(Refused):
    """A later round is open already: one of a survey at a time, so this one gets no more time."""

    names: Mapping[str, str]
    code: ClassVar[str] = "survey_post.followed"


@dataclass(eq=False)
class NothingToDecide(Refused):
    """Its few answers were decided on already."""

    names: Mapping[str, str]
    code: ClassVar[str] = "survey_post.decided"
