"""When jobs are due: local times of day in the programme's zone or in members' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from domain.timetable import daily
from services.ports import Work

UPTO: Final = "jobs.upto"
PLACE: Final = "jobs.place."
HOURS: Final = "jobs.hours"
FIRST_LOOK_BACK: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence: a local day, its instant, and the zone (None: the programme's)."""

    day: date
    at: datetime
    zone: str | None
    key: str


def reached(work: Work, upto: datetime) -> datetime:
    """Up to when all occurrences have been run; a new club looks one day back."""
    kept = work.settings.get(UPTO)
    return datetime.fromisoformat(kept) if kept else upto - FIRST_LOOK_BACK


def reach(work: Work, upto: datetime) -> None:
    """Notes that everything up to a moment has been run; it never goes back."""
    if upto > reached(work, upto - FIRST_LOOK_BACK):
        work.settings.put(UPTO, upto.isoformat())


def place(work: Work, job: str, due: Due) -> int:
    """How far an occurrence of a job has come: a cursor of its own, 0 at the beginning."""
    key, _, cursor = (work.settings.get(f"{PLACE}{job}") or "").rpartition("|")
    return int(cursor) if key == due.key else 0


def put_place(work: Work, job: str, due: Due, cursor: int) -> None:
    """Notes how far an occurrence has come, in the unit that has brought it there."""
    work.settings.put(f"{PLACE}{job}", f"{due.key}|{cursor}")


def hours(work: Work) -> Mapping[str, str]:
    """The hours at which each job came when it was run last."""
    return work.settings.get(HOURS) or {}


def put_hours(work: Work, clocks: Mapping[str, Sequence[time]]) -> None:
    """Keeps the hours at which jobs come, if they have changed."""
    known = hours(work)
    now = {**known, **{job: _hours(of) for job, of in clocks.items()}}
    if now != known:
        work.settings.put(HOURS, now)


def since(hours: Mapping[str, str], job: str, clocks: Sequence[time], after: datetime) -> datetime:
    """From when on a job is looked for: a day earlier if its hours were changed."""
    return after - FIRST_LOOK_BACK if hours.get(job, _hours(clocks)) != _hours(clocks) else after


def following(work: Work, clocks: Sequence[time], now: datetime, *, own_zones: bool) -> Due | None:
    """The first occurrence after a moment; None without a programme."""
    soon = occurrences(work, clocks, now, now + timedelta(days=2), own_zones=own_zones)
    return min(soon, key=lambda due: due.at, default=None)


def _hours(clocks: Sequence[time]) -> str:
    return " ".join(f"{clock:%H:%M}" for clock in clocks)


def occurrences(
    work: Work, clocks: Sequence[time], after: datetime, upto: datetime, *, own_zones: bool
) -> Iterator[Due]:
    """Every occurrence in after < t ≤ upto. `own_zones`: in members' zones, too."""
    if not work.programmes.newest():
        return
    home = work.programmes.current().zone
    zones: list[str | None] = [None, *(work.care.zones() if own_zones else [])]
    for zone in zones:
        for clock in clocks:
            for day, at in daily(clock, zone or home, after, upto):
                yield Due(day, at, zone, f"{day}T{clock:%H:%M}{'@' + zone if zone else ''}")
