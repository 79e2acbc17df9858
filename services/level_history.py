"""What happened to a member's level, in pages, and what the club gives to each level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.dates import local_day
from domain.programme import Names
from domain.standings import Event
from services.ports import Work
from services.ports.points import LevelStep

SIZE: Final = 8
EVERYTHING: Final = 10**6


@dataclass(frozen=True, slots=True)
class Line:
    """One event on a local day of the club; `until` is the last day of the level, if it ends."""

    day: date
    event: Event
    level: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines from the `start`-th on, newest first; `older` is where the next page starts, 0 if
    there is none."""

    lines: tuple[Line, ...]
    start: int
    older: int


def page(work: Work, member_id: int, start: int, *, size: int = SIZE) -> Page:
    """A page of the member's level history. SEMANTICS: Levels."""
    zone = work.programmes.current().zone
    steps = work.levels.changes(member_id)
    start = start if start < len(steps) else 0
    shown = steps[start : start + size]
    older = start + size if start + size < len(steps) else 0
    return Page(tuple(_line(step, zone) for step in shown), start, older)


def _line(step: LevelStep, zone: str) -> Line:
    event = Event(step.event)
    over = event in (Event.ENDED, Event.LEFT)
    level = step.from_level if over else step.to_level
    return Line(local_day(step.at, zone), event, level, step.until)


def benefits_by_level(work: Work, now: datetime) -> dict[str, tuple[Names, ...]]:
    """The benefits that only certain levels may have, by level."""
    found: dict[str, tuple[Names, ...]] = {}
    for benefit in work.benefits.all():
        if benefit.visible(now):
            for level in benefit.levels:
                found[level] = (*found.get(level, ()), benefit.names)
    return found
