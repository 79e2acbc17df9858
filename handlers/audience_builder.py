"""Putting an audience together, by typing or condition after condition by buttons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.messages import Button, Reply, Rows
from domain.audience_expressions import FACTS, Condition, Expression, Kind, Not, Op, load
from domain.errors import Refused
from handlers.audience_parts import (
    AUDIENCE,
    BACK,
    JOINS,
    SHOWN,
    asked_again,
    card,
    joined,
    keep,
    so_far,
)
from handlers.audience_parts import count as counted
from handlers.parts import number, pairs, sign, turning
from handlers.turns import Turn
from services import audiences
from services.audience_names import ClubNames
from services.audiences import Counted

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "who": (
        *("level", "tag", "city", "birthday_month", "age", "language", "source", "joined"),
        "consent",
    ),
    "bought": ("last_purchase", "purchases", "spent", "category", "store", "home_store"),
    "worth": ("segment", "stage", "pyramid", "points", "voucher", "audience"),
    "did": ("last_seen", "got", "clicked", "complaint", "answer"),
}
WINDOWS: Final = (0, 30, 90, 180, 365)
"""Days; 0 is any time."""
WITHIN: Final = (7, 30, 90, 365)
BEYOND: Final = (30, 60, 90, 180, 365)
PAGE: Final = 8
MONTHS: Final = tuple(range(14))


def new(turn: Turn) -> Reply:
    """Begins with nothing chosen."""
    turn.start(AUDIENCE, "card")
    return card(turn)


def open_card(turn: Turn) -> Reply:
    """The card as it is."""
    turn.go("card")
    return card(turn)


def join(turn: Turn) -> Reply:
    """What about? `and`, `or` or `except` was tapped."""
    turn.go("card", join=turn.arg() if turn.arg() in JOINS else "and")
    groups = [
        Button(f"segment.button_{name}", "audience.group", (name,), here=True) for name in GROUPS
    ]
    rows: Rows = (*pairs(groups), (BACK,))
    return Reply("segment.ask_group", {"join": str(turn.data["join"])}, rows, edit=True)


def group(turn: Turn) -> Reply:
    """The facts of a group."""
    turn.go("card")
    facts = GROUPS.get(turn.arg(), ())
    buttons = [_fact(name) for name in facts]
    return Reply("segment.ask_fact", {}, (*pairs(buttons), (BACK,)), edit=True)


def fact(turn: Turn) -> Reply:
    """How the fact is asked: by what there is, by days, or by a number."""
    name = turn.arg()
    if name not in FACTS:
        return card(turn)
    turn.go("card", fact=name)
    kind = FACTS[name].kind
    if kind is Kind.KEY:
        return _ask_value(turn, name, number(turn, 1))
    if kind is Kind.MONTH:
        buttons = [_month(month) for month in MONTHS]
        rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
        return Reply("segment.ask_value", {"fact": name}, (*rows, (BACK,)), edit=True)
    if kind is Kind.DAY:
        return Reply("segment.ask_days", {"fact": name}, _days(name), edit=True)
    if kind is Kind.ANSWER:
        return Reply("segment.ask_answer", {}, ((BACK,),), edit=True)
    return _ask_window(name) if FACTS[name].windowed else _ask_number(turn, name, 0)


def window(turn: Turn) -> Reply:
    """In which time? Then: how many?"""
    return _ask_number(turn, str(turn.data.get("fact")), number(turn))


def _ask_value(turn: Turn, name: str, page: int) -> Reply:
    called = ClubNames(turn.work).called(name)
    keys = sorted(called)[:400]
    shown = keys[page * PAGE : (page + 1) * PAGE]
    buttons = [
        Button(
            "segment.button_value",
            "audience.pick",
            (name, sign(key)),
            here=True,
            values={"names": dict(called[key])},
        )
        for key in shown
    ]
    pages = turning(page, len(keys), PAGE, Button("", "audience.fact", (name,), here=True))
    rows = (*pairs(buttons), *pages, (BACK,))
    key = "segment.ask_value" if keys else "segment.no_value"
    return Reply(key, {"fact": name}, rows, edit=True)


def _ask_window(name: str) -> Reply:
    buttons = [
        Button(
            "segment.button_window",
            "audience.window",
            (str(days),),
            here=True,
            values={"days": days},
        )
        for days in WINDOWS
    ]
    return Reply("segment.ask_window", {"fact": name}, (*pairs(buttons), (BACK,)), edit=True)


def _ask_number(turn: Turn, name: str, days: int) -> Reply:
    turn.go("number", fact=name, days=days)
    return Reply("segment.ask_number", {"fact": name, "days": days}, ((BACK,),), edit=True)


# -- what was chosen ---------------------------------------------------------------------


def next_count(turn: Turn) -> Counted | None:
    """How many it is with what is being added; None where that cannot be said."""
    try:
        return counted(turn, _next(turn))
    except (Refused, ValueError):
        return None


def _next(turn: Turn) -> Expression | None:
    if turn.intent == "audience.open":
        return so_far(turn)
    if turn.intent == "audience.undo":
        older = list(turn.data.get("before", ()))
        return load(older[-1]) if older else None
    found = next(_chosen(turn), None)
    return so_far(turn) if found is None else joined(turn, found)


def _chosen(turn: Turn) -> Iterator[Expression]:
    """The condition that this tap or text means; nothing where it means none."""
    if turn.intent == "audience.pick":
        yield from _picked(turn, turn.arg(), turn.arg(1))
    elif turn.intent == "audience.days":
        yield from _dated(turn.arg(), turn.arg(1), number(turn, 2))
    elif turn.intent == "audience.number":
        yield audiences.read(turn.work, _as_written(turn), turn.now)
    elif turn.intent == "audience.card":
        yield audiences.read(turn.work, turn.text, turn.now)


def _picked(turn: Turn, name: str, which: str) -> Iterator[Expression]:
    kind = FACTS[name].kind if name in FACTS else None
    if kind is Kind.MONTH and which.isdecimal() and int(which) in MONTHS:
        yield Condition(name, Op.IS, (int(which),))
    elif kind is Kind.FLAG:
        yield Condition(name, Op.ANY)
    elif kind is Kind.KEY:
        keys = ClubNames(turn.work).called(name)
        yield from (Condition(name, Op.IS, (key,)) for key in keys if sign(key) == which)


def _dated(name: str, op: str, days: int) -> Iterator[Expression]:
    if name not in FACTS or FACTS[name].kind is not Kind.DAY:
        return
    if op == "never":
        yield Not(Condition(name, Op.ANY))
    elif op in (Op.WITHIN, Op.BEYOND) and days > 0:
        yield Condition(name, Op(op), (days,))


def _as_written(turn: Turn) -> str:
    """`3` means at least 3; a sign of one's own holds, such as `<= 5`."""
    name, days = str(turn.data.get("fact")), int(turn.data.get("days") or 0)
    text = turn.text.strip()
    sign = "" if text[:1] in "<>=≥≤＜＞＝" else ">= "
    return f"{name}{f'({days}d)' if days else ''} {sign}{text}"


@asked_again
def add(turn: Turn) -> Reply:
    """Adds what was tapped or typed, and shows who is meant now."""
    found = next(_chosen(turn), None)
    if found is not None:
        keep(turn, joined(turn, found))
    else:
        turn.go("card")
    return card(turn, edit=not turn.text)


def undo(turn: Turn) -> Reply:
    """Takes the last condition away."""
    older = list(turn.data.get("before", ()))
    turn.go("card", expression=older[-1] if older else {}, before=older[:-1], join="and")
    return card(turn)


def sample(turn: Turn) -> Reply:
    """Some who are meant, so that one sees whether they are the right ones."""
    expression = so_far(turn)
    turn.go("card")
    found = audiences.sample(turn.work, expression, turn.now, SHOWN) if expression else []
    members = [{"number": one.number, "name": one.name} for one in found]
    return Reply("segment.sample", {"members": members}, ((BACK,),), edit=True)


def _fact(name: str) -> Button:
    intent, args = "audience.fact", (name, "0")
    if FACTS[name].kind is Kind.FLAG:
        intent, args = "audience.pick", (name, "-")
    return Button("segment.button_fact", intent, args, here=True, values={"fact": name})


def _month(month: int) -> Button:
    args = ("birthday_month", str(month))
    return Button(
        "segment.button_month", "audience.pick", args, here=True, values={"month": month}
    )


def _days(name: str) -> Rows:
    def button(op: str, days: int) -> Button:
        args = (name, op, str(days))
        return Button(
            f"segment.button_{op}", "audience.days", args, here=True, values={"days": days}
        )

    within = [button("within", days) for days in WITHIN]
    beyond = [button("beyond", days) for days in BEYOND]
    never: Rows = ((button("never", 0),),) if Op.ANY in FACTS[name].ops else ()
    return (*pairs(within), *pairs(beyond), *never, (BACK,))
