"""Refusals of operators' own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from domain.errors import Refused


@dataclass(frozen=True, slots=True)
class WordingFault:
    """What is wrong with a text. `place`: `zh`, `en`, `buttons` or `picture`; `line` from 1, 0
    where it is about the whole; `reason` a word that templates explain, `about` what it is about,
    `nearest` what was probably meant, `known` what there is."""

    place: str
    line: int
    reason: str
    about: str = ""
    nearest: str = ""
    known: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The fault as plain values for a text."""
        return {
            "place": self.place,
            "line": self.line,
            "reason": self.reason,
            "about": self.about,
            "nearest": self.nearest,
            "known": list(self.known),
        }


@dataclass(eq=False)
class WordingRefused(Refused):
    """Words that cannot be sent as they are; nothing was saved."""

    faults: tuple[WordingFault, ...]
    code: ClassVar[str] = "wording.refused"

    def data(self) -> dict[str, object]:
        return {"faults": [fault.data() for fault in self.faults]}


@dataclass(eq=False)
class NotReplaceable(Refused):
    """No message of that key, or one whose words are fixed."""

    key: str
    nearest: str = ""
    code: ClassVar[str] = "wording.not_replaceable"


def fault_of(data: Mapping[str, Any]) -> WordingFault:
    """The fault that `WordingFault.data` wrote."""
    return WordingFault(**{**data, "known": tuple(data.get("known", ()))})
