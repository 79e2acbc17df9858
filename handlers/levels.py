"""The ladder: where a member stands, what is missing to the next level, what each one gives."""

from typing import Any

from bot.messages import Reply
from domain.levels import NextLevel
from domain.programme import Level, Programme
from handlers import menu
from handlers.turns import Turn, member_id
from services import levels


def show(turn: Turn) -> Reply:
    """The member's level, the progress to the next one and the whole ladder."""
    programme = turn.work.programmes.current()
    has = levels.standing(turn.work, member_id(turn), turn.now)
    values = {
        **level(has.level, turn.locale),
        "next": next_step(has.next, programme, turn.locale),
        "ladder": [
            {**level(step, turn.locale), "mine": step.key == has.level.key}
            for step in programme.levels
        ],
    }
    return Reply("level.shown", values, menu.SHORT)


def level(step: Level, locale: str) -> dict[str, Any]:
    """A level for a text: name, sign, and how many points it gives for one."""
    names = step.names
    return {
        "level": names.get(locale) or names.get("zh") or step.key,
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
        "conditions": [levels.condition(one, programme.currency) for one in step.conditions],
    }


def _factor(hundredths: int) -> str:
    """125 → `1.25`, 200 → `2`."""
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)
