"""What the steps of putting an audience together share: what holds so far, and its card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.audience_expressions import Both, Either, Expression, Not, dump, load, plain
from handlers.parts import led_back
from handlers.turns import Turn
from services import audiences
from services.audiences import Counted

AUDIENCE: Final = Flow(
    "audience",
    (Step("card"), Step("number"), Step("name"), Step("tag")),
    timeout=timedelta(days=7),
)
BACK: Final = Button("segment.button_back", "audience.open", here=True)
LIST: Final = Button("segment.button_list", "audiences")
asked_again = led_back(((BACK,),))
JOINS: Final = ("and", "or", "except")
SHOWN: Final = 5
"""Members of a sample."""


def so_far(turn: Turn) -> Expression | None:
    """What was put together up to now."""
    kept = turn.data.get("expression")
    return load(kept) if kept else None


def joined(turn: Turn, found: Expression) -> Expression:
    """What holds with one more part, by the join that was chosen."""
    before, join = so_far(turn), str(turn.data.get("join") or "and")
    part = Not(found) if join == "except" else found
    if before is None:
        return plain(part)
    return plain(Either((before, part)) if join == "or" else Both((before, part)))


def keep(turn: Turn, expression: Expression) -> None:
    """Keeps it in the conversation, with what to go back to."""
    older = list(turn.data.get("before", ()))[-9:]
    before = turn.data.get("expression")
    older = [*older, before] if before else older
    turn.go("card", expression=dump(expression), before=older, join="and", fact="")


def count(turn: Turn, expression: Expression | None) -> Counted | None:
    """How many it is; None for nothing. For `Route.counts`."""
    return None if expression is None else audiences.count(turn.work, expression, turn.now)


def card(turn: Turn, *, edit: bool = True) -> Reply:
    """Who is meant, in words, and how many they are if that was counted."""
    expression = so_far(turn)
    if expression is None:
        top = turn.work.programmes.current().levels[-1]
        values: dict[str, Any] = {"meaning": [], "written": "", "level": dict(top.names)}
        return Reply("segment.card", values, _empty(turn), edit=edit)
    values = {
        **audiences.explained(turn.work, expression),
        "written": audiences.written(turn.work, expression, turn.locale),
        "counted": _figures(turn),
    }
    return Reply("segment.card", values, _rows(turn), edit=edit)


def _figures(turn: Turn) -> dict[str, Any] | None:
    counted = turn.counted
    if not isinstance(counted, Counted):
        return None
    return {
        "members": counted.members,
        "reachable": counted.reachable,
        "percent": counted.percent,
        "too_many": audiences.too_many(turn.work, counted),
    }


def _empty(turn: Turn) -> Rows:
    first = Button("segment.button_first", "audience.join", ("and",), here=True)
    return ((first,), (out(turn),))


def _rows(turn: Turn) -> Rows:
    more = tuple(
        Button(f"segment.button_{join}", "audience.join", (join,), here=True) for join in JOINS
    )
    undo = Button("segment.button_undo", "audience.undo", here=True)
    some = Button("segment.button_sample", "audience.sample", here=True)
    save = Button("segment.button_save", "audience.ask_name", here=True)
    use: Rows = ()
    if turn.data.get("campaign"):
        use = ((Button("segment.button_use", "audience.use", here=True),),)
    return (*use, more, (some, undo), (save, out(turn)))


def out(turn: Turn) -> Button:
    """The way out: to the message it is for, else to the list."""
    if turn.data.get("campaign"):
        return Button("segment.button_out", "audience.out", here=True)
    return LIST
