"""Win-back: a word to who has been away for longer than they usually are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from domain.care_rules import CareRule, Occasion
from domain.rhythms import Rhythm
from services import rhythms
from services.care_kinds.kind import BENEFITS, Buttons, CareKind, Due
from services.care_kinds.paging import due_of
from services.ports import Work
from services.ports.post import Waiting


class WinBack(CareKind):
    """On the day on which a member's silence becomes unusual. SEMANTICS: Care.

    Silence is measured by their own rhythm of visits, so who never bought has none. One silence
    is told once for each number of days that the rule names; a visit begins anew.
    """

    occasion = Occasion.WIN_BACK
    keys = ("care.win_back",)

    def due(
        self, work: Work, rule: CareRule, day: date, zone: str | None, after: int, most: int
    ) -> list[Due]:
        def page(after: int, most: int) -> list[int]:
            return [one.member_id for one in work.rhythms.due(day, zone, after, most)]

        def made(members: Sequence[int]) -> list[Due]:
            kept, seen = work.rhythms.of(members), rhythms.visited(work, members)
            silent = (kept[one] for one in members if _is_silent(kept[one], seen.get(one)))
            return [_due(one, step, day) for one in silent if (step := _step(rule, one, day))]

        return due_of(page, made, after, most)

    def buttons(self, rule: CareRule, due: Due) -> Buttons:
        return BENEFITS

    def still(self, work: Work, row: Waiting, now: datetime) -> Mapping[str, Any] | None:
        if row.member_id is None:
            return None
        values: Mapping[str, Any] = row.message["values"]
        seen = rhythms.visited(work, [row.member_id]).get(row.member_id)
        away_since = date.fromisoformat(values["last_day"])
        return values if seen is not None and seen.last_day <= away_since else None


def _is_silent(kept: Rhythm, seen: Rhythm | None) -> bool:
    """The night cannot have known of a visit of this morning."""
    return seen is not None and seen.last_day <= kept.last_day


def _step(rule: CareRule, rhythm: Rhythm, day: date) -> int | None:
    """Which of the rule's silences ends on the day, counted from 1."""
    ends = [silence.ends(rhythm) for silence in rhythms.silences(rule)]
    return next((number for number, end in enumerate(ends, 1) if end == day), None)


def _due(rhythm: Rhythm, step: int, day: date) -> Due:
    away = (day - rhythm.last_day) // timedelta(days=1)
    values = {"last_day": rhythm.last_day, "days": away, "step": step}
    return Due(rhythm.member_id, f"{rhythm.last_day.isoformat()}:{step}", values)
