"""`/award`: staff book a purchase in the chat."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from domain.money import Money
from handlers.portrait import CANCEL
from handlers.turns import Turn, actor
from services import awarding, finding, masks, portraits
from services.awarding import Receipt

AWARD = Flow("award", (Step("who"), Step("amount"), Step("receipt"), Step("sure")))


def award(turn: Turn) -> Reply:
    """`/award NUMBER`, or asks who bought."""
    turn.start(AWARD)
    if turn.args:
        return _found(turn, " ".join(turn.args))
    return Reply("award.who", {}, ((CANCEL,),))


def take_who(turn: Turn) -> Reply:
    """Who bought."""
    return _found(turn, turn.text)


def _found(turn: Turn, text: str) -> Reply:
    member = finding.find(turn.work, text)
    portraits.not_own(turn.person.member_id, member.id)
    member.may_move_points()
    turn.go("amount", member=str(member.id))
    return Reply("award.amount", {**_masked(turn), "currency": _currency(turn)}, ((CANCEL,),))


def take_amount(turn: Turn) -> Reply:
    """For how much."""
    amount = awarding.read_amount(turn.work, turn.text)
    turn.go("receipt", minor=amount.minor)
    return Reply("award.receipt", {"amount": amount}, ((CANCEL,),))


def take_receipt(turn: Turn) -> Reply:
    """Which receipt; one of a store is booked once."""
    receipt = awarding.read_receipt(turn.work, turn.text, actor(turn))
    turn.go("sure", receipt=receipt)
    return sure(turn)


def sure(turn: Turn) -> Reply:
    """The masked name to compare, and the button that books."""
    values = {**_masked(turn), "amount": _amount(turn), "receipt": turn.data["receipt"]}
    do = Button("button.award_do", "award.do", effect=True, here=True)
    return Reply("award.sure", values, ((do,), (CANCEL,)))


def book(turn: Turn) -> Reply:
    """Books it; the member is told by the same transaction."""
    receipt = Receipt(
        int(turn.data["member"]), _amount(turn), turn.data["receipt"], turn.person.member_id
    )
    values = {**_masked(turn), "amount": receipt.amount, "receipt": receipt.number}
    outcome = awarding.award(turn.work, receipt, actor(turn), turn.now)
    turn.end()
    values["points"] = outcome.purchase.points
    return Reply("award.done", values, ((Button("button.award_next", "award"),),), edit=True)


def _masked(turn: Turn) -> dict[str, object]:
    seen = masks.masked(turn.work, int(turn.data["member"]))
    return {"name": seen.name, "number": seen.number, "level": dict(seen.level)}


def _amount(turn: Turn) -> Money:
    return Money(int(turn.data["minor"]), _currency(turn))


def _currency(turn: Turn) -> str:
    return turn.work.programmes.current().currency
