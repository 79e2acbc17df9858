"""How often a member comes, and the day on which their silence becomes unusual.

SEMANTICS: Care, win-back of the lapsing: silence is long for one who comes every week and short
for one who comes twice a year.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

GAPS: Final = 12
"""So many of the newest gaps between visits make the usual one."""

LEAST_GAPS: Final = 2
"""With fewer nobody knows what is usual."""

VISITS: Final = GAPS + 1


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A member's visits: the day of the last one, how many days the rhythm is made of (the newest
    VISITS at most), and the usual gap between two in days, None as long as there are too few."""

    member_id: int
    last_day: date
    visits: int
    gap_days: int | None = None
    due_day: date | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a silence has to be: `days`, or `percent` of the usual gap if that is longer."""

    days: int
    percent: int

    def ends(self, rhythm: Rhythm) -> date:
        """The day on which so much time has passed since the last visit."""
        usual = -(-(rhythm.gap_days or 0) * self.percent // 100)
        return rhythm.last_day + timedelta(days=max(self.days, usual))


def rhythm_of(member_id: int, days: Collection[date]) -> Rhythm | None:
    """The rhythm of somebody who was there on these days; None if they never were."""
    newest = sorted(set(days))[-VISITS:]
    if not newest:
        return None
    return Rhythm(member_id, newest[-1], len(newest), usual_gap(newest))


def usual_gap(days: Sequence[date]) -> int | None:
    """The median of the gaps between days in their order, in whole days rounded up."""
    gaps = sorted((b - a).days for a, b in pairwise(days))
    if len(gaps) < LEAST_GAPS:
        return None
    middle = len(gaps) // 2
    return gaps[middle] if len(gaps) % 2 else -(-(gaps[middle - 1] + gaps[middle]) // 2)


def next_due(rhythm: Rhythm, silences: Iterable[Silence], since: date) -> date | None:
    """The first day from `since` on on which one of the silences is reached; None if all were
    reached before: whoever was away for longer is not written to because a rule is new."""
    ends = (silence.ends(rhythm) for silence in silences)
    return min((day for day in ends if day >= since), default=None)
