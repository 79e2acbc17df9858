"""`/receipts`: staff look at the receipts that members photographed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.money import Money
from domain.receipt_errors import ReceiptDecided
from domain.receipts import Reason, ReceiptPhoto
from handlers.parts import CANCEL, gone, number
from handlers.turns import Turn, actor
from services import awarding, receipt_checks, receipt_posts
from services.receipt_checks import Decided

CHECKING = Flow("checking", (Step("amount"), Step("sure")))
LIST = Button("receipt.button_list", "receipts")


def show_all(turn: Turn) -> Reply:
    """What waits, oldest first."""
    found, count = receipt_checks.queue(turn.work)
    cards = [receipt_posts.card(turn.work, one) for one in found]
    rows = tuple(_open(one, card) for one, card in zip(found, cards, strict=True))
    return Reply("receipt.list", {"receipts": cards, "count": count}, rows, edit=True)


def show(turn: Turn) -> Reply:
    """One receipt with its picture."""
    return _card(turn, receipt_checks.find(turn.work, number(turn)), edit=False)


def confirm(turn: Turn) -> Reply:
    """Books it as it was typed."""
    return _booked(turn, number(turn), None)


def refuse(turn: Turn) -> Reply:
    """Why not?"""
    receipt = _waiting(turn, number(turn))
    mark = str(receipt.id)
    reasons = tuple(
        (Button(f"receipt.reason_{reason}", "check.because", (mark, str(reason))),)
        for reason in Reason
    )
    back = Button("button.back", "check.back", (mark,))
    return _shown(turn, receipt, "receipt.to_refuse", (*reasons, (back,)), edit=True)


def back(turn: Turn) -> Reply:
    """Not yet."""
    return _card(turn, receipt_checks.find(turn.work, number(turn)), edit=True)


def because(turn: Turn) -> Reply:
    """It is refused; the member is told why."""
    if turn.arg(1) not in list(Reason):
        return gone(turn)
    done = receipt_checks.refuse(
        turn.work,
        number(turn),
        Reason(turn.arg(1)),
        turn.person.member_id,
        actor(turn),
        turn.now,
    )
    return _done(turn, done, "receipt.refused")


def amount(turn: Turn) -> Reply:
    """Which amount stands on it?"""
    receipt = _waiting(turn, number(turn))
    turn.start(CHECKING, "amount", receipt=str(receipt.id))
    values = {"number": receipt.number, "amount": Money(receipt.minor, receipt.currency)}
    return Reply("receipt.amount_ask", values, ((CANCEL,),))


def take_amount(turn: Turn) -> Reply:
    """The amount that was typed, to be confirmed."""
    receipt = _waiting(turn, int(turn.data["receipt"]))
    paid = awarding.read_amount(turn.work, turn.text)
    turn.go("sure", minor=paid.minor)
    return _ask(turn, receipt, paid)


def sure(turn: Turn) -> Reply:
    """Something was written where a button was to be tapped."""
    receipt = _waiting(turn, int(turn.data["receipt"]))
    return _ask(turn, receipt, Money(int(turn.data["minor"]), receipt.currency))


def _ask(turn: Turn, receipt: ReceiptPhoto, paid: Money) -> Reply:
    values = {"number": receipt.number, "typed": Money(receipt.minor, receipt.currency)}
    do = Button("receipt.button_book", "check.corrected", effect=True, here=True)
    return Reply("receipt.amount_sure", {**values, "amount": paid}, ((do,), (CANCEL,)))


def corrected(turn: Turn) -> Reply:
    """Books it with the corrected amount."""
    currency = turn.work.programmes.current().currency
    receipt_id, paid = int(turn.data["receipt"]), Money(int(turn.data["minor"]), currency)
    turn.end()
    return _booked(turn, receipt_id, paid, picture=False)


def _booked(turn: Turn, receipt_id: int, paid: Money | None, *, picture: bool = True) -> Reply:
    done = receipt_checks.confirm(
        turn.work, receipt_id, paid, turn.person.member_id, actor(turn), turn.now
    )
    reply = _done(turn, done, "receipt.booked")
    return reply if picture else replace(reply, photo="")


def _waiting(turn: Turn, receipt_id: int) -> ReceiptPhoto:
    return receipt_checks.waiting(turn.work, receipt_id, turn.person.member_id)


def _card(turn: Turn, receipt: ReceiptPhoto, *, edit: bool) -> Reply:
    try:
        _waiting(turn, receipt.id)
    except ReceiptDecided as decided:
        return Reply(decided.code, decided.data(), ((LIST,),))
    mark = (str(receipt.id),)
    yes = Button("receipt.button_confirm", "check.confirm", mark, effect=True)
    no = Button("receipt.button_refuse", "check.refuse", mark)
    other = Button("receipt.button_amount", "check.amount", mark)
    return _shown(turn, receipt, "receipt.to_check", ((yes, no), (other,), (LIST,)), edit=edit)


def _shown(
    turn: Turn, receipt: ReceiptPhoto, key: str, rows: Rows, *, edit: bool, **more: Any
) -> Reply:
    """A card under the receipt's picture."""
    values = {**receipt_posts.card(turn.work, receipt), **more}
    return Reply(key, values, rows, edit=edit, photo=receipt_posts.picture(receipt))


def _done(turn: Turn, done: Decided, key: str) -> Reply:
    """What was decided, in place of the card, and the next one."""
    found, count = receipt_checks.queue(turn.work)
    following: Rows = ()
    if found:
        mark = (str(found[0].id),)
        following = (
            (Button("receipt.button_next", "check.show", mark, values={"count": count}),),
        )
    more = {"points": done.points, "typed": done.typed, "reason": done.receipt.reason}
    return _shown(turn, done.receipt, key, (*following, (LIST,)), edit=True, **more)


def _open(receipt: ReceiptPhoto, card: dict[str, Any]) -> tuple[Button, ...]:
    values = {"amount": card["amount"], "name": card["name"], "warned": bool(card["warnings"])}
    return (Button("receipt.button_open", "check.show", (str(receipt.id),), values=values),)
