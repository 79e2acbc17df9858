"""`/gift`: a member hands points to another, whom they name by number or phone."""

from __future__ import annotations

from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from handlers import menu
from handlers.parts import CANCEL, whole
from handlers.turns import Turn, member_id
from services import finding, gifting

GIFT = Flow("gift", (Step("who"), Step("points"), Step("sure")))


def begin(turn: Turn) -> Reply:
    """Asks to whom; `/gift NUMBER POINTS` says it in one line."""
    turn.end()
    if not gifting.allowed(turn.work):
        return Reply("gift.off", {}, menu.SHORT)
    has = gifting.allowance(turn.work, member_id(turn), turn.now)
    if has.have < has.least or has.left == 0:
        return Reply("gift.nothing", _limits(has), menu.SHORT)
    turn.start(GIFT)
    if turn.args:
        return _found(turn, *_split(turn))
    return Reply("gift.who", _limits(has), ((CANCEL,),))


def _split(turn: Turn) -> tuple[str, str]:
    """To whom, and how many if that is said: numbers and phones may hold spaces themselves."""
    every, who = " ".join(turn.args), " ".join(turn.args[:-1])
    one = finding.names_one(turn.work, every) and not finding.is_number(turn.work, who)
    return (every, "") if one or not who else (who, turn.args[-1])


def take_who(turn: Turn) -> Reply:
    """The number or phone, then how many."""
    return _found(turn, turn.text, "")


def _found(turn: Turn, text: str, points: str) -> Reply:
    found = gifting.find(turn.work, member_id(turn), text, turn.now)
    if found.member_id is None:
        values = {"why": found.why, "tries_left": found.tries_left}
        if not found.tries_left:
            turn.end()
        return Reply("gift.not_found", values, ((CANCEL,),) if found.tries_left else menu.SHORT)
    turn.go("points", to=str(found.member_id), name=found.name, tail=found.tail)
    if points:
        return _ready(turn, points)
    has = gifting.allowance(turn.work, member_id(turn), turn.now)
    return Reply("gift.points", {**_who(turn), **_limits(has)}, ((CANCEL,),))


def take_points(turn: Turn) -> Reply:
    """How many, then a last look."""
    return _ready(turn, turn.text)


def _ready(turn: Turn, text: str) -> Reply:
    points = whole(text)
    gifting.check(turn.work, member_id(turn), int(turn.data["to"]), points, turn.now)
    turn.go("sure", points=points)
    return sure(turn)


def sure(turn: Turn) -> Reply:
    """To whom and how many, and the button that does it."""
    do = Button("button.gift_do", "gift.do", effect=True, here=True)
    values = {**_who(turn), "points": turn.data["points"]}
    return Reply("gift.sure", values, ((do,), (CANCEL,)))


def do(turn: Turn) -> Reply:
    """Hands the points over."""
    values = {**_who(turn), "points": turn.data["points"]}
    done = gifting.give(
        turn.work,
        member_id(turn),
        int(turn.data["to"]),
        int(turn.data["points"]),
        key=f"gift:{turn.nonce}",
        now=turn.now,
    )
    turn.end()
    left = gifting.allowance(turn.work, member_id(turn), turn.now).have
    values |= {"points": -done.amount, "have": left}
    return Reply("gift.done", values, menu.SHORT, edit=True)


def _who(turn: Turn) -> dict[str, Any]:
    return {"name": turn.data["name"], "tail": turn.data["tail"]}


def _limits(has: gifting.Allowance) -> dict[str, Any]:
    return {"have": has.have, "least": has.least, "left": has.left}
