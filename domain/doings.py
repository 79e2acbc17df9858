"""What a member did and what befell them, in the order of time, as a replay takes it.

Every doing has the moment `at` (milliseconds), an id, and the local day on which it counts.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple


class Person(NamedTuple):
    """What rules ask of a member beside what they did. `in_lunar_month` tells whether a day lies
    in the birthday's month of the Chinese calendar, for those who celebrate by it."""

    id: int
    joined_on: date
    birth_month: int | None
    in_lunar_month: Callable[[date], bool] | None = None

    def celebrates(self, day: date) -> bool:
        """Whether a day lies in the month of the birthday."""
        if self.in_lunar_month is not None:
            return self.in_lunar_month(day)
        return self.birth_month == day.month


class Sold(NamedTuple):
    """A purchase: what was paid in money, in minor units, and of it by category."""

    at: int
    id: int
    day: date
    store: str
    minor: int
    by_category: Mapping[str, int]
    waited: bool = False


class Brought(NamedTuple):
    """A purchase of the day `bought_on`, from before the club moved in: levels count it, its
    points came with a balance. `day` is when it came."""

    at: int
    id: int
    day: date
    bought_on: date
    minor: int


class Kept(NamedTuple):
    """What a refund leaves of the purchase with the id `of`."""

    at: int
    id: int
    day: date
    of: int
    minor: int
    by_category: Mapping[str, int]


class Given(NamedTuple):
    """Bonus points: `source` and `about` say what for, `points` how many it were; `streak` is the
    place of a check-in in its row."""

    at: int
    id: int
    day: date
    source: str
    about: str
    points: int
    streak: int = 0


class Moved(NamedTuple):
    """Points that were spent, expired, returned, adjusted … as it was: part of what is held."""

    at: int
    id: int
    day: date
    points: int


Doing = Sold | Brought | Kept | Given | Moved
