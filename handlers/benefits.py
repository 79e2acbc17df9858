"""Benefits and the member's own vouchers."""

from bot.messages import Button, Document, Reply, Rows
from domain.benefits import Benefit, Why
from domain.points import Unit
from domain.vouchers import VoucherState
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, member_id
from services import benefits, catalogue, vouchers
from services.benefits import Offer
from services.pictures import qr_png
from services.vouchers import Mine

LIST = Button("button.benefits", "benefits")
VOUCHERS = Button("button.vouchers", "vouchers")


def show_all(turn: Turn) -> Reply:
    """What there is: affordable now first, then near, then the rest with the reason."""
    found = catalogue.shelf(turn.work, member_id(turn), turn.now).offers
    values = {"points": _points(turn), "offers": [_offer(turn, offer) for offer in found]}
    rows: Rows = tuple((_open(offer),) for offer in found)
    return Reply("benefit.list", values, (*rows, (VOUCHERS, menu.CARD)), edit=True)


def show(turn: Turn) -> Reply:
    """One benefit with its terms and its price."""
    offer = benefits.offer(turn.work, member_id(turn), number(turn), turn.now)
    values = {"offer": _offer(turn, offer), "points": _points(turn)}
    ready = offer.standing.why is Why.NOTHING
    redeem = Button("button.redeem", "benefit.confirm", (str(offer.benefit.id),))
    return Reply("benefit.card", values, (*(((redeem,),) if ready else ()), (LIST,)), edit=True)


def confirm(turn: Turn) -> Reply:
    """Asks before points are taken."""
    offer = benefits.offer(turn.work, member_id(turn), number(turn), turn.now)
    if offer.standing.why is not Why.NOTHING:
        return show(turn)
    points = _points(turn)
    values = {"offer": _offer(turn, offer), "left": points - offer.benefit.price}
    redeem = Button("button.redeem_yes", "benefit.redeem", (str(offer.benefit.id),), effect=True)
    no = Button("button.later", "benefits")
    return Reply("benefit.confirm", values, ((redeem,), (no,)), edit=True)


def redeem(turn: Turn) -> Reply:
    """Points are taken and the voucher is there; its code is shown by the next tap."""
    done = benefits.redeem(turn.work, member_id(turn), number(turn), key=turn.nonce, now=turn.now)
    voucher = done.voucher
    mine = vouchers.show(turn.work, member_id(turn), voucher.id, turn.now).mine
    values = {
        "names": dict(voucher.names),
        "price": voucher.price,
        "points": done.points,
        "last_day": mine.last_day,
    }
    code = Button("button.voucher_code", "voucher.show", (str(voucher.id),))
    return Reply("benefit.redeemed", values, ((code,), (VOUCHERS, menu.CARD)), edit=True)


# -- vouchers ---------------------------------------------------------------------------


def mine(turn: Turn) -> Reply:
    """The member's vouchers: valid, used, expired."""
    found = vouchers.of_member(turn.work, member_id(turn), turn.now)
    rows: Rows = tuple(
        (Button("button.voucher", "voucher.show", (str(one.voucher.id),), values=_named(one)),)
        for one in found
        if one.state is VoucherState.ISSUED
    )
    values = {"vouchers": [_voucher(turn, one) for one in found]}
    return Reply("voucher.list", values, (*rows, (LIST, menu.CARD)), edit=True)


def voucher(turn: Turn) -> Reply:
    """One voucher with its code. A reading route, so the code is kept nowhere."""
    shown = vouchers.show(turn.work, member_id(turn), number(turn), turn.now)
    terms = dict(shown.mine.voucher.terms)
    values = {"voucher": _voucher(turn, shown.mine), "code": shown.code, "terms": terms}
    picture = Button("button.voucher_qr", "voucher.qr", (str(shown.mine.voucher.id),))
    rows: Rows = ((picture,),) if shown.link else ()
    return Reply("voucher.card", values, (*rows, (VOUCHERS,)), protect=True)


def picture(turn: Turn) -> Reply:
    """The voucher's QR code for the till's camera; the picture follows as a message of its own."""
    shown = vouchers.show(turn.work, member_id(turn), number(turn), turn.now)
    if not shown.link:
        return Reply("voucher.not_found", {}, ((VOUCHERS,),))
    names = _named(shown.mine)
    png = Document("voucher.png", qr_png(shown.link))
    follows = Reply("voucher.picture", names, document=png, protect=True)
    return Reply("voucher.qr", names, ((VOUCHERS, menu.CARD),), more=(follows,))


def _open(offer: Offer) -> Button:
    benefit = offer.benefit
    ready = offer.standing.why is Why.NOTHING
    values = {"names": dict(benefit.names), "price": benefit.price, "ready": ready}
    return Button("button.benefit", "benefit.show", (str(benefit.id),), values=values)


def _offer(turn: Turn, offer: Offer) -> dict[str, object]:
    benefit, stands = offer.benefit, offer.standing
    return {
        "names": dict(benefit.names),
        "terms": dict(benefit.terms),
        "price": benefit.price,
        "valid_days": benefit.valid_days,
        "per_member": benefit.per_member,
        "left": benefit.stock,
        "why": str(stands.why),
        "near": stands.near,
        "missing": stands.missing,
        "level": _level(turn, benefit),
        "from_at": benefit.redeem_from,
        "zone": turn.work.programmes.current().zone,
    }


def _level(turn: Turn, benefit: Benefit) -> dict[str, str]:
    """The lowest level that may have it, empty if all may."""
    ladder = turn.work.programmes.current().levels
    return next((dict(level.names) for level in ladder if level.key in benefit.levels), {})


def _voucher(turn: Turn, one: Mine) -> dict[str, object]:
    return {
        **_named(one),
        "state": str(one.state),
        "last_day": one.last_day,
        "used_at": one.voucher.used_at,
        "zone": turn.work.programmes.current().zone,
    }


def _named(one: Mine) -> dict[str, object]:
    return {"names": dict(one.voucher.names)}


def _points(turn: Turn) -> int:
    return turn.work.ledger.summary(member_id(turn), Unit.POINTS, turn.now).spendable
