"""`/closing`: the day at the till (日结对账); staff see their own figures, managers all."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

from bot.messages import Button, Document, Reply, Rows
from domain.money import Money
from domain.tallies import Tally
from handlers import till_undo
from handlers.turns import Turn, actor
from services import closing, undoing
from services.closing import Closing, Entry

MAKER: Final = "closing"
NEXT = Button("button.till_next", "till")
LISTED: Final = 6
BACK_DAYS: Final = 400


def show(turn: Turn) -> Reply:
    """`/closing`, of today or the day of a button."""
    day = _day(turn)
    made = _made(turn, day)
    return Reply("closing.card", _values(turn, made), _rows(turn, made), edit=True)


def sheet(turn: Turn) -> Reply:
    """The same as an Excel file, as a further message."""
    day = _day(turn)
    made = _made(turn, day)
    name = f"closing-{made.store.code if made.store else 'all'}-{day}.xlsx"
    content = json.dumps(closing.plain(made), ensure_ascii=False).encode()
    file = Reply("closing.file", {"day": day}, document=Document(name, content, MAKER))
    return Reply("closing.coming", {"day": day}, more=(file,))


def _day(turn: Turn) -> date:
    """The day of a button or command; today for none and for one that cannot be."""
    today = closing.today(turn.work, actor(turn).store_id, turn.now)
    try:
        asked = date.fromisoformat(turn.arg())
    except ValueError:
        return today
    return asked if today - timedelta(days=BACK_DAYS) <= asked <= today else today


def _made(turn: Turn, day: date) -> Closing:
    """Managers see all of their store (without one: every store), others what they did."""
    who = actor(turn)
    mine = None if _manager(turn) else who.staff_id
    return closing.closing(turn.work, day, store_id=who.store_id, staff_id=mine)


def _manager(turn: Turn) -> bool:
    return turn.person.staff is not None and turn.person.staff.role in undoing.MANAGERS


def _values(turn: Turn, made: Closing) -> dict[str, Any]:
    several = _manager(turn)
    return {
        "day": made.day,
        "today": made.day == closing.today(turn.work, actor(turn).store_id, turn.now),
        "store": made.store.name if made.store else "",
        "mine": "" if several else actor(turn).name,
        "total": _tally(made, made.total),
        "shifts": [
            {"staff": one.staff, "store": one.store, "tally": _tally(made, one.tally)}
            for one in made.shifts
        ]
        if several
        else [],
        "used": [{"names": dict(one.names), "count": one.count} for one in made.used],
        "stored_value": turn.work.programmes.current().stored_value is not None,
    }


def _tally(made: Closing, tally: Tally) -> dict[str, Any]:
    money = {
        name: Money(getattr(tally, name), made.currency)
        for name in ("cash", "credit_in", "credit_out")
    }
    return {**asdict(tally), **money}


def _rows(turn: Turn, made: Closing) -> Rows:
    before = made.day - timedelta(days=1)
    day = Button("button.closing_day", "closing", (str(before),), values={"day": before})
    excel = Button("button.closing_sheet", "closing.sheet", (str(made.day),))
    return (*_undoable(turn, made), (day, excel), (NEXT,))


def _undoable(turn: Turn, made: Closing) -> Rows:
    """The newest lines that may be taken back now."""
    who = till_undo.who(turn)
    found = [
        entry
        for entry in reversed(made.entries)
        if undoing.possible(turn.work, entry.event.id, who, turn.now)
    ]
    return tuple((_undo(made, entry),) for entry in found[:LISTED])


def _undo(made: Closing, entry: Entry) -> Button:
    values = {
        "kind": str(entry.event.kind),
        "names": dict(entry.names),
        "reference": entry.reference,
        "at": entry.event.at,
        "zone": made.zone,
    }
    return Button("button.closing_undo", "till.undo", (str(entry.event.id),), values=values)
