"""`/stock`: what operators do with benefits that are out: more or less, stop and start now."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, actor
from services import stocking
from services.stocking import Stocked

STOCKING = Flow("stocking", (Step("number"), Step("sure")))
LIST = Button("stock.button_list", "stock")
PAGE: Final = 6
_STEPS: Final = ("+10", "-10")
_TYPED: Final = re.compile(r"([+=-]?)(\d{1,7})")
# What phones make of a minus sign.
_DASHES: Final = str.maketrans("−–—", "---")


def show_all(turn: Turn) -> Reply:
    """A page of all benefits: what is left, how many wait, what is stopped."""
    turn.end()
    at = number(turn)
    found, pages = stocking.page(turn.work, at, PAGE)
    values = {"benefits": [_values(one) for one in found], "page": at + 1, "pages": pages}
    rows = (*(_open(one) for one in found), *_turning(at, pages))
    back = ((menu.CARD,),) if turn.person.member_id is not None else ()
    return Reply("stock.list", values, (*rows, *back), edit=True)


def show(turn: Turn) -> Reply:
    """One benefit, and what can be done with it: by button, or by typing a number."""
    return _card(turn, stocking.one(turn.work, number(turn)))


def step(turn: Turn) -> Reply:
    """Ten more or ten less."""
    more = int(turn.arg())
    return _card(turn, stocking.change(turn.work, _asked(turn), more, actor(turn), turn.now))


def typed(turn: Turn) -> Reply:
    """`+20`, `-5`, or how many are left."""
    text = unicodedata.normalize("NFKC", turn.text).translate(_DASHES)
    found = _TYPED.fullmatch("".join(text.split()))
    if not found:
        return Reply("stock.bad_number", {"text": turn.text[:40]})
    sign, count = found[1], int(found[2])
    if sign in ("", "="):
        done = stocking.set_left(turn.work, _asked(turn), count, actor(turn), turn.now)
    else:
        more = count if sign == "+" else -count
        done = stocking.change(turn.work, _asked(turn), more, actor(turn), turn.now)
    return _card(turn, done)


def stop(turn: Turn) -> Reply:
    """Stops it at once; asks first if people wait for it."""
    benefit_id = _asked(turn)
    found = stocking.one(turn.work, benefit_id)
    if found.waiting:
        return sure(turn)
    return stop_now(turn)


def sure(turn: Turn) -> Reply:
    """Stop what people wait for?"""
    found = stocking.one(turn.work, _asked(turn))
    turn.go("sure")
    do = Button("stock.button_stop_sure", "stock.stop_now", here=True)
    back = Button("stock.button_back", "stock.show", (str(found.benefit.id),))
    return Reply("stock.sure", _values(found), ((do,), (back,)), edit=True)


def stop_now(turn: Turn) -> Reply:
    """Nobody can redeem it from the very next tap on."""
    return _card(turn, stocking.stop(turn.work, _asked(turn), actor(turn), turn.now))


def start(turn: Turn) -> Reply:
    """It can be redeemed again."""
    return _card(turn, stocking.start(turn.work, _asked(turn), actor(turn), turn.now))


def _asked(turn: Turn) -> int:
    return int(turn.data["benefit"])


def _card(turn: Turn, found: Stocked) -> Reply:
    turn.start(STOCKING, "number", benefit=str(found.benefit.id))
    return Reply("stock.card", _values(found), _buttons(found), edit=True)


def _buttons(found: Stocked) -> Rows:
    """Buttons of this moment: a second tap on one finds it old and changes nothing."""
    benefit = found.benefit
    steps = tuple(
        Button("stock.button_step", "stock.step", (by,), values={"by": by}, here=True)
        for by in _STEPS
        if _counts(found) and int(by) + (benefit.stock or 0) >= 0
    )
    start = Button("stock.button_start", "stock.start", here=True)
    stop = Button("stock.button_stop", "stock.stop", here=True)
    switch = start if benefit.stopped else stop
    return (*((steps,) if steps else ()), (switch,), (LIST,))


def _counts(found: Stocked) -> bool:
    """Whether people set how many there are."""
    return found.benefit.stock is not None and not found.benefit.imported_codes


def _values(found: Stocked) -> dict[str, Any]:
    benefit = found.benefit
    return {
        "names": dict(benefit.names),
        "price": benefit.price,
        "stock": benefit.stock,
        "counts": _counts(found),
        "codes": benefit.imported_codes,
        "waiting": found.waiting,
        "stopped": benefit.stopped,
    }


def _open(found: Stocked) -> tuple[Button, ...]:
    benefit = found.benefit
    values = {"names": dict(benefit.names), "stock": benefit.stock, "stopped": benefit.stopped}
    return (Button("stock.button_open", "stock.show", (str(benefit.id),), values=values),)


def _turning(at: int, pages: int) -> Rows:
    to = ((at - 1, "stock.button_before"), (at + 1, "stock.button_after"))
    row = tuple(Button(label, "stock", (str(n),)) for n, label in to if 0 <= n < pages)
    return (row,) if row else ()
