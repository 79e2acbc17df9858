"""The night's work on what members are worth, and how they change: facts, cut points, classes.

SEMANTICS: Insight. A night looks at its local day before. It goes through all members in short
slices, once for the facts and once for the classes; what takes long is only read, beside
everything else. Of nights that were missed only the newest is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.dates import local_day
from domain.insight_errors import InsightInFuture, InsightTooOld
from services.ports import Work
from services.ports.insight import Cuts, Night

SLICE: Final = 20_000
FACTS: Final = "facts"
CUTS: Final = "cuts"
CLASSES: Final = "classes"
COUNTS: Final = "counts"
DONE: Final = "done"
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was read at length for the next step, if it needs that."""

    cuts: Cuts | None = None
    counts: Mapping[str, Mapping[str, int]] | None = None


NOTHING: Final = Looked()


def reference(night: date) -> date:
    """The day that a night computes: the one before."""
    return night - DAY


def nothing_due(work: Work, day: date, now: datetime) -> bool:
    """Whether the insights of a reference day are there, or a later night's are due anyway."""
    if not work.programmes.newest():
        return True
    if local_day(now, work.programmes.current().zone) > day + DAY:
        return True
    newest = work.insight.newest()
    return newest is not None and newest.day >= day


def check(work: Work, day: date, now: datetime) -> None:
    """Raises InsightInFuture for a day to come, InsightTooOld for one before the newest night:
    what is kept of members would go back."""
    today = local_day(now, work.programmes.current().zone)
    if day > today:
        raise InsightInFuture(day, today)
    newest = work.insight.newest()
    if newest is not None and day < newest.day:
        raise InsightTooOld(day, newest.day)


def look(work: Work, day: date) -> Looked:
    """What the next step of a night has to know; reading this takes long among many members."""
    night = work.insight.night(day)
    if night is not None and night.phase == CUTS:
        return Looked(cuts=work.insight.cuts(night.rules))
    if night is not None and night.phase == COUNTS:
        return Looked(counts=work.insight.counts())
    return Looked()


def step(work: Work, day: date, now: datetime, looked: Looked, most: int = SLICE) -> bool:
    """Does some of a night's work; whether there is more. Doing it again changes nothing."""
    night = work.insight.night(day)
    if night is None or night.phase == DONE:
        rules = work.programmes.current().insight
        night = Night(day, FACTS, rules, now)
    further: Night = _PHASES[night.phase](work, night, now, looked, most)
    work.insight.keep(further)
    return further.phase != DONE


def _facts(work: Work, night: Night, now: datetime, looked: Looked, most: int) -> Night:
    members = work.insight.next_slice(night.reached, most)
    if (members is None or not night.reached) and work.insight.newest() is None:
        # Before the first night nothing is known of what is read, nor after it of what it wrote;
        # later autovacuum keeps both, and few rows change.
        work.insight.measure()
    if members is None:
        return replace(night, phase=CUTS, reached=0)
    work.insight.gather(members, night.day, night.rules.window_days)
    return replace(night, reached=members.upto)


def _cuts(work: Work, night: Night, now: datetime, looked: Looked, most: int) -> Night:
    return night if looked.cuts is None else replace(night, phase=CLASSES, cuts=looked.cuts)


def _classes(work: Work, night: Night, now: datetime, looked: Looked, most: int) -> Night:
    members = work.insight.next_slice(night.reached, most)
    if members is None:
        return replace(night, phase=COUNTS, reached=0)
    work.insight.classify(members, night, work.programmes.current().zone)
    return replace(night, reached=members.upto)


def _counts(work: Work, night: Night, now: datetime, looked: Looked, most: int) -> Night:
    if looked.counts is None:
        return night
    return replace(night, phase=DONE, counts=looked.counts, done_at=now)


_PHASES: Final[Mapping[str, Any]] = {
    FACTS: _facts,
    CUTS: _cuts,
    CLASSES: _classes,
    COUNTS: _counts,
}
