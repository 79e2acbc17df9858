"""The days of care to come, read page by page: counted, looked at, rendered, in little memory."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Final

from app import progress
from app.wiring import Club
from bot.markup import plain_text
from bot.messages import Reply
from domain.care_rules import CareRule
from services import care_calendar
from services.care_calendar import BLOCKS, Planned, Slot
from services.care_kinds import Due
from storage.work import Work

log = logging.getLogger(__name__)

MOST_LOOKED_AT: Final = 20_000
"""Of one rule on one day so many are looked at one by one; more are only counted."""


@dataclass(slots=True)
class Line:
    """One rule on one day. `blocked`: of those looked at, how many will not be sent."""

    day: date
    rule: CareRule
    count: int = 0
    looked_at: int = 0
    blocked: int = 0
    remarked: int = 0


@dataclass(slots=True)
class Plan:
    """What was found on the way."""

    lines: list[Line] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)

    @property
    def cut(self) -> bool:
        """Whether some were only counted."""
        return any(line.count > line.looked_at for line in self.lines)


async def each(
    club: Club, plan: Plan, days: int, only: str, now: datetime
) -> AsyncIterator[Planned]:
    """Every message of the next days in the order of days and rules; `plan` counts them on the
    way. Raises LookupError for a rule that is not there."""
    rules, ahead = await club.units.read_long(
        lambda work: (
            care_calendar.timed(work, only),
            care_calendar.days_ahead(work, now, days),
        )
    )
    with progress.bar("the days to come") as report:
        for at, day in enumerate(ahead):
            for rule in rules:
                line = Line(day, rule)
                async for one in _of_rule(club, line, now):
                    _count(plan, line, one)
                    yield one
                if line.count:
                    plan.lines.append(line)
            report("read", at + 1, len(ahead))


async def _of_rule(club: Club, line: Line, now: datetime) -> AsyncIterator[Planned]:
    slots = await club.units.read_long(
        lambda work: list(care_calendar.slots(work, line.rule, line.day, now))
    )
    for slot in slots:
        after: int | None = 0
        while after is not None:
            look = line.looked_at < MOST_LOOKED_AT
            page = partial(_page, slot=slot, after=after, now=now, look=look)
            dues, found, after = await club.units.read_long(page)
            line.count += len(dues)
            line.looked_at += len(found)
            for one in found:
                yield one


def _page(
    work: Work, slot: Slot, after: int, now: datetime, look: bool
) -> tuple[list[Due], list[Planned], int | None]:
    dues, further = care_calendar.due(work, slot, after)
    return dues, care_calendar.planned(work, slot, dues, now) if look else [], further


def _count(plan: Plan, line: Line, one: Planned) -> None:
    line.blocked += bool(BLOCKS.intersection(one.warnings))
    line.remarked += bool(one.warnings)
    plan.remarks.update(one.warnings)


async def text(club: Club, one: Planned) -> str:
    """The message as its member will read it, without markup; "" if it does not render."""
    content = None
    if one.wording_id is not None:
        wanted = one.wording_id
        found = await club.units.read(lambda work: work.wordings.contents([wanted]))
        content = found.get(wanted)
    reply = Reply(one.key, one.values)
    try:
        rendered = club.renderer.render(reply, one.locale, "0", 0, wording=content)
    except Exception:  # one that is wrong is a line of the plan and not its end
        log.exception("the message %s cannot be rendered", one.key)
        return ""
    return plain_text(rendered.text)
