"""`/orders`: what staff have to make ready and hand over (监督权益落实)."""

from __future__ import annotations

from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.fulfilments import OPEN, OrderState
from domain.vouchers import VoucherState
from handlers import menu, store_choice
from handlers.parts import CANCEL, gone, number
from handlers.turns import Turn, actor
from services import orders
from services.orders import ALL, FILTERS, LATE, READY, Page, View
from services.ports.club import Store

ORDERING = Flow("ordering", (Step("where"), Step("note")))
LIST = Button("order.button_orders", "orders")
ASKED = {"overdue": LATE, "逾期": LATE, "超时": LATE}


def show_all(turn: Turn) -> Reply:
    """Open orders, late ones first: all, only the late ones, or those that wait to be fetched."""
    asked = turn.arg().casefold()
    only = ASKED.get(asked, asked if asked in FILTERS else ALL)
    page = orders.page(turn.work, only, number(turn, 1), turn.now)
    values = {
        "orders": [_values(turn, one) for one in page.views],
        "only": only,
        "count": page.open,
        "late": page.late,
        "page": page.page + 1,
        "pages": page.pages,
    }
    rows = (*(_open(one) for one in page.views), *_turning(page), _filters(page))
    back = ((menu.CARD,),) if turn.person.member_id is not None else ()
    return Reply("order.list", values, (*rows, *back), edit=True)


def show(turn: Turn) -> Reply:
    """One order with what can be done about it."""
    return _card(turn, orders.view(turn.work, number(turn), turn.now))


def ready(turn: Turn) -> Reply:
    """It is ready; where, if that is not plain."""
    voucher_id = number(turn)
    stores = turn.work.stores.all()
    at = actor(turn).store_id or (stores[0].id if len(stores) == 1 else None)
    if at is None and stores:
        seen = orders.view(turn.work, voucher_id, turn.now)
        turn.start(ORDERING, "where", order=str(voucher_id))
        rows = (*store_choice.store_rows(turn, "order.at"), (CANCEL,))
        return Reply("order.where", {"names": dict(seen.names)}, rows)
    return _ready(turn, voucher_id, at)


def at_store(turn: Turn) -> Reply:
    """The store that was tapped."""
    if turn.conversation.flow != ORDERING.name or turn.conversation.step != "where":
        return gone(turn)
    return _ready_at(turn, store_choice.tapped_store(turn))


def take_store(turn: Turn) -> Reply:
    """The store that was typed."""
    return _ready_at(turn, store_choice.typed_store(turn))


def _ready_at(turn: Turn, store: Store) -> Reply:
    voucher_id = int(turn.data["order"])
    turn.end()
    return _ready(turn, voucher_id, store.id)


def _ready(turn: Turn, voucher_id: int, store_id: int | None) -> Reply:
    return _card(turn, orders.make_ready(turn.work, voucher_id, store_id, actor(turn), turn.now))


def deliver(turn: Turn) -> Reply:
    """The member has it."""
    own, key = turn.person.member_id, turn.nonce
    done = orders.deliver(turn.work, number(turn), own, actor(turn), key=key, now=turn.now)
    return _card(turn, done)


def close(turn: Turn) -> Reply:
    """Nobody has fetched it."""
    return _card(turn, orders.close(turn.work, number(turn), actor(turn), turn.now))


def note(turn: Turn) -> Reply:
    """What should be kept about it?"""
    seen = orders.view(turn.work, number(turn), turn.now)
    turn.start(ORDERING, "note", order=str(seen.order.voucher_id))
    return Reply("order.note_ask", {"names": dict(seen.names)}, ((CANCEL,),))


def take_note(turn: Turn) -> Reply:
    """The note that was typed."""
    voucher_id = int(turn.data["order"])
    seen = orders.write_note(turn.work, voucher_id, turn.text, actor(turn), turn.now)
    turn.end()
    return _card(turn, seen)


def _card(turn: Turn, seen: View) -> Reply:
    return Reply("order.shown", _values(turn, seen), _buttons(seen), edit=True)


def _buttons(seen: View) -> Rows:
    mark = (str(seen.order.voucher_id),)
    if seen.order.state not in OPEN:
        return ((LIST,),)
    make = Button("order.button_ready", "order.ready", mark, effect=True)
    give = Button("order.button_deliver", "order.deliver", mark, effect=True)
    write = Button("order.button_note", "order.note", mark)
    over = seen.voucher not in (VoucherState.ISSUED, VoucherState.HELD)
    shut = Button("order.button_close", "order.close", mark, effect=True)
    first = (make,) if seen.order.state is OrderState.ORDERED else ()
    return ((*first, give), (*((shut,) if over else ()), write), (LIST,))


def _values(turn: Turn, seen: View) -> dict[str, Any]:
    order, zone = seen.order, turn.work.programmes.current().zone
    left = (order.due_on - orders.today(turn.work, turn.now)).days
    return {
        "names": dict(seen.names),
        "name": seen.member.name,
        "number": seen.member.number,
        "level": dict(seen.member.level),
        "state": str(order.state),
        "ordered_at": order.ordered_at,
        "due_on": order.due_on,
        "late": seen.late,
        "left": left,
        "ready_at": order.ready_at,
        "delivered_at": order.delivered_at,
        "store": seen.store.name if seen.store else "",
        "staff": seen.staff,
        "note": order.note,
        "voucher": str(seen.voucher),
        "last_day": seen.last_day,
        "zone": zone,
    }


def _open(seen: View) -> tuple[Button, ...]:
    values = {
        "names": dict(seen.names),
        "name": seen.member.name,
        "late": seen.late > 0,
        "ready": seen.order.state is OrderState.READY,
    }
    mark = (str(seen.order.voucher_id),)
    return (Button("order.button_open", "order.show", mark, values=values),)


def _turning(page: Page) -> Rows:
    if page.pages == 1:
        return ()
    to = ((page.page - 1, "order.button_before"), (page.page + 1, "order.button_after"))
    return (
        tuple(
            Button(label, "orders", (page.only, str(at)))
            for at, label in to
            if 0 <= at < page.pages
        ),
    )


def _filters(page: Page) -> tuple[Button, ...]:
    return tuple(
        Button("order.button_filter", "orders", (only,), values={"only": only})
        for only in (ALL, LATE, READY)
        if only != page.only
    )
