"""Events: what is on, what somebody answered to an invitation, and the seat they have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zlib import crc32

from domain.event_rules import Rules


class Answer(StrEnum):
    """NONE: invited, nothing said yet."""

    NONE = ""
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


GIVEN = (Answer.YES, Answer.MAYBE, Answer.NO)


class Place(StrEnum):
    """What somebody has of an event's seats: none, theirs, a place on the waiting list, or a
    seat that is kept for them until they say whether they want it."""

    NONE = ""
    SEATED = "seated"
    WAITING = "waiting"
    OFFERED = "offered"


HOLDING = (Place.SEATED, Place.OFFERED)
"""These count against the capacity."""


FEW = 10
"""So many free seats are counted one by one."""
LASTS = timedelta(hours=2)
"""So long an event lasts whose end nobody has said."""
AFTER = timedelta(hours=2)
"""So long after the end members may still be checked in."""


class EventState(StrEnum):
    """`over`: settled, no-shows are marked and deposits kept."""

    OPEN = "open"
    CANCELLED = "cancelled"
    OVER = "over"


class DepositState(StrEnum):
    """NONE: none was taken."""

    NONE = ""
    HELD = "held"
    RETURNED = "returned"
    FORFEITED = "forfeited"


@dataclass(frozen=True, slots=True)
class Event:
    """`starts_at` is an instant, shown in `zone`; `capacity` seats (None: unlimited), `taken`
    of them. `open_to_all`: members may come without an invitation; if any are named, of these
    `levels` and of these `stores`. `deposit`: points that are set aside for each member who says
    yes. `round` rises when time or place change, so that it is told once each. At `settled_at`
    no-shows were marked and thanks said, which `photos` go with."""

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
    levels: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    deposit: int = 0
    rules: Rules = field(default_factory=Rules)
    audience: Mapping[str, Any] = field(default_factory=dict)
    series: str = ""
    state: str = EventState.OPEN
    round: int = 0
    photos: tuple[Mapping[str, Any], ...] = ()
    settled_at: datetime | None = None

    @property
    def left(self) -> int | None:
        """Seats that are free, None where there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def face(self) -> str:
        """Stands for all that a card says of it to everybody; of many free seats only roughly how
        many there are, so that not every answer changes it."""
        said = (
            self.names,
            self.texts,
            self.place,
            self.starts_at,
            self.ends_at,
            self.rules.map_url,
        )
        sign = crc32(repr((*said, self.deposit, self.rules.guests)).encode())
        seats = self.left if self.left is None or self.left <= FEW else f"{self.left // FEW}0"
        return f"{self.state}:{sign:08x}:{seats}"

    @property
    def closes_at(self) -> datetime:
        """Until then answers may change."""
        return self.starts_at - timedelta(minutes=self.rules.closes_minutes)

    @property
    def opens_at(self) -> datetime:
        """From then on members are checked in."""
        return self.starts_at - timedelta(minutes=self.rules.opens_minutes)

    @property
    def returns_until(self) -> datetime:
        """Who says no until then gets the deposit back."""
        return self.starts_at - timedelta(minutes=self.rules.return_minutes)

    @property
    def end(self) -> datetime:
        """When it is over; nobody knows it of an event without an end, so it lasts a while."""
        return self.ends_at or self.starts_at + LASTS

    @property
    def door_until(self) -> datetime:
        """From then on nobody is checked in any more, and who did not come is a no-show."""
        return self.end + AFTER

    def reminded(self, now: datetime) -> int | None:
        """Of the reminders whose moment has come the last one, in minutes before the start."""
        ahead = (one for one in self.rules.reminders if now >= self.starts_at - _minutes(one))
        return min(ahead, default=None)

    def over(self, now: datetime) -> bool:
        return now >= self.end


@dataclass(frozen=True, slots=True)
class Invitation:
    """A member's part in an event; `invited` is False for who came by themselves. `guests` come
    along. `offered_until`: until then an offered seat is kept. `came`: how many came with whom was
    checked in at `attended_at`. `turn` rises with every change of the seat. `round`: the
    event's when they last said yes."""

    id: int
    event_id: int
    member_id: int
    answer: Answer
    invited: bool = True
    place: Place = Place.NONE
    guests: int = 0
    waiting_since: datetime | None = None
    rank: int = 0
    offered_until: datetime | None = None
    deposit: int = 0
    deposit_state: str = DepositState.NONE
    deposit_posting: int | None = None
    attended_at: datetime | None = None
    attended_by: int | None = None
    came: int = 0
    no_show: bool = False
    turn: int = 0
    round: int = 0

    def agreed(self, event: Event) -> bool:
        """Whether they said yes to the time and place that hold now; only then a deposit can be
        lost."""
        return self.round == event.round

    @property
    def party(self) -> int:
        """Seats they need."""
        return 1 + self.guests


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
