"""Refusals around how texts sound."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class NoMood(Refused):
    """Nobody has listened to the text yet, or it is gone."""

    code: ClassVar[str] = "mood.none"
