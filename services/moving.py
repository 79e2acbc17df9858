"""A member who moves to another zone: what neither zone's hour will find any more is cared for.

Who flies east on a birthday, before its morning, lands when that day is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from domain.dates import local_day
from domain.timetable import moment
from services import caring
from services.ports import Work


def move(work: Work, member_id: int, zone: str, now: datetime) -> None:
    """Sets the member's zone, and writes what has its hour behind it there; what was written
    before is known by its occasion."""
    work.members.change(member_id, zone=zone)
    today, joined = local_day(now, zone), work.members.get(member_id).joined_at
    for rule in caring.timed(work):
        kind = caring.kind_of(rule)
        if not kind.own_zones:
            continue
        for day in (today - timedelta(days=1), today):
            late = now - moment(day, rule.at, zone)
            due = kind.due(work, rule, day, zone, member_id - 1, 1) if late >= timedelta() else ()
            for one in due:
                if one.member_id == member_id and (kind.again or joined <= now - late):
                    care = partial(caring.care_for, work, rule, one, day, now, late=late)
                    caring.apart(work, rule, one, now, care)
