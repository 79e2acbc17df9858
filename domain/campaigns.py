"""Campaigns: their states and what a text for many may be."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from domain.errors import Refused

LONGEST: Final = 3500  # characters; with the way out it stays one message on every platform
SAME_REFUSALS: Final = 5  # DESIGN decision 12: after so many equal ones a campaign pauses


class CampaignState(StrEnum):
    """SEMANTICS: Campaigns. A broadcast needs no approval, so it begins running."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(eq=False)
class BroadcastEmpty(Refused):
    code: ClassVar[str] = "broadcast.empty"


@dataclass(eq=False)
class BroadcastTooLong(Refused):
    length: int
    longest: int
    code: ClassVar[str] = "broadcast.too_long"


@dataclass(eq=False)
class BroadcastForNobody(Refused):
    """Nobody who could get it has agreed to promotions."""

    code: ClassVar[str] = "broadcast.nobody"


@dataclass(eq=False)
class CampaignOver(Refused):
    """It has ended, so it can no longer be stopped."""

    state: str
    code: ClassVar[str] = "broadcast.over"


def check_text(text: str) -> str:
    """The text as it will be sent; raises BroadcastEmpty, BroadcastTooLong."""
    clean = text.replace("\x00", "").strip()
    if not clean:
        raise BroadcastEmpty()
    if len(clean) > LONGEST:
        raise BroadcastTooLong(len(clean), LONGEST)
    return clean
