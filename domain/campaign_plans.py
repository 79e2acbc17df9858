"""Plans of campaigns: goal, budget, gift, who is held out or gets which text, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from domain.campaign_plan_errors import (
    BudgetOutside,
    GiftOutside,
    GoalOutside,
    HeldShareOutside,
    HourOutside,
    VariantsUneven,
    WindowOutside,
)
from domain.dates import at_clock, local_day

MOST_HELD: Final = 50
"""Percent that may be held out at most."""
LONGEST_WINDOW: Final = 90
MOST_POINTS: Final = 100_000
LETTERS: Final = "ABCD"
MINUTES: Final = 24 * 60
BUCKETS: Final = 10_000
PRIME: Final = 2_147_483_647
"""2^31 - 1: a product of two smaller numbers fits into 63 bits, so databases compute it, too."""


class GoalKind(StrEnum):
    """What a campaign is to bring: members who follow a link or use the gift, purchases, money
    (minor units), or members who buy."""

    CLICKED = "clicked"
    REDEEMED = "redeemed"
    PURCHASES = "purchases"
    REVENUE = "revenue"
    MEMBERS = "members"


class TimingKind(StrEnum):
    """When each member gets it: at once, at an hour of their own day, or at the hour at which
    they are usually there."""

    AT_ONCE = "at_once"
    LOCAL_HOUR = "local_hour"
    USUAL_HOUR = "usual_hour"


@dataclass(frozen=True, slots=True)
class Goal:
    """So many of a kind within the window."""

    kind: GoalKind
    target: int


@dataclass(frozen=True, slots=True)
class Gift:
    """What everybody who is written to gets: points, or the voucher of the benefit with a key.

    `valid_days`: how long, today not counted (None: as always); `each_minor`: what one costs the
    club, in minor units (None: as services.campaign_gifts reckons).
    """

    points: int = 0
    benefit_key: str = ""
    valid_days: int | None = None
    each_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """When each member gets it. `minute` of the local day; for the usual hour: of those of whom
    none is known. The moment at which the campaign begins is not part of it."""

    kind: TimingKind = TimingKind.AT_ONCE
    minute: int = 10 * 60


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign has beside words, audience and moment.

    `budget_minor`: minor units that its gifts may cost (None: no limit); `held_percent`: how many
    of a hundred get nothing, to compare with; `window_days`: so long after its message a
    purchase counts.
    """

    goal: Goal | None = None
    budget_minor: int | None = None
    gift: Gift | None = None
    held_percent: int = 0
    timing: Timing = field(default_factory=Timing)
    window_days: int = 7

    def dump(self) -> dict[str, Any]:
        """The plan in plain values; {} for one that says nothing."""
        data: dict[str, Any] = {}
        if self.goal is not None:
            data["goal"] = {"kind": str(self.goal.kind), "target": self.goal.target}
        if self.budget_minor is not None:
            data["budget_minor"] = self.budget_minor
        if self.gift is not None:
            data["gift"] = _dumped(self.gift)
        if self.held_percent:
            data["held_percent"] = self.held_percent
        if self.timing != Timing():
            data["timing"] = {"kind": str(self.timing.kind), "minute": self.timing.minute}
        if self.window_days != Plan.__dataclass_fields__["window_days"].default:
            data["window_days"] = self.window_days
        return data


def load_plan(data: Mapping[str, Any] | None) -> Plan:
    """The plan that `dump` wrote."""
    found = data or {}
    goal, gift, timing = found.get("goal"), found.get("gift"), found.get("timing")
    return Plan(
        goal=Goal(GoalKind(goal["kind"]), int(goal["target"])) if goal else None,
        budget_minor=found.get("budget_minor"),
        gift=Gift(**gift) if gift else None,
        held_percent=int(found.get("held_percent", 0)),
        timing=Timing(TimingKind(timing["kind"]), int(timing["minute"])) if timing else Timing(),
        window_days=int(found.get("window_days", 7)),
    )


def _dumped(gift: Gift) -> dict[str, Any]:
    values = {
        "points": gift.points,
        "benefit_key": gift.benefit_key,
        "valid_days": gift.valid_days,
        "each_minor": gift.each_minor,
    }
    return {name: value for name, value in values.items() if value}


def check_plan(plan: Plan) -> None:
    """Raises GoalOutside, BudgetOutside, GiftOutside, HeldShareOutside, HourOutside,
    WindowOutside."""
    if plan.goal is not None and plan.goal.target <= 0:
        raise GoalOutside()
    if plan.budget_minor is not None and plan.budget_minor < 0:
        raise BudgetOutside()
    if plan.gift is not None:
        _check_gift(plan.gift)
    if not 0 <= plan.held_percent <= MOST_HELD:
        raise HeldShareOutside(plan.held_percent, MOST_HELD)
    if not 0 <= plan.timing.minute < MINUTES:
        raise HourOutside()
    if not 1 <= plan.window_days <= LONGEST_WINDOW:
        raise WindowOutside(plan.window_days, LONGEST_WINDOW)


def _check_gift(gift: Gift) -> None:
    one = bool(gift.points) != bool(gift.benefit_key)
    lasting = gift.valid_days is None or 0 <= gift.valid_days <= 3650
    if not one or not 0 <= gift.points <= MOST_POINTS or not lasting or (gift.each_minor or 0) < 0:
        raise GiftOutside(MOST_POINTS)


# -- who falls where ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Split:
    """Who falls where: buckets below `held` get nothing, then each letter up to its bound
    (exclusive). No letters: one text for all."""

    held: int
    bounds: tuple[tuple[str, int], ...]

    def of(self, number: int) -> tuple[str, bool]:
        """The letter of a bucket ("" for one text), and whether it is held out."""
        if number < self.held:
            return "", True
        return next((letter for letter, upper in self.bounds if number < upper), ""), False


def factors(salt: int) -> tuple[int, int]:
    """The two numbers by which a salt scatters members."""
    return 1 + salt % (PRIME - 1), salt // PRIME % PRIME


def bucket(member_id: int, salt: int) -> int:
    """Where a member falls, 0..9999: the same for the same salt, whoever computes it."""
    a, b = factors(salt)
    return ((member_id % PRIME) * a + b) % PRIME % BUCKETS


def split(held_percent: int, shares: Sequence[tuple[str, int]]) -> Split:
    """Held out first, then the letters by their shares in percent of those who get one."""
    held = BUCKETS * held_percent // 100
    bounds, upto = [], 0
    for letter, share in shares:
        upto += share
        bounds.append((letter, held + (BUCKETS - held) * upto // 100))
    return Split(held, tuple(bounds))


def check_shares(shares: Sequence[tuple[str, int]]) -> None:
    """Two to four letters from A on, whole percents that make a hundred; none at all is one text
    for all. Raises VariantsUneven."""
    letters = "".join(letter for letter, _ in shares)
    if not shares:
        return
    whole = sum(share for _, share in shares) == 100 and all(share > 0 for _, share in shares)
    if len(shares) < 2 or not LETTERS.startswith(letters) or not whole:
        raise VariantsUneven(len(LETTERS))


# -- when -----------------------------------------------------------------------------------


def next_at(now: datetime, zone: str, minute: int) -> datetime:
    """The first moment from `now` on at which the clocks of a zone show a minute of the day; a
    time that they leave out is the first one after the gap, of one that comes twice the first."""
    day = local_day(now, zone)
    at = at_clock(day, minute, zone)
    return at if at >= now else at_clock(day + timedelta(days=1), minute, zone)
