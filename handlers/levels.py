"""The ladder: where a member stands and until when, what is missing, what each level gives."""

from typing import Any

from bot.messages import Button, Reply, Rows
from domain.levels import NextLevel
from domain.programme import Level, Programme, say
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import level_history, levels
from services.levels import Shown

LADDER = Button("button.ladder", "level.ladder")
RECORD = Button("button.level_record", "level.record")
BACK = Button("button.back", "level", ("1",))
ROWS: Rows = ((LADDER, RECORD), *menu.SHORT)


def show(turn: Turn) -> Reply:
    """The member's level, until when it holds, and the progress to the next one."""
    programme = turn.work.programmes.current()
    has = levels.standing(turn.work, member_id(turn), turn.now)
    values = {
        **level(has.level, turn.locale),
        **holding(has, programme, turn.locale),
        "next": next_step(has.next, programme, turn.locale),
    }
    edit = bool(turn.inbound.callback and turn.arg())
    return Reply("level.shown", values, ROWS, edit=edit)


def ladder(turn: Turn) -> Reply:
    """Every level: what it asks for and what it gives."""
    programme = turn.work.programmes.current()
    mine = levels.standing(turn.work, member_id(turn), turn.now).level
    gives = level_history.benefits_by_level(turn.work, turn.now)
    values = {
        "ladder": [
            {
                **level(step, turn.locale),
                "mine": step.key == mine.key,
                "need": step.need.value,
                "asks": [levels.asked(one, programme) for one in step.conditions],
                "benefits": [say(names, turn.locale) for names in gives.get(step.key, ())],
            }
            for step in programme.levels
        ]
    }
    return Reply("level.ladder", values, ((BACK, RECORD),), edit=True)


def record(turn: Turn) -> Reply:
    """What happened to the member's level, newest first."""
    page = level_history.page(turn.work, member_id(turn), number(turn))
    programme = turn.work.programmes.current()
    lines = [
        {
            "day": line.day,
            "event": line.event.value,
            "level": say(programme.level(line.level).names, turn.locale),
            "emoji": programme.level(line.level).emoji,
            "until": line.until,
        }
        for line in page.lines
    ]
    newest = Button("button.newest", "level.record", ("0",))
    older = Button("button.older", "level.record", (str(page.older),))
    turning = tuple([newest] if page.start else []) + tuple([older] if page.older else [])
    rows = (turning, (BACK, LADDER)) if turning else ((BACK, LADDER),)
    return Reply("level.record", {"lines": lines}, rows, edit=True)


def holding(has: Shown, programme: Programme, locale: str) -> dict[str, Any]:
    """Until when the level holds and what follows, for a text.

    `holds`: `always`, `until` a last day, in `grace` up to one, `given` by hand up to one, or
    `while` its conditions are met; `after` is the level from the day `falls_on` on if nothing
    more is bought, None if the level stays.
    """
    kind, last = levels.holding(programme, has)
    seen = has.outlook
    after = level(seen.level, locale) if seen and not seen.keeps else None
    return {
        "holds": kind,
        "last_day": last,
        "after": after,
        "falls_on": seen.on if seen else None,
        "own": level(programme.level(has.kept.held.level), locale) if kind == "given" else None,
    }


def level(step: Level, locale: str) -> dict[str, Any]:
    """A level for a text: name, sign, and how many points it gives for one."""
    return {
        "level": say(step.names, locale) or step.key,
        "emoji": step.emoji,
        "multiplier": _factor(step.multiplier),
    }


def next_step(step: NextLevel | None, programme: Programme, locale: str) -> dict[str, Any] | None:
    """The next level and its conditions for a text; None at the top."""
    if step is None:
        return None
    return {
        **level(step.level, locale),
        "need": step.need.value,
        "conditions": [levels.condition(one, programme) for one in step.conditions],
    }


def _factor(hundredths: int) -> str:
    """125 → `1.25`, 200 → `2`."""
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)
