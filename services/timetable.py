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
ROUND_THE_WORLD: Final = timedelta(hours=26)
"""How much earlier a day can begin in another zone."""


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence: a local day, its instant, and the zone (None: the programme's)."""

    day: date
    at: datetime
    zone: str | None
    key: str


def reached(work: Work, upto: datetime) -> datetime:
    """Up to when all occurrences have been run; a new club looks one day back (not with care:
    `opened`)."""
    kept = work.settings.get(UPTO)
    return datetime.fromisoformat(kept) if kept else upto - FIRST_LOOK_BACK


def opened(work: Work) -> datetime:
    """When the club's first programme was published: it cared for nobody before."""
    return work.programmes.published()[0][1]


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
    """The hours at which each job came when it was run last, as `as_hours` writes them."""
    return work.settings.get(HOURS) or {}


def put_hours(work: Work, now: Mapping[str, str]) -> None:
    """Keeps the hours at which jobs come, if they have changed."""
    known = hours(work)
    if (kept := {**known, **now}) != known:
        work.settings.put(HOURS, kept)


def as_hours(zone: str, clocks: Sequence[time]) -> str:
    """The hours of a job: the programme's zone and the times of day."""
    return " ".join((zone, *(f"{clock:%H:%M}" for clock in clocks)))


def since(known: str | None, now: str, after: datetime) -> datetime:
    """From when on a job is looked for, by its hours before (None: a new job) and now: earlier if
    the times of day were changed, and if the zone was, as far as a day can have moved."""
    if known is None:
        return after
    (zone, *clocks), (zone_now, *clocks_now) = known.split(), now.split()
    if clocks != clocks_now:
        after -= FIRST_LOOK_BACK
    return after if zone == zone_now else after - ROUND_THE_WORLD


def zone_of(work: Work) -> str:
    """The programme's zone, "" without a programme."""
    return work.programmes.current().zone if work.programmes.newest() else ""


def following(work: Work, clocks: Sequence[time], now: datetime, *, own_zones: bool) -> Due | None:
    """The first occurrence after a moment; None without a programme."""
    soon = occurrences(work, clocks, now, now + timedelta(days=2), own_zones=own_zones)
    return min(soon, key=lambda due: due.at, default=None)


def occurrences(
    work: Work, clocks: Sequence[time], after: datetime, upto: datetime, *, own_zones: bool
) -> Iterator[Due]:
    """Every occurrence in after < t ≤ upto. `own_zones`: in members' zones, too."""
    home = zone_of(work)
    if not home:
        return
    zones: list[str | None] = [None, *(work.care.zones() if own_zones else [])]
    for zone in zones:
        for clock in clocks:
            for day, at in daily(clock, zone or home, after, upto):
                yield Due(day, at, zone, f"{day}T{clock:%H:%M}{'@' + zone if zone else ''}")
