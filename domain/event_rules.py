"""The rules of one event: guests, waiting list, deposit, reminders, and what comes afterwards."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

DAY_MINUTES: Final = 1440
MOST_GUESTS: Final = 20
MOST_REMINDERS: Final = 5
LONGEST_REMINDER: Final = 60 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Rules:
    """`guests`: whom a member may bring beside themselves. `waits`: a full event has a waiting
    list; a seat that comes free is offered for `offer_minutes`, to the levels of `first` before
    the others. `reminders`: minutes before the start. Answers may change until `closes_minutes`
    before it; who says no later than `return_minutes` before it loses the deposit. Staff check
    in from `opens_minutes` before it; `walk_ins`: also members who have said nothing.
    `map_url` leads to the place; `promotion`: key of the programme's promotion that the text
    names; `thanks`: texts per language for those who came, `survey`: what they are asked
    afterwards. `ahead`: so many events of a series are always planned."""

    guests: int = 0
    waits: bool = True
    offer_minutes: int = 120
    first: tuple[str, ...] = ()
    reminders: tuple[int, ...] = (DAY_MINUTES,)
    closes_minutes: int = 0
    return_minutes: int = DAY_MINUTES
    opens_minutes: int = 120
    walk_ins: bool = True
    map_url: str = ""
    promotion: str = ""
    thanks: Mapping[str, str] = field(default_factory=dict)
    survey: str = ""
    ahead: int = 0

    def dump(self) -> dict[str, Any]:
        """As JSON keeps it."""
        found = asdict(self)
        return {**found, "first": list(self.first), "reminders": list(self.reminders)}


def load_rules(data: Mapping[str, Any]) -> Rules:
    """What `dump` wrote; what an earlier version did not know is as usual."""
    known = {name: data[name] for name in Rules.__dataclass_fields__ if name in data}
    for name in ("first", "reminders"):
        if name in known:
            known[name] = tuple(known[name])
    return Rules(**known)
