"""Which store? Buttons for the first ones; the code or the name of any can be typed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Button, Rows
from domain.fulfilment_errors import StoreUnclear
from handlers.parts import number
from handlers.turns import Turn
from services.ports.club import Store

SHOWN = 12


def store_rows(turn: Turn, intent: str, usual: Sequence[int] = ()) -> Rows:
    """A button for each of the first stores, the usual ones before the others, which belongs to
    this point of the conversation."""
    place = {store_id: at for at, store_id in enumerate(usual)}
    stores = sorted(turn.work.stores.all(), key=lambda one: place.get(one.id, len(place)))
    buttons = [
        Button("order.button_store", intent, (str(one.id),), here=True, values={"name": one.name})
        for one in stores[:SHOWN]
    ]
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def tapped_store(turn: Turn) -> Store:
    """The store of a button; raises StoreUnclear."""
    found = turn.work.stores.by_id(number(turn))
    if found is None:
        raise StoreUnclear(turn.arg())
    return found


def typed_store(turn: Turn) -> Store:
    """The store whose code or name was typed, or a part of one name only; raises
    StoreUnclear."""
    text = " ".join(turn.text.split()).casefold()
    stores = turn.work.stores.all()
    same = [one for one in stores if text in (one.code.casefold(), one.name.casefold())]
    found = same or [one for one in stores if text and text in one.name.casefold()]
    if len(found) != 1:
        raise StoreUnclear("".join(c for c in turn.text if c.isprintable())[:40])
    return found[0]
