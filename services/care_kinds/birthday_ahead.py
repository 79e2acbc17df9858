"""Some days before a birthday: what awaits the member on the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from domain.care_rules import CareRule, Occasion
from services import lunar, presents
from services.care_kinds.birthday import celebrating, gift_awaits
from services.care_kinds.kind import BENEFITS, Buttons, CareKind, Due
from services.ports import Work
from services.ports.post import Waiting

NO_GIFT: Final[Mapping[str, Any]] = MappingProxyType({"gift_points": 0, "gift_voucher": None})


class BirthdayAhead(CareKind):
    """Announces the birthday's gift `days` before; who will get none is not promised one."""

    occasion = Occasion.BIRTHDAY_AHEAD
    keys = ("care.birthday_ahead",)
    page = 5000
    again = True

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        found: dict[int, Due] = {}
        for ahead in rule.days:
            on = day + timedelta(days=ahead)
            for member_id, year in celebrating(work, on, zone, after, most):
                values = {"day": on, "year": year, "ahead": ahead, **_gift(work)}
                found[member_id] = Due(member_id, f"{year}:{ahead}", values)
        return [found[member_id] for member_id in sorted(found)[:most]]

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        return BENEFITS

    def foreseen(self, work: Work, due: Due) -> Mapping[str, Any]:
        """No gift for who will not get it."""
        member = work.members.get(due.member_id)
        awaits = gift_awaits(work, member, due.values["year"], due.values["day"])
        return due.values if awaits else {**due.values, **NO_GIFT}

    def still(self, work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
        """Nothing if the birthday was changed meanwhile; no gift to who will not get it."""
        assert row.member_id is not None
        values: dict[str, Any] = dict(row.message["values"])
        member = work.members.get(row.member_id)
        day, year = date.fromisoformat(str(values["day"])), int(values["year"])
        feb29 = work.programmes.current().birthday.feb29
        if not member.birthday or lunar.celebrated(member.birthday, year, feb29) != day:
            return None
        if not gift_awaits(work, member, year, day):
            values |= NO_GIFT
        return values


def _gift(work: Work) -> dict[str, Any]:
    """What the rule of the birthday gives."""
    rules = work.programmes.current().care.of(Occasion.BIRTHDAY)
    rule = rules[0] if rules else None
    benefit = presents.benefit_of(work, rule.voucher) if rule and rule.voucher else None
    return {
        "gift_points": rule.points if rule else 0,
        "gift_voucher": dict(benefit.names) if benefit else None,
    }
