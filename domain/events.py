"""Events: what is on, and what somebody answered to an invitation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Answer(StrEnum):
    """NONE: invited, nothing said yet."""

    NONE = ""
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


GIVEN = (Answer.YES, Answer.MAYBE, Answer.NO)


@dataclass(frozen=True, slots=True)
class Event:
    """`starts_at` is an instant, shown in `zone`; `capacity` seats (None: unlimited), `taken`
    of them. `open_to_all`: members may come without an invitation."""

    id: int
    key: str
    names: Mapping[str, str]
    place: Mapping[str, str]
    zone: str
    starts_at: datetime
    texts: Mapping[str, str] = field(default_factory=dict)
    ends_at: datetime | None = None
    capacity: int | None = None
    taken: int = 0
    open_to_all: bool = False
    cancelled_at: datetime | None = None

    @property
    def left(self) -> int | None:
        """Seats that are free, None where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    def over(self, now: datetime) -> bool:
        return now >= (self.ends_at or self.starts_at)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A member's place in an event; `invited` is False for who came by themselves."""

    id: int
    event_id: int
    member_id: int
    answer: Answer
    invited: bool = True
