"""What readers of audiences must know of the club: names of levels, tags, surveys and the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a survey: its answers by the names they are known by; numbers if `numeric`."""

    key: str
    answers: Mapping[str, str]
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey and its questions by the names they are known by (in small letters)."""

    key: str
    questions: Mapping[str, Asked] = field(default_factory=dict)
    anonymous: bool = False


class Lexicon(Protocol):
    """What there is in the club, by the names that people write."""

    @property
    def digits(self) -> int:
        """How many digits the minor unit of its money has."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Keys of levels, the lowest first."""

    def names(self, fact: str) -> Mapping[str, tuple[str, ...]]:
        """The values of a fact by every name they are known by: one key, several where a name
        has several spellings."""

    def surveys(self) -> Mapping[str, Survey]:
        """Surveys by every name they are known by."""
