"""Reminders of points about to expire: what is left of them, and what they buy now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from domain.care_rules import CareRule, Occasion, dedupe, occurrence
from domain.dates import local_day, start_of_day
from domain.points import Unit, day_before
from domain.timetable import moment
from services import catalogue
from services.care_kinds.kind import BENEFITS, Buttons, CareKind, Due
from services.care_kinds.paging import due_of
from services.ports import Work
from services.ports.post import Waiting

SHOWN: Final = 3
"""So many benefits are named: more is a catalogue."""

_SENT: Final = "sent"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Portion:
    """Points that go together at the end of their last day."""

    points: int
    day: date


class PointsExpiring(CareKind):
    """So many days before points expire, the club's days. SEMANTICS: Care.

    Lots that are reminded of on one day are one message; nothing if they are spent by the time it
    leaves. What an earlier message has told already is told as such.
    """

    occasion = Occasion.POINTS_EXPIRING
    keys = ("care.points_expiring",)
    own_zones = False

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        at = moment(day, rule.at, work.programmes.current().zone)
        last_days = [day + timedelta(days=before) for before in rule.days]

        def made(members: Sequence[int]) -> list[Due]:
            each = ((one, reminder(work, rule, one, last_days, at)) for one in members)
            return [Due(one, occurrence(rule, day), values) for one, values in each if values]

        return due_of(partial(_members, work, last_days), made, after, most)

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        best = next(iter(due.values["buys"]), None)
        if best is None or best["missing"]:
            return BENEFITS
        redeem = ("care.button_redeem", "benefit.confirm", (str(best["id"]),))
        return ((redeem,), (("care.button_all", "benefits", ()),))

    def still(self, work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
        rule = work.programmes.current().care.rule(row.rule)
        if rule is None or row.member_id is None:
            return None
        written: Mapping[str, Any] = row.message["values"]
        last_days = [date.fromisoformat(one["day"]) for one in written["due"]]
        first = _first_button(row)
        values = reminder(work, rule, row.member_id, last_days, now, first=first)
        return {**written, **values} if values else None


def reminder(
    work: Work,
    rule: CareRule,
    member_id: int,
    last_days: Sequence[date],
    now: datetime,
    *,
    first: int | None = None,
) -> dict[str, Any] | None:
    """What the message says: what goes on these days, what goes before the last of them, and what
    can be had for it, the benefit `first` in front if that is still so. None: nothing is left."""
    today = local_day(now, work.programmes.current().zone)
    portions = [one for one in _portions(work, member_id, now) if one.day >= today]
    due = [one for one in portions if one.day in last_days]
    if not due:
        return None
    sooner = [one for one in portions if one.day < due[-1].day and one not in due]
    return {
        "due": [_shown(work, rule, member_id, one, today) for one in due],
        "sooner": [{"points": one.points, "day": one.day} for one in sooner],
        "buys": _buys(work, member_id, now, first),
    }


def _members(work: Work, last_days: Sequence[date], after: int, most: int) -> list[int]:
    home = work.programmes.current().zone
    found: set[int] = set()
    for last in last_days:
        since, until = start_of_day(last + _DAY, home), start_of_day(last + 2 * _DAY, home)
        found.update(work.endings.points(since, until, after, most))
    return sorted(found)[:most]


def _portions(work: Work, member_id: int, now: datetime) -> list[Portion]:
    zone = work.programmes.current().zone
    found = work.ledger.summary(member_id, Unit.POINTS, now).expiring
    return [Portion(part.amount, day_before(part.at, zone)) for part in found]


def _shown(
    work: Work, rule: CareRule, member_id: int, one: Portion, today: date
) -> dict[str, Any]:
    """`again`: an earlier reminder of the same day has been sent."""
    days = (one.day - today).days
    earlier = (
        work.deliveries.occasion(dedupe(rule, member_id, occurrence(rule, day)))
        for before in rule.days
        if (day := one.day - timedelta(days=before)) < today
    )
    again = any(told is not None and told.state == _SENT for told in earlier)
    return {"points": one.points, "day": one.day, "days": days, "again": again}


def _buys(work: Work, member_id: int, now: datetime, first: int | None) -> list[dict[str, Any]]:
    offers = catalogue.best(work, member_id, now, SHOWN, first=first)
    return [
        {
            "id": offer.benefit.id,
            "names": dict(offer.benefit.names),
            "price": offer.standing.price,
            "missing": offer.standing.missing,
        }
        for offer in offers
    ]


def _first_button(row: Waiting) -> int | None:
    """The benefit behind the button that was written, so that the text names it first."""
    rows = row.message.get("rows") or [[]]
    found = [one for one in rows[0] if one["intent"] == "benefit.confirm"]
    return int(found[0]["args"][0]) if found else None
