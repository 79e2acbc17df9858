"""The port of what was told of tickets' deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.deadlines import Clock, Stage


@dataclass(frozen=True, slots=True)
class Horizon:
    """Deadlines of a clock and priority up to these are due at each stage."""

    clock: Clock
    priority: int
    remind: datetime
    escalate: datetime
    late: datetime


@dataclass(frozen=True, slots=True)
class Near:
    """A ticket whose deadline has come to a stage that nobody was told of."""

    ticket_id: int
    clock: Clock
    deadline: datetime
    stage: Stage


class Nudges(Protocol):
    """What was told of which deadline. Tickets that wait for their member or are done have
    none."""

    def any_clock(self) -> bool:
        """Whether any ticket has a deadline at all: a short look before the long ones."""

    def near(self, horizon: Horizon, most: int) -> list[Near]:
        """Deadlines within the horizon, the earliest first, each at its furthest stage."""

    def note(self, near: Near, now: datetime) -> bool:
        """Notes that it is told; False if it was before, or something further was."""

    def told(self, near: Near, stage: Stage) -> bool:
        """Whether that stage of the same deadline was told."""

    def first_after(self, clock: Clock, priority: int, after: datetime) -> datetime | None:
        """The next deadline of a clock and priority."""
