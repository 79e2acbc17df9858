"""The dry run of changed rules: the club's own past replayed under the old and the new ones.

Members are read in chunks, each in a unit of its own, so that the running club is not disturbed;
nothing is written. Points of other sources than purchases are those that the rules name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import ClassVar, Final, TypeVar

from domain.dates import first_of_month, local_day
from domain.doings import Doing, Person
from domain.errors import Refused
from domain.levels import rank
from domain.members import mask_name
from domain.programme import Programme
from domain.replaying import Replay, Replayed
from services import lunar
from services.ports import Work
from services.ports.replays import Asked, Lived

MEMBERS_AT_ONCE: Final = 100
K = TypeVar("K")


@dataclass(eq=False)
class OtherCurrency(Refused):
    """The past is in money that the new rules do not count."""

    currency: str
    expected: str
    code: ClassVar[str] = "simulation.currency"


@dataclass(frozen=True, slots=True)
class Line:
    """One member before and after; `step` is 1 for who rises, -1 for who falls, else 0."""

    number: str
    name: str
    level_before: str
    level_after: str
    points_before: int
    points_after: int
    step: int


@dataclass(frozen=True, slots=True)
class Month:
    """The points of one month under both rules; `day` is its first."""

    day: date
    before: int
    after: int


@dataclass(slots=True)
class Totals:
    """What is known so far."""

    members: int = 0
    doings: int = 0
    risen: int = 0
    fallen: int = 0
    before: dict[int, int] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)
    levels_before: dict[str, int] = field(default_factory=dict)
    levels_after: dict[str, int] = field(default_factory=dict)

    def months(self) -> list[Month]:
        """Every month with points, the oldest first."""
        known = sorted({**self.before, **self.after})
        return [
            Month(first_of_month(n), self.before.get(n, 0), self.after.get(n, 0)) for n in known
        ]


@dataclass(frozen=True, slots=True)
class Worth:
    """What points have been worth when bills were paid with them: minor units for points."""

    points: int
    minor: int

    def of(self, points: int) -> int | None:
        """Minor units for so many points, rounded down; None if none were ever paid with."""
        return points * self.minor // self.points if self.points else None


class Simulation:
    """Replays all members under two programmes; `step` after `step` until there are no more."""

    def __init__(
        self, before: Programme, after: Programme, first: date | None, last: date
    ) -> None:
        """Points are counted from `first` (None: ever) to `last`, and levels as of the end of
        `last`. Raises OtherCurrency."""
        if before.currency != after.currency:
            raise OtherCurrency(after.currency, before.currency)
        self.before, self.after = before, after
        self.first, self.last = first, last
        self.totals = Totals()
        self._old, self._new = Replay(before, first, last), Replay(after, first, last)

    def step(self, work: Work, after: int, most: int = MEMBERS_AT_ONCE) -> tuple[int, list[Line]]:
        """The next members: the id to go on after (0 at the end) and a line for each."""
        members = work.replays.members(after, most)
        old = work.replays.doings(members, self._asked(self.before))
        same = self.before.zone == self.after.zone
        new = old if same else work.replays.doings(members, self._asked(self.after))
        lines = [self._member(one, old[one.id], new[one.id]) for one in members]
        return (members[-1].id if len(members) == most else 0), lines

    def _asked(self, programme: Programme) -> Asked:
        both = (self.before, self.after)
        rules = [rule for p in both for group in p.earning.groups for rule in group.rules]
        return Asked(
            programme.zone,
            self.last,
            any(rule.when.categories for rule in rules),
            any(p.earning.caps.holding is not None for p in both),
        )

    def _member(self, member: Lived, old: Sequence[Doing], new: Sequence[Doing]) -> Line:
        before = self._old.run(_person(member, self.before.zone), old)
        after = self._new.run(_person(member, self.after.zone), new)
        step = self._step(before, after)
        self._add(before, after, len(old), step)
        return Line(
            member.number,
            mask_name(member.name or ""),
            before.level,
            after.level,
            before.points,
            after.points,
            step,
        )

    def _step(self, before: Replayed, after: Replayed) -> int:
        """A level that the new ladder knows too is compared there, else by its place."""
        ladder = self.after.levels
        known = any(level.is_called(before.level) for level in ladder)
        was = rank(ladder if known else self.before.levels, before.level)
        now = rank(ladder, after.level)
        return (now > was) - (now < was)

    def _add(self, before: Replayed, after: Replayed, doings: int, step: int) -> None:
        totals = self.totals
        totals.members += 1
        totals.doings += doings
        totals.risen += step > 0
        totals.fallen += step < 0
        _sum(totals.before, before.by_month)
        _sum(totals.after, after.by_month)
        _sum(totals.levels_before, {before.level: 1})
        _sum(totals.levels_after, {after.level: 1})


def worth(work: Work) -> Worth:
    """What points have been worth so far."""
    return Worth(*work.replays.paid_with_points())


def _person(member: Lived, zone: str) -> Person:
    month = member.birth_month
    by_the_moon = partial(lunar.is_month, month=month, lunar=True) if member.birth_lunar else None
    return Person(member.id, local_day(member.joined_at, zone), month, by_the_moon)


def _sum(sums: dict[K, int], more: Mapping[K, int]) -> None:
    for key, value in more.items():
        sums[key] = sums.get(key, 0) + value
