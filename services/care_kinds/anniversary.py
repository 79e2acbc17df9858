"""The day on which a member joined, years later."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from datetime import date, timedelta

from domain.care_rules import CareRule, Occasion
from domain.dates import local_day, start_of_day
from services.care_kinds.kind import CareKind, Due
from services.ports import Work


class Anniversary(CareKind):
    """Greets on the local day of joining: in the years that the rule names, else in each.

    Who joined on 29 February celebrates as who was born on it.
    """

    occasion = Occasion.ANNIVERSARY
    keys = ("care.anniversary", "care.anniversary_belated")
    page = 5000
    again = True

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        programme = work.programmes.current()
        where = zone or programme.zone
        celebrated = {
            joined: years
            for years, joined in _days(
                rule, day, _first(work, where), programme.birthday.feb29.value
            )
        }
        spans = [
            (start_of_day(joined, where), start_of_day(joined + timedelta(days=1), where))
            for joined in celebrated
        ]
        found = work.care.joined(spans, zone, after, most)
        return [_due(member_id, celebrated[local_day(at, where)]) for member_id, at in found]


def _due(member_id: int, years: int) -> Due:
    return Due(member_id, str(years), {"years": years})


def _first(work: Work, zone: str) -> date | None:
    first = work.care.first_joined()
    return local_day(first, zone) if first else None


def _days(rule: CareRule, day: date, first: date | None, feb29: str) -> Iterator[tuple[int, date]]:
    """The days of joining that are celebrated on a day, with the years since."""
    since = day.year - first.year if first else 0
    for years in rule.days or range(1, since + 1):
        year = day.year - years
        if years < 1 or years > since:
            continue
        if not isleap(day.year) and f"{day:%m-%d}" == feb29 and isleap(year):
            yield years, date(year, 2, 29)
        if (day.month, day.day) != (2, 29) or isleap(year):
            yield years, date(year, day.month, day.day)
