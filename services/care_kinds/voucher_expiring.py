"""Reminders of vouchers whose last day is near, those of one day together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from domain.care_rules import CareRule, Occasion, occurrence
from domain.dates import local_day, start_of_day
from domain.points import day_before
from domain.timetable import moment
from domain.vouchers import Voucher
from services.care_kinds.kind import Buttons, CareKind, Due
from services.care_kinds.paging import due_of
from services.ports import Work
from services.ports.post import Waiting

_DAY: Final = timedelta(days=1)


class VoucherExpiring(CareKind):
    """So many days before the last day of vouchers that can still be used, the club's days.

    SEMANTICS: Care. Not for what is used, given back or handed on, nor for what lies in a link.
    """

    occasion = Occasion.VOUCHER_EXPIRING
    keys = ("care.voucher_expiring",)
    own_zones = False

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        at = moment(day, rule.at, work.programmes.current().zone)
        last_days = [day + timedelta(days=before) for before in rule.days]

        def made(members: Sequence[int]) -> list[Due]:
            each = ((one, reminder(work, one, last_days, at)) for one in members)
            return [Due(one, occurrence(rule, day), values) for one, values in each if values]

        return due_of(partial(_members, work, last_days), made, after, most)

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        shown = due.values["vouchers"]
        if len(shown) == 1:
            return ((("care.button_voucher", "voucher.show", (str(shown[0]["id"]),)),),)
        return ((("care.button_vouchers", "vouchers", ()),),)

    def still(self, work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
        if row.member_id is None:
            return None
        written: Mapping[str, Any] = row.message["values"]
        last_days = {date.fromisoformat(one["last_day"]) for one in written["vouchers"]}
        values = reminder(work, row.member_id, sorted(last_days), now)
        return {**written, **values} if values else None


def reminder(
    work: Work, member_id: int, last_days: Sequence[date], now: datetime
) -> dict[str, Any] | None:
    """The member's vouchers that end on these days; None if there is none left."""
    zone = work.programmes.current().zone
    today = local_day(now, zone)
    found = [
        voucher
        for last in sorted(last_days)
        if last >= today
        for voucher in work.vouchers.ends_between(member_id, *_bounds(work, last), now)
    ]
    return {"vouchers": [_shown(one, zone, today) for one in found]} if found else None


def _members(work: Work, last_days: Sequence[date], after: int, most: int) -> list[int]:
    found: set[int] = set()
    for last in last_days:
        found.update(work.endings.vouchers(*_bounds(work, last), after, most))
    return sorted(found)[:most]


def _shown(voucher: Voucher, zone: str, today: date) -> dict[str, Any]:
    last = day_before(voucher.expires_at, zone)
    names, days = dict(voucher.names), (last - today).days
    return {"id": voucher.id, "names": names, "last_day": last, "days": days}


def _bounds(work: Work, last: date) -> tuple[datetime, datetime]:
    """Between which moments what has this last day ends."""
    home = work.programmes.current().zone
    return start_of_day(last + _DAY, home), start_of_day(last + 2 * _DAY, home)
