"""The member's postings, newest first, and why each is as large as it is."""

from __future__ import annotations

from typing import Any

from bot.messages import Button, Reply, Rows
from domain.dates import local_day
from domain.programme import say
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import history
from services.history import Item, Page


def show(turn: Turn) -> Reply:
    """A page of postings; a number opens one."""
    before = _id(turn.arg())
    page = history.page(turn.work, member_id(turn), before)
    programme = turn.work.programmes.current()
    items = [_item(item, programme.zone) for item in page.items]
    values = {"items": items, "older": before is not None}
    edit = bool(turn.inbound.callback and turn.arg())  # turning pages, not coming from the card
    return Reply("history.shown", values, _under(page, newest=before is None), edit=edit)


def why(turn: Turn) -> Reply:
    """The arithmetic of one posting."""
    try:
        item = history.explain(turn.work, member_id(turn), number(turn))
    except LookupError:
        return show(turn)
    zone = turn.work.programmes.current().zone
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
    back = Button("button.back", "history", (str(item.posting_id + 1),))
    values = {"item": _item(item, zone), "lines": lines, "zone": zone}
    return Reply("history.why", values, ((back, menu.CARD),), edit=True)


def _id(text: str) -> int | None:
    """The posting a page begins before; anything else begins with the newest."""
    given = int(text) if text.isdecimal() and len(text) < 20 else 0
    return given if 0 < given < 2**63 else None


def _item(item: Item, zone: str) -> dict[str, Any]:
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
    }


def _under(page: Page, *, newest: bool) -> Rows:
    numbers = [
        Button("button.number", "history.why", (str(item.posting_id),), values={"number": place})
        for place, item in enumerate(page.items, start=1)
    ]
    rows: list[tuple[Button, ...]] = [
        tuple(numbers[at : at + 4]) for at in range(0, len(numbers), 4)
    ]
    turns = [] if newest else [Button("button.newest", "history", ("new",))]
    if page.before is not None:
        turns.append(Button("button.older", "history", (str(page.before),)))
    return (*rows, tuple(turns), (menu.POINTS, menu.CARD))
