"""`/statement`: a month of points as a PDF."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from bot.messages import Button, Document, Reply, Rows
from handlers import menu
from handlers.history import shown
from handlers.turns import Turn, member_id
from services import statements
from services.statements import Statement

MAKER = "statement"


def choose(turn: Turn) -> Reply:
    """The months there is a statement of."""
    months = statements.months(turn.work, member_id(turn), turn.now)
    if not months:
        return Reply("statement.none", {}, ((menu.HISTORY, menu.CARD),))
    return Reply("statement.choose", {}, (*_months(months), (menu.HISTORY, menu.CARD)))


def _months(months: list[date]) -> Rows:
    buttons = [
        Button("button.month", "statement.send", (f"{month:%Y-%m}",), values={"month": month})
        for month in months
    ]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def send(turn: Turn) -> Reply:
    """The statement, as a further message."""
    first = _first(turn.arg())
    try:
        made = statements.statement(turn.work, member_id(turn), first, turn.now)
    except LookupError:
        return choose(turn)
    name = f"statement-{made.number.replace(' ', '')}-{first:%Y-%m}.pdf"
    content = json.dumps(_plain(turn, made), default=str).encode()
    values = {"month": first, "opening": made.opening, "closing": made.closing}
    sent = Reply("statement.file", values, document=Document(name, content, MAKER))
    return Reply("statement.coming", {"month": first}, more=(sent,))


def _first(text: str) -> date:
    """The first day of a month such as 2026-05; a day without statement for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return date.min


def _plain(turn: Turn, made: Statement) -> dict[str, Any]:
    """The statement as plain data, for the maker of the file."""
    programme = turn.work.programmes.current()
    level = programme.level(made.level)
    zone = programme.zone
    return {
        "number": made.number,
        "name": made.name,
        "level": dict(level.names),
        "colour": level.colour,
        "first": made.first,
        "last": made.last,
        "opening": made.opening,
        "closing": made.closing,
        "given": made.given,
        "taken": made.taken,
        "expired": made.expired,
        "unposted": made.unposted,
        "lines": [
            {
                "item": _item(shown(line.item, zone)),
                "change": line.change,
                "balance": line.balance,
            }
            for line in made.lines
        ],
        "months": [
            {"first": m.first, "given": m.given, "taken": m.taken, "closing": m.closing}
            for m in made.months
        ],
        "expiring": [{"points": points, "day": day} for points, day in made.expiring[:3]],
        "made": turn.now.isoformat(),
        "zone": zone,
    }


def _item(values: dict[str, Any]) -> dict[str, Any]:
    paid = values["paid"]
    plain = {"minor": paid.minor, "currency": paid.currency} if paid else None
    return {**values, "paid": plain, "rate": None}
