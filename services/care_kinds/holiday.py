"""Greetings on holidays of the club's calendar."""

from __future__ import annotations

from datetime import date

from domain.care_rules import CareRule, Occasion
from services import calendars
from services.care_kinds.kind import BENEFITS, Buttons, CareKind, Due
from services.ports import Work


class Holiday(CareKind):
    """Greets all members who agreed to care, in the morning of their own zone; with a gift all
    members are due, for the gift is not only for those who like letters."""

    occasion = Occasion.HOLIDAY
    keys = ("care.holiday", "care.holiday_belated")
    page = 5000
    gift_buttons = BENEFITS

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        countries = work.programmes.current().care.countries
        key = calendars.on(day, rule.holidays, countries)
        if not key:
            return []
        if rule.points or rule.voucher:
            members = work.care.everyone(zone, after, most)
        else:
            members = work.care.willing(rule.purpose, zone, after, most)
        number = calendars.days_of(key, day.year, countries).index(day)
        occurrence = f"{day.year}:{key}" + (f":{number + 1}" if number else "")
        return [Due(member_id, occurrence, {"holiday": key}) for member_id in members]

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        return BENEFITS
