"""The member's own vouchers: what is valid, what was used where, the code, giving one back."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Button, Reply, Rows
from domain.vouchers import OPEN, VoucherState
from handlers import menu
from handlers.catalogue import LIST, VOUCHERS
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import cancelling, fulfilling, handing, vouchers
from services.drawing import voucher_photo
from services.handing import Gone
from services.vouchers import Mine

PAGE = 8


def mine(turn: Turn) -> Reply:
    """The member's vouchers: valid, then used, expired and given back, then handed on."""
    valid, over = _sorted(vouchers.of_member(turn.work, member_id(turn), turn.now))
    gone = handing.given(turn.work, member_id(turn))
    every: list[Mine | Gone] = [*valid, *over, *gone]
    pages = max(1, -(-len(every) // PAGE))
    page = min(number(turn), pages - 1)
    shown = every[page * PAGE : (page + 1) * PAGE]
    values = {
        "valid": [_voucher(turn, one) for one in shown if one in valid],
        "over": [_voucher(turn, one) for one in shown if isinstance(one, Mine) and one in over],
        "gone": [_gone(turn, one) for one in shown if isinstance(one, Gone)],
        "page": page + 1,
        "pages": pages,
    }
    rows: Rows = tuple((_open(one),) for one in shown if one in valid and isinstance(one, Mine))
    return Reply(
        "voucher.list", values, (*rows, _pager(page, pages), (LIST, menu.CARD)), edit=True
    )


def _sorted(found: list[Mine]) -> tuple[list[Mine], list[Mine]]:
    """What can be used, the first to expire first; and the rest, the newest first."""
    valid = [one for one in found if one.state in OPEN]
    over = [one for one in found if one.state not in OPEN]
    return sorted(valid, key=lambda one: one.voucher.expires_at), over


def _open(one: Mine) -> Button:
    args = (str(one.voucher.id),)
    return Button("button.voucher", "voucher.show", args, values=_named(one))


def _pager(page: int, pages: int) -> tuple[Button, ...]:
    if pages == 1:
        return ()

    def to(label: str, where: int) -> Button:
        values = {"page": page + 1, "pages": pages}
        return Button(label, "vouchers", (str(where % pages),), values=values)

    there = to("benefit.button_page", page)
    return (
        to("benefit.button_page_back", page - 1),
        there,
        to("benefit.button_page_on", page + 1),
    )


# -- one voucher ------------------------------------------------------------------------


def show(turn: Turn) -> Reply:
    """One voucher with its code and both pictures of it. A reading route, so that the code is
    kept nowhere; the picture is drawn when it is sent."""
    shown = vouchers.show(turn.work, member_id(turn), number(turn), turn.now)
    one = shown.mine
    until = cancelling.returnable_until(turn.work, one.voucher, turn.now)
    values = {
        "voucher": _voucher(turn, one),
        "code": shown.code,
        "terms": dict(one.voucher.terms),
        "back_until": until,
        "open_link": handing.is_open(turn.work, one.voucher, turn.now),
        "order": _order(turn, one),
        "zone": _zone(turn),
    }
    rows = (*_what_to_do(turn, one, until), (VOUCHERS, menu.CARD))
    photo = voucher_photo(one.voucher.id, member_id(turn)) if shown.code else ""
    return Reply("voucher.card", values, rows, photo=photo, protect=True, secret=True)


def _what_to_do(turn: Turn, one: Mine, until: datetime | None) -> Rows:
    args = (str(one.voucher.id),)
    rows: list[tuple[Button, ...]] = []
    if handing.is_open(turn.work, one.voucher, turn.now) and one.state in OPEN:
        rows.append((Button("handing.button_show", "handing.show", args),))
    elif handing.allowed(turn.work, one.voucher, turn.now):
        rows.append((Button("handing.button_offer", "handing.offer", args, effect=True),))
    if until is not None:
        rows.append((Button("voucher.button_back", "voucher.back", args),))
    return tuple(rows)


def _order(turn: Turn, one: Mine) -> dict[str, object]:
    """How far what has to be made ready is; empty where nothing has."""
    found = fulfilling.state(turn.work, one.voucher.id)
    if found is None or one.state not in OPEN:
        return {}
    store = turn.work.stores.by_id(found.store_id) if found.store_id else None
    return {
        "state": found.state.value,
        "due_on": found.due_on,
        "store": store.name if store else "",
    }


# -- giving it back ---------------------------------------------------------------------


def back(turn: Turn) -> Reply:
    """Asks first, and says what comes back."""
    one = vouchers.show(turn.work, member_id(turn), number(turn), turn.now).mine
    until = cancelling.returnable_until(turn.work, one.voucher, turn.now)
    if until is None:
        return show(turn)
    values = {**_named(one), "price": one.voucher.price, "until": until, "zone": _zone(turn)}
    args = (str(one.voucher.id),)
    do = Button("voucher.button_back_do", "voucher.back_do", args, effect=True)
    keep = Button("voucher.button_keep", "vouchers")
    return Reply("voucher.back_sure", values, ((do,), (keep,)), edit=True)


def back_do(turn: Turn) -> Reply:
    """The voucher is gone and its points are back where they came from."""
    done = cancelling.cancel(turn.work, member_id(turn), number(turn), now=turn.now)
    values = {
        "names": dict(done.voucher.names),
        "price": done.voucher.price,
        "points": done.points,
    }
    return Reply("voucher.back_done", values, ((LIST, VOUCHERS), (menu.CARD,)), edit=True)


# -- what the texts are told ------------------------------------------------------------


def _voucher(turn: Turn, one: Mine | Gone) -> dict[str, object]:
    assert isinstance(one, Mine)
    used = vouchers.used_by(turn.work, one.voucher) if one.state is VoucherState.USED else None
    return {
        **_named(one),
        "state": str(one.state),
        "last_day": one.last_day,
        "used_at": one.voucher.used_at,
        "store": used.store if used else "",
        "zone": _zone(turn),
    }


def _gone(turn: Turn, one: Gone) -> dict[str, object]:
    who = {"name": one.name, "tail": one.tail}
    return {"names": dict(one.names), "at": one.at, "zone": _zone(turn), **who}


def _named(one: Mine) -> dict[str, object]:
    return {"names": dict(one.voucher.names)}


def _zone(turn: Turn) -> str:
    return turn.work.programmes.current().zone
