"""Handing a voucher to somebody else: the giver's link, and whoever opens it."""

from __future__ import annotations

from urllib.parse import quote

from bot.messages import Button, Reply, Rows
from domain.points import day_before
from domain.vouchers import Voucher
from handlers import menu
from handlers.catalogue import VOUCHERS
from handlers.parts import number
from handlers.turns import Turn, address_id, member_id
from services import handing, joining, vouchers
from services.handing import LINK, Offered

SHARE = "https://t.me/share/url?url="


def offer(turn: Turn) -> Reply:
    """Makes the link; the next tap shows it, for what holds a token is kept nowhere."""
    made = handing.offer(turn.work, member_id(turn), number(turn), turn.now)
    voucher = vouchers.get(turn.work, made.voucher_id)
    args = (str(voucher.id),)
    rows: Rows = (
        (Button("handing.button_show", "handing.show", args),),
        (Button("handing.button_withdraw", "handing.withdraw", args, effect=True),),
        (VOUCHERS, menu.CARD),
    )
    values = {"names": dict(voucher.names), "until": made.until, "zone": _zone(turn)}
    return Reply("handing.ready", values, rows, edit=True)


def show(turn: Turn) -> Reply:
    """The link to pass on. A reading route: nothing of the answer is kept."""
    found = handing.link(turn.work, member_id(turn), number(turn), turn.now)
    args = (str(found.voucher.id),)
    share = Button("handing.button_share", "", url=f"{SHARE}{quote(found.url, safe='')}")
    withdraw = Button("handing.button_withdraw", "handing.withdraw", args, effect=True)
    rows: Rows = (*(((share,),) if found.url else ()), (withdraw,), (VOUCHERS, menu.CARD))
    values = {
        "names": dict(found.voucher.names),
        "url": found.url,
        "start": f"/start {LINK}{found.token}",
        "until": found.handing.until,
        "zone": _zone(turn),
    }
    return Reply("handing.link", values, rows, secret=True)


def withdraw(turn: Turn) -> Reply:
    """The link is worth nothing any more; the voucher stays the giver's."""
    handing.withdraw(turn.work, member_id(turn), number(turn), turn.now)
    voucher = vouchers.get(turn.work, number(turn))
    one = Button("button.voucher", "voucher.show", (turn.arg(),), values=_named(voucher))
    return Reply("handing.withdrawn", _named(voucher), ((one,), (VOUCHERS, menu.CARD)), edit=True)


# -- whoever opens the link -------------------------------------------------------------


def opened(turn: Turn, payload: str) -> Reply:
    """The link: what there is to have. A stranger is asked to join first."""
    turn.end()
    found = handing.opened(turn.work, payload.removeprefix(LINK), turn.now)
    return _offered(turn, found)


def _offered(turn: Turn, found: Offered) -> Reply:
    voucher = found.voucher
    stranger = turn.person.member_id is None
    if voucher.member_id == turn.person.member_id:
        one = Button("handing.button_show", "handing.show", (str(voucher.id),))
        return Reply("handing.own", _named(voucher), ((one,), (VOUCHERS, menu.CARD)))
    args = (str(found.handing.id),)
    take = Button("handing.button_take", "handing.take", args, effect=True)
    join = Button("handing.button_join", "handing.join", args, effect=True)
    rows: Rows = ((join,), (menu.RULES, menu.LANGUAGE)) if stranger else ((take,), (menu.CARD,))
    values = {
        **_named(voucher),
        "terms": dict(voucher.terms),
        "giver": found.giver,
        "last_day": day_before(voucher.expires_at, _zone(turn)),
        "stranger": stranger,
    }
    return Reply("handing.offered", values, rows)


def take(turn: Turn) -> Reply:
    """The voucher is the taker's now, under a code of its own."""
    return _taken(turn, handing.take(turn.work, member_id(turn), number(turn), turn.now))


def join(turn: Turn) -> Reply:
    """A stranger joins the club and has the voucher in the same step."""
    joined = joining.join(turn.work, address_id(turn), locale=turn.locale, now=turn.now)
    voucher = handing.take(turn.work, joined.member.id, number(turn), turn.now)
    return _taken(turn, voucher, joined.points if joined.new else 0)


def _taken(turn: Turn, voucher: Voucher, welcome: int = 0) -> Reply:
    code = Button("button.voucher_code", "voucher.show", (str(voucher.id),))
    last_day = day_before(voucher.expires_at, _zone(turn))
    values = {**_named(voucher), "last_day": last_day, "welcome": welcome}
    return Reply("handing.taken", values, ((code,), (VOUCHERS, menu.CARD)), edit=True)


def _named(voucher: Voucher) -> dict[str, object]:
    return {"names": dict(voucher.names)}


def _zone(turn: Turn) -> str:
    return turn.work.programmes.current().zone
