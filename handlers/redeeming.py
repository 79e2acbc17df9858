"""Swapping points for a voucher: a last look, then the voucher itself."""

from __future__ import annotations

from bot.messages import Button, Reply
from domain.benefits import Why, voucher_expires
from domain.points import day_before
from handlers import menu
from handlers.catalogue import LIST, VOUCHERS, Place, card, offer_values, photo
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import benefits, catalogue, vouchers
from services.kinds import kind_of


def confirm(turn: Turn) -> Reply:
    """Asks before points are taken."""
    place = Place.read(turn.arg(1))
    offer = catalogue.offer(turn.work, member_id(turn), number(turn), turn.now)
    if offer.standing.why is not Why.NOTHING:
        return card(turn, number(turn), place)
    benefit, zone = offer.benefit, turn.work.programmes.current().zone
    points = catalogue.spendable(turn.work, member_id(turn), turn.now)
    values = {
        "offer": offer_values(turn, offer),
        "left": points - offer.standing.price,
        "last_day": day_before(voucher_expires(turn.now, benefit.valid_days, zone), zone),
    }
    args = (str(benefit.id), str(place))
    redeem = Button("button.redeem_yes", "benefit.redeem", args, effect=True)
    no = Button("benefit.button_not_now", "benefit.show", args)
    return Reply("benefit.confirm", values, ((redeem,), (no,)), edit=True, photo=photo(benefit))


def redeem(turn: Turn) -> Reply:
    """Points are taken and the voucher is there; its code is shown by the next tap."""
    done = benefits.redeem(turn.work, member_id(turn), number(turn), key=turn.nonce, now=turn.now)
    voucher = done.voucher
    at_once = kind_of(str(voucher.promise["kind"])).at_once
    values = {
        "names": dict(voucher.names),
        "price": voucher.price,
        "points": done.points,
        "at_once": at_once,
        "ready_days": voucher.promise.get("ready_days"),
        "last_day": vouchers.as_mine(turn.work, voucher, turn.now).last_day,
    }
    code = Button("button.voucher_code", "voucher.show", (str(voucher.id),))
    first = () if at_once else (code,)
    shown = voucher.promise.get("picture")
    return Reply(
        "benefit.redeemed",
        values,
        (first, (VOUCHERS, LIST), (menu.CARD,)),
        edit=True,
        photo=f"picture:{shown}" if shown else "",
    )
