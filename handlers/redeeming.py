"""Swapping points for a voucher: a last look, then the voucher itself."""

from __future__ import annotations

from typing import Final

from bot.messages import Button, Reply
from domain.benefit_errors import PriceChanged
from domain.benefits import Why, voucher_expires
from domain.points import day_before
from handlers import menu
from handlers.catalogue import LIST, VOUCHERS, Place, card, offer_values, photo
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import benefits, catalogue, vouchers
from services.kinds import kind_of

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def confirm(turn: Turn) -> Reply:
    """Asks before points are taken."""
    return _ask(turn, Place.read(turn.arg(1)))


def _ask(turn: Turn, place: Place, was: int | None = None) -> Reply:
    """The price and what is left then; `was`: another price that was shown before."""
    offer = catalogue.offer(turn.work, member_id(turn), number(turn), turn.now)
    if offer.standing.why is not Why.NOTHING:
        return card(turn, number(turn), place)
    benefit, zone = offer.benefit, turn.work.programmes.current().zone
    points = catalogue.spendable(turn.work, member_id(turn), turn.now)
    values = {
        "was": was,
        "offer": offer_values(turn, offer),
        "left": points - offer.standing.price,
        "last_day": day_before(voucher_expires(turn.now, benefit.valid_days, zone), zone),
    }
    of = str(benefit.id)
    agreed = (of, _short(offer.standing.price))
    redeem = Button("button.redeem_yes", "benefit.redeem", agreed, effect=True)
    no = Button("benefit.button_not_now", "benefit.show", (of, str(place)))
    return Reply("benefit.confirm", values, ((redeem,), (no,)), edit=True, photo=photo(benefit))


def redeem(turn: Turn) -> Reply:
    """Points are taken and the voucher is there; its code is shown by the next tap. Another price
    than the one that was shown is asked about anew."""
    shown = _long(turn.arg(1))
    try:
        done = benefits.redeem(
            turn.work, member_id(turn), number(turn), key=turn.nonce, now=turn.now, shown=shown
        )
    except PriceChanged as changed:  # no points are taken by then
        return _ask(turn, Place(), changed.shown)
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
    picture = voucher.promise.get("picture")
    return Reply(
        "benefit.redeemed",
        values,
        (first, (VOUCHERS, LIST), (menu.CARD,)),
        edit=True,
        photo=f"picture:{picture}" if picture else "",
    )


def _short(price: int) -> str:
    """A price in digits of base 36: a button has room for six beside the benefit's id."""
    digits = ""
    while price:
        price, digit = divmod(price, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"


def _long(text: str) -> int | None:
    """The price on a button; None on those that were made without one."""
    known = text and len(text) < 13 and all(letter in DIGITS for letter in text)
    return int(text, 36) if known else None
