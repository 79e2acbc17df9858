"""The first days of a membership: how the club works, step by step."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from domain.care_rules import CareRule, Occasion
from domain.dates import start_of_day
from domain.timetable import moment
from services.care_kinds.kind import BENEFITS, CARD, Buttons, CareKind, Due
from services.ports import Work

SETTLED: Final = timedelta(hours=3)
"""So long after joining the first letter may come: the chat has just said a good deal."""
IMPORTED: Final = "import"
_PROFILE: Buttons = ((("care.button_profile", "profile", ()),),)


class Welcome(CareKind):
    """Writes on each of the rule's days after joining, once per membership. Day 0 comes at the
    first hour of the rule that is three hours after joining, that day or the next morning; days
    that follow it without a gap (1, 2, …) count from it, or two letters would come at once. Who
    was brought over from an old system is no newcomer.
    """

    occasion = Occasion.WELCOME
    keys = ("care.welcome",)
    page = 5000

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        where = zone or work.programmes.current().zone
        steps = {_joined(rule, day, step, where): step for step in sorted(rule.days)}
        due = []
        for member_id, at in work.care.joined(list(steps), zone, after, most, but=IMPORTED):
            step = next(step for (since, until), step in steps.items() if since <= at < until)
            due.append(Due(member_id, str(step), {"step": step}))
        return due

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        return {"0": CARD, "3": _PROFILE}.get(due.occurrence, BENEFITS)


def _joined(rule: CareRule, day: date, step: int, zone: str) -> tuple[datetime, datetime]:
    """When those joined who have a step on a day, from and to before."""
    if all(before in rule.days for before in range(step + 1)):
        first = day - timedelta(days=step)
        before = moment(first - timedelta(days=1), rule.at, zone)
        return before - SETTLED, moment(first, rule.at, zone) - SETTLED
    joined = day - timedelta(days=step)
    return start_of_day(joined, zone), start_of_day(joined + timedelta(days=1), zone)
