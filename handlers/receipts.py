"""`/receipt`: a member photographs a receipt and says what stands on it (小票拍照积分)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.flow import ANYTHING, Flow, Step
from bot.messages import Button, Kind, Reply, Rows
from domain.dates import local_day
from domain.money import Money
from domain.receipt_errors import BadPicture
from handlers import general, listening, menu, offers, store_choice
from handlers.parts import CANCEL, gone
from handlers.turns import Turn, member_id
from services import receipts
from services.receipts import Draft, Mine

RECEIPT = Flow(
    "receipt",
    (
        Step("photo", ANYTHING),
        Step("store", ANYTHING),
        Step("number", ANYTHING),
        Step("amount", ANYTHING),
        Step("day", ANYTHING),
        Step("sure", ANYTHING),
    ),
    timeout=timedelta(hours=2),
)
STOP: Rows = ((CANCEL,),)
ANOTHER = Button("receipt.button_another", "receipt")


# -- the picture ------------------------------------------------------------------------


def begin(turn: Turn) -> Reply:
    """Asks for the photo and says what became of the last ones."""
    rules = receipts.begin(turn.work, member_id(turn), turn.now)
    turn.start(RECEIPT, "photo")
    newest = [_line(one) for one in receipts.newest(turn.work, member_id(turn))]
    values = {"newest": newest, "per_day": rules.per_day, "days": rules.within_days}
    return Reply("receipt.photo", values, STOP)


def sent(turn: Turn) -> Reply | None:
    """A photo out of the blue: is it a receipt, or for a person to see? Nothing is fetched before
    the answer."""
    if turn.conversation.active(turn.now) or turn.person.member_id is None:
        return general.unknown(turn)
    return listening.photographed(turn)


def offered(turn: Turn) -> str:
    """The picture that was sent before, to be looked at now."""
    return listening.receipt_of(turn) if offers.is_this(turn) else ""


def pictured(turn: Turn) -> str:
    """The picture that has just come, to be looked at."""
    return _reference(turn)


def take(turn: Turn) -> Reply:
    """It is a receipt."""
    if not offered(turn):
        return listening.dead(turn)
    receipts.begin(turn.work, member_id(turn), turn.now)
    return _keep(turn, offered(turn))


def photo(turn: Turn) -> Reply:
    """The photo that was asked for."""
    if turn.inbound.kind is Kind.FILE:
        return Reply("receipt.as_photo", {}, STOP)
    if turn.inbound.kind is not Kind.PHOTO:
        return Reply("receipt.photo_missing", {}, STOP)
    return _keep(turn, _reference(turn))


def _keep(turn: Turn, reference: str) -> Reply:
    seen = turn.seen
    if seen is None or not reference or seen.reference != reference:
        raise BadPicture("unreachable")
    if seen.problem:
        raise BadPicture(seen.problem)
    receipts.check_picture(turn.work, member_id(turn), seen.digest)
    return _ask_store(turn, {"reference": reference, "digest": seen.digest, "near": seen.near})


def _ask_store(turn: Turn, kept: dict[str, Any]) -> Reply:
    """Which store? Not asked where there is one at most."""
    stores = turn.work.stores.all()
    if len(stores) > 1:
        turn.start(RECEIPT, "store", **kept)
        usual = receipts.usual_stores(turn.work, member_id(turn))
        rows = store_choice.store_rows(turn, "receipt.at", usual)
        return Reply("receipt.store", {}, (*rows, (CANCEL,)))
    turn.start(RECEIPT, "number", **kept, store=str(stores[0].id) if stores else "")
    return Reply("receipt.number", {"store": stores[0].name if stores else ""}, STOP)


def _reference(turn: Turn) -> str:
    one = turn.inbound.media[:1]
    return one[0].reference if one and turn.inbound.kind is Kind.PHOTO else ""


# -- what stands on it ------------------------------------------------------------------


def at_store(turn: Turn) -> Reply:
    """The store that was tapped."""
    if turn.conversation.flow != RECEIPT.name or turn.conversation.step != "store":
        return gone(turn)
    return _at(turn, store_choice.tapped_store(turn).id)


def store(turn: Turn) -> Reply:
    """The store that was typed."""
    return _one_at_a_time(turn) or _at(turn, store_choice.typed_store(turn).id)


def _at(turn: Turn, store_id: int) -> Reply:
    found = turn.work.stores.by_id(store_id)
    turn.go("number", store=str(store_id))
    return Reply("receipt.number", {"store": found.name if found else ""}, STOP)


def number(turn: Turn) -> Reply:
    """Which number?"""
    if other := _one_at_a_time(turn):
        return other
    clean = receipts.read_number(turn.work, member_id(turn), _store_id(turn), turn.text)
    turn.go("amount", number=clean)
    return Reply("receipt.amount", {"currency": _currency(turn)}, STOP)


def amount(turn: Turn) -> Reply:
    """How much was paid?"""
    if other := _one_at_a_time(turn):
        return other
    paid = receipts.read_amount(turn.work, turn.text)
    turn.go("day", minor=paid.minor)
    return _ask_day(turn)


def _ask_day(turn: Turn) -> Reply:
    today, first = _today(turn), receipts.earliest(turn.work, turn.now)
    days = [day for day in (today, today - timedelta(days=1)) if day >= first]
    buttons = tuple(
        Button(
            "receipt.button_day",
            "receipt.on",
            (day.isoformat(),),
            here=True,
            values={"day": day, "ago": (today - day).days},
        )
        for day in days
    )
    return Reply("receipt.day", {"earliest": first}, (buttons, (CANCEL,)))


def on(turn: Turn) -> Reply:
    """The day that was tapped."""
    return _day(turn, turn.arg())


def day(turn: Turn) -> Reply:
    """The day that was typed."""
    return _one_at_a_time(turn) or _day(turn, turn.text)


def _day(turn: Turn, text: str) -> Reply:
    bought_on = receipts.read_day(turn.work, text, turn.now)
    turn.go("sure", day=bought_on.isoformat())
    return _ask(turn)


def sure(turn: Turn) -> Reply:
    """Something was written where a button was to be tapped."""
    return _one_at_a_time(turn) or _ask(turn)


def _ask(turn: Turn) -> Reply:
    draft = _draft(turn)
    shop = turn.work.stores.by_id(draft.store_id) if draft.store_id else None
    values = {
        "store": shop.name if shop else "",
        "number": draft.number,
        "amount": Money(draft.minor, _currency(turn)),
        "day": draft.bought_on,
    }
    send_it = Button("receipt.button_send", "receipt.send", effect=True, here=True)
    again = Button("receipt.button_restart", "receipt.restart", here=True)
    return Reply("receipt.sure", values, ((send_it,), (again, CANCEL)))


def restart(turn: Turn) -> Reply:
    """Something is wrong: once more from the store on, with the same picture."""
    return _ask_store(turn, {name: turn.data[name] for name in ("reference", "digest", "near")})


def send(turn: Turn) -> Reply:
    """It goes to the staff."""
    receipt = receipts.send(turn.work, member_id(turn), _draft(turn), turn.now)
    turn.end()
    values = {"number": receipt.number, "amount": receipts.amount_of(receipt)}
    return Reply("receipt.sent", values, ((ANOTHER, menu.CARD),), edit=True)


def _draft(turn: Turn) -> Draft:
    told, address = turn.data, turn.inbound.address
    return Draft(
        address.channel,
        address.account,
        str(told["reference"]),
        str(told["digest"]),
        str(told["near"]),
        _store_id(turn),
        str(told["number"]),
        int(told["minor"]),
        date.fromisoformat(told["day"]),
    )


def _one_at_a_time(turn: Turn) -> Reply | None:
    """Another photo or a file came while a receipt is being told of."""
    if turn.inbound.kind is Kind.TEXT:
        return None
    return Reply("receipt.one_at_a_time", {"step": turn.conversation.step}, STOP)


def _store_id(turn: Turn) -> int | None:
    return int(turn.data["store"]) if turn.data.get("store") else None


def _today(turn: Turn) -> date:
    return local_day(turn.now, turn.work.programmes.current().zone)


def _currency(turn: Turn) -> str:
    return turn.work.programmes.current().currency


def _line(one: Mine) -> dict[str, object]:
    return {
        "number": one.receipt.number,
        "amount": receipts.amount_of(one.receipt),
        "state": str(one.receipt.state),
        "points": one.points,
    }
