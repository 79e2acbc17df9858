"""Daily check-in (签到): what a day is worth by its place in the row, and what is ahead."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from domain.errors import Refused
from domain.ledger import Share
from domain.programme import CheckIn

WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Day:
    """One day on which a member checked in; `streak` counts the days in a row up to it."""

    id: int
    member_id: int
    day: date
    at: datetime
    streak: int
    points: int
    growth: int
    posting_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next day that gives more: `days` check-ins from now, so many points beside the day's."""

    days: int
    points: int


def shares(rules: CheckIn, streak: int, version: int) -> tuple[Share, ...]:
    """What the `streak`-th day in a row gives: the day's points, and those of every streak whose
    multiple it is; several add up."""
    day = (Share("checkin", version, "", rules.points),) if rules.points else ()
    return day + tuple(
        Share("streak", version, str(one.days), one.points)
        for one in rules.streaks
        if streak % one.days == 0
    )


def ahead(rules: CheckIn, streak: int) -> Ahead | None:
    """The next day that some streak gives more for; None if there are no streaks."""
    if not rules.streaks:
        return None
    days = min(one.days - streak % one.days for one in rules.streaks)
    then = streak + days
    return Ahead(days, sum(one.points for one in rules.streaks if then % one.days == 0))


@dataclass(eq=False)
class NoCheckIn(Refused):
    """The club has no check-in."""

    code: ClassVar[str] = "checkin.none"
