"""`memberbot jobs`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from app.commands.common import seen, table
from app.wiring import Club
from domain.care_rules import CareRule, Late
from scheduler.jobs import Job
from scheduler.jobs import table as all_jobs
from services import timetable
from storage.work import Work


@click.command()
def jobs() -> None:
    """List what happens by itself: at which hour, when next, and how late it may be.

    Jobs named care.… come from the programme's rules of care. Each occurrence runs once, whoever
    claims it; after downtime all that were missed are run in their order, and each job says what
    becomes of those that are too late.
    """
    rows = seen(_rows)
    table(("JOB", "AT", "IN", "NEXT", "IF LATE"), rows, "There are no jobs yet.")


def _rows(work: Work, club: Club) -> list[tuple[str, ...]]:
    if not work.programmes.newest():
        return []
    now = club.clock.now()
    zone = work.programmes.current().zone
    zones = len(work.care.zones())
    return [_row(work, job, now, zone, zones) for job in all_jobs(work)]


def _row(work: Work, job: Job, now: datetime, zone: str, zones: int) -> tuple[str, ...]:
    due = timetable.following(work, job.clocks, now, own_zones=job.own_zones)
    where = f"{zone} and {zones} of members" if job.own_zones and zones else zone
    at = " ".join(f"{clock:%H:%M}" for clock in job.clocks)
    following = f"{due.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if due else "–"
    return job.name, at, where, following, _late(job)


def _late(job: Job) -> str:
    if isinstance(job.rule, CareRule):
        hours = f"up to {job.rule.late_hours} h"
        return {
            Late.SEND: f"sent {hours}",
            Late.BELATED: f"sent {hours}, belated from the next day on",
            Late.SKIP: f"sent {hours} of the same day",
        }[job.rule.late]
    if job.within is None:
        return "made up for"
    return f"left out after {job.within.total_seconds() / 3600:g} h"
