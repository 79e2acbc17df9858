"""Port of what nights compute of members: facts, classes, stages, and the nights themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from domain.insight_rules import Insight


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where classes begin. `r`, `f`, `m`: four cut points each (() if nobody bought anything
    within the window), those of `r` as days since the year 1; `least_a`, `least_b`: what A and B
    spend at least; `buyers` of the window."""

    buyers: int
    r: tuple[int, ...] = ()
    f: tuple[int, ...] = ()
    m: tuple[int, ...] = ()
    least_a: int = 0
    least_b: int = 0


@dataclass(frozen=True, slots=True)
class Night:
    """A night's work: its reference date, by which rules, how far it has come (`phase`, and the
    members up to `reached`), its cut points and how many members are in each class."""

    day: date
    phase: str
    rules: Insight
    began_at: datetime
    reached: int = 0
    cuts: Cuts | None = None
    counts: Mapping[str, Mapping[str, int]] | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberInsight:
    """What is known of a member. Money in minor units; None where they never bought."""

    member_id: int
    first_day: date | None
    last_day: date | None
    times: int
    frequency: int
    monetary: int
    r: int
    f: int
    m: int
    segment: str
    stage: str
    reason: str
    stage_since: date
    pyramid: str


@dataclass(frozen=True, slots=True)
class StageChange:
    """A member went from one stage to another on a day."""

    day: date
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Members with after < id ≤ upto."""

    after: int
    upto: int


class Insights(Protocol):
    """What nights compute; every step can be done again and changes nothing then."""

    def of(self, member_id: int) -> MemberInsight | None:
        """None as long as no night has seen them."""

    def history(self, member_id: int, most: int) -> list[StageChange]:
        """The newest first."""

    def categories(self, member_id: int, since: date, most: int) -> list[str]:
        """What they bought most often since a day."""

    def night(self, day: date) -> Night | None: ...

    def newest(self, upto: date | None = None, *, done: bool = True) -> Night | None:
        """The newest night, of those that are done or of all."""

    def keep(self, night: Night) -> None:
        """Writes down how far a night is."""

    def measure(self) -> None:
        """Lets the database count what it plans by: after an import it may not have yet."""

    def next_slice(self, after: int, most: int) -> Slice | None:
        """The next members by id, whatever their state; None after the last."""

    def gather(self, members: Slice, day: date, window_days: int) -> int:
        """Brings the facts of some members up to date and forgets those who left; how many rows
        were written."""

    def cuts(self, rules: Insight) -> Cuts:
        """The cut points of all; takes long among very many members."""

    def classify(self, members: Slice, night: Night, zone: str) -> int:
        """Puts some members into their classes and stages, and notes those who changed their
        stage; how many rows were written."""

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many members are in each class, stage and grade; takes long among very many."""

    def moved(self, since: date, upto: date) -> Sequence[tuple[str, str, int]]:
        """How many members went from which stage to which, after `since` up to `upto`."""


def plain_cuts(cuts: Cuts) -> dict[str, Any]:
    """Cut points as they are kept."""
    axes: dict[str, Any] = {name: list(getattr(cuts, name)) for name in ("r", "f", "m")}
    return {**axes, "buyers": cuts.buyers, "a": cuts.least_a, "b": cuts.least_b}


def cuts_of(plain: Mapping[str, Any]) -> Cuts:
    """Cut points as `plain_cuts` wrote them."""
    r, f, m = (tuple(plain[name]) for name in ("r", "f", "m"))
    return Cuts(plain["buyers"], r, f, m, plain["a"], plain["b"])
