"""What members are told about their level: a fall to come, a rise, a fall, a prolongation.

The review of the night finds them (services.reviewing) and calls services.caring; a rise at the
till is told at once (services.levels).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.care_rules import CareRule, Occasion
from domain.programme import Programme
from domain.standings import Outlook
from services import levels
from services.care_kinds.kind import Buttons, CareKind, Due
from services.ports import Work
from services.ports.post import Waiting

_DAY: Final = timedelta(days=1)


class _Told(CareKind):
    """Found by the review of levels, not by day."""

    own_zones = False
    timed = False
    unasked = True

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        return []

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        return levels.LEVEL


class LevelAtRisk(_Told):
    """What is missing to keep the level, and until when; nothing if it is safe by the time it
    leaves. SEMANTICS: Levels."""

    occasion = Occasion.LEVEL_AT_RISK
    keys = ("level.at_risk",)

    def still(self, work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
        if row.member_id is None:
            return None
        shown = levels.standing(work, row.member_id, now)
        if shown.outlook is None or shown.outlook.level.key == shown.level.key:
            return None
        values: Mapping[str, Any] = row.message["values"]
        fresh = at_risk(work.programmes.current(), shown.level.key, shown.outlook)
        return {**values, **fresh} if fresh["names"] == values["names"] else None


class LevelChanged(_Told):
    """A rise, a fall, the end of what was given by hand, a prolongation that was in doubt.

    The occurrence is the event and the day of the review.
    """

    occasion = Occasion.LEVEL_CHANGED
    keys = ("level.risen", "level.fallen", "level.ended", "level.kept")

    def message(self, rule: CareRule, due: Due, late: bool) -> str:
        return f"level.{due.occurrence.partition(':')[0]}"


def at_risk(programme: Programme, level: str, risk: Outlook) -> dict[str, Any]:
    """What the message about a fall to come says."""
    return {
        **levels.named(programme, level),
        "last_day": risk.on - _DAY,
        "need": programme.level(level).need.value,
        "conditions": [levels.condition(one, programme) for one in risk.conditions],
        "next_names": dict(risk.level.names),
    }
