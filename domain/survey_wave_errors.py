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
class NothingToDecide(Refused):
    """Its few answers were decided on already."""

    names: Mapping[str, str]
    code: ClassVar[str] = "survey_post.decided"
