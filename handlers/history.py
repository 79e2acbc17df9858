"""The member's postings, newest first, and why each is as large as it is."""

from __future__ import annotations

from typing import Any

from bot.messages import Button, Reply, Rows
from domain.dates import local_day
from domain.points import Unit
from domain.programme import say
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import balances, history
from services.history import Item, Page


def show(turn: Turn) -> Reply:
    """A page of postings in a unit; a number opens one."""
    before, unit = _id(turn.arg()), _unit(turn.arg(1))
    page = history.page(turn.work, member_id(turn), before, unit=unit)
    programme = turn.work.programmes.current()
    values = {
        "items": [shown(item, programme.zone) for item in page.items],
        "older": before is not None,
        "unit": str(unit),
        "growth_name": dict(programme.growth_name),
    }
    edit = bool(turn.inbound.callback and turn.arg())  # turning pages, not coming from the card
    rows = (*_under(page, unit, newest=before is None), *_units(turn, unit))
    if page.items and unit is Unit.POINTS and before is None:
        rows = (*rows, (menu.STATEMENT,))
    return Reply("history.shown", values, (*rows, (menu.POINTS, menu.CARD)), edit=edit)


def why(turn: Turn) -> Reply:
    """The arithmetic of one posting."""
    unit = _unit(turn.arg(1))
    try:
        item = history.explain(turn.work, member_id(turn), number(turn), unit)
    except LookupError:
        return show(turn)
    programme = turn.work.programmes.current()
    lines = [
        {
            "kind": line.kind,
            "key": line.key,
            "name": say(line.names, turn.locale),
            "factor": line.factor,
            "points": line.points,
        }
        for line in item.lines
    ]
    back = Button("button.back", "history", _place(str(item.posting_id + 1), unit))
    values = {
        "item": shown(item, programme.zone),
        "lines": lines,
        "zone": programme.zone,
        "growth_name": dict(programme.growth_name),
    }
    return Reply("history.why", values, ((back, menu.CARD),), edit=True)


def _id(text: str) -> int | None:
    """The posting a page begins before; anything else begins with the newest."""
    given = int(text) if text.isdecimal() and len(text) < 20 else 0
    return given if 0 < given < 2**63 else None


def _unit(text: str) -> Unit:
    """The unit that a button names; points for anything else."""
    return Unit(text) if text in tuple(Unit) else Unit.POINTS


def _place(text: str, unit: Unit) -> tuple[str, ...]:
    """What a button carries: points are the rule and not named."""
    return (text,) if unit is Unit.POINTS else (text, str(unit))


def shown(item: Item, zone: str) -> dict[str, Any]:
    """A posting as the texts about postings want it."""
    return {
        "kind": item.kind,
        "source": item.source,
        "amount": item.amount,
        "at": item.at,
        "day": local_day(item.at, zone),
        "paid": item.paid,
        "store": item.store,
        "reason": item.reason,
        "order": item.order,
        "rate": {"points": item.rate[0], "per": item.rate[1]} if item.rate else None,
        "unit": str(item.unit),
        "other": item.other,
        "currency": item.currency,
    }


def _under(page: Page, unit: Unit, *, newest: bool) -> Rows:
    numbers = [
        Button(
            "button.number",
            "history.why",
            _place(str(item.posting_id), unit),
            values={"number": place},
        )
        for place, item in enumerate(page.items, start=1)
    ]
    rows: list[tuple[Button, ...]] = [
        tuple(numbers[at : at + 4]) for at in range(0, len(numbers), 4)
    ]
    turns = [] if newest else [Button("button.newest", "history", _place("new", unit))]
    if page.before is not None:
        turns.append(Button("button.older", "history", _place(str(page.before), unit)))
    return (*rows, tuple(turns))


def _units(turn: Turn, shown: Unit) -> Rows:
    """A button for each unit that the member has postings in, where there are several."""
    units = balances.units(turn.work, member_id(turn))
    if len(units) == 1 and shown is Unit.POINTS:
        return ()
    names = dict(turn.work.programmes.current().growth_name)
    return (
        tuple(
            Button(
                "button.unit",
                "history",
                ("new", str(unit)),
                values={"unit": str(unit), "names": names, "on": unit is shown},
            )
            for unit in units
        ),
    )
