"""A purchase that was booked on the wrong member: moved or voided by staff, with a reason."""

from __future__ import annotations

from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply
from domain.bill_errors import PurchasePaid
from domain.money import Money
from handlers.parts import number, refusal
from handlers.portrait import CANCEL, back_to
from handlers.turns import Turn, actor
from services import desk, finding, masks, portraits, purchases
from services.counter import SOURCE
from services.ports.sales import VOID, Purchase

CORRECT = Flow("correct", (Step("to"), Step("reason"), Step("sure")))
LISTED = 8


def listed(turn: Turn) -> Reply:
    """The member's newest purchases, each with a button."""
    member_id = number(turn)
    portraits.not_own(turn.person.member_id, member_id)
    bought = [one for one in purchases.newest(turn.work, member_id, LISTED) if one.state != VOID]
    rows = tuple(
        (Button("button.purchase", "correct.one", (str(one.id),), values=_shown(one)),)
        for one in bought
    )
    return Reply("correct.list", {"count": len(bought)}, (*rows, *back_to(member_id)))


def one(turn: Turn) -> Reply:
    """A purchase and what can be done about it."""
    purchase = turn.work.purchases.get(number(turn))
    this = (str(purchase.id),)
    rows = (
        (
            Button("button.purchase_move", "correct.move", this),
            Button("button.purchase_void", "correct.void", this),
        ),
    )
    return Reply("correct.one", _shown(purchase), (*rows, *back_to(purchase.member_id)))


def move(turn: Turn) -> Reply:
    """Asks whose purchase it really is; one that was not paid in money alone is made void."""
    purchase = turn.work.purchases.get(number(turn))
    try:
        purchases.check_movable(turn.work, purchase.id)
    except PurchasePaid as refused:
        instead = Button("button.purchase_void", "correct.void", (str(purchase.id),))
        return refusal(refused, ((instead,), *back_to(purchase.member_id)))
    turn.start(CORRECT, "to", purchase=purchase.id)
    return Reply("correct.to", {}, ((CANCEL,),))


def take_to(turn: Turn) -> Reply:
    """Whose it really is, then why."""
    look = finding.look(turn.work, turn.text, actor(turn), turn.now)
    if (member := look.member) is None:
        return refusal(look.problem, ((CANCEL,),))
    portraits.not_own(turn.person.member_id, member.id)
    member.may_move_points()
    turn.go("reason", to=str(member.id))
    return Reply("correct.reason", {}, ((CANCEL,),))


def void(turn: Turn) -> Reply:
    """Asks why the purchase is to be taken out."""
    purchase = turn.work.purchases.get(number(turn))
    turn.start(CORRECT, "reason", purchase=purchase.id, to="")
    return Reply("correct.reason", {}, ((CANCEL,),))


def take_reason(turn: Turn) -> Reply:
    """Why, then a last look."""
    turn.go("sure", reason=" ".join(turn.text.split())[: portraits.LONGEST_REASON])
    return sure(turn)


def sure(turn: Turn) -> Reply:
    """What will happen, and the button that does it."""
    purchase = turn.work.purchases.get(int(turn.data["purchase"]))
    to = masks.masked(turn.work, int(turn.data["to"])) if turn.data["to"] else None
    values = {
        **_shown(purchase),
        "to_name": to.name if to else "",
        "to_number": to.number if to else "",
        "reason": turn.data["reason"],
    }
    do = Button("button.correct_do", "correct.do", effect=True, here=True)
    return Reply("correct.sure", values, ((do,), (CANCEL,)))


def do(turn: Turn) -> Reply:
    """Moves or voids the purchase."""
    purchase_id, to = int(turn.data["purchase"]), turn.data["to"]
    before = turn.work.purchases.get(purchase_id)
    for member_id in (before.member_id or 0, int(to or 0)):
        portraits.not_own(turn.person.member_id, member_id)
    done = desk.correct(
        turn.work,
        purchase_id,
        int(to) if to else None,
        reason=turn.data["reason"],
        actor=actor(turn),
        now=turn.now,
    )
    turn.end()
    taken = done.taken.taken if done.taken else 0
    values = {"moved": bool(to), "taken": taken, "given": done.purchase.points}
    back = back_to(int(to) if to else before.member_id)
    return Reply("correct.done", values, back, edit=True)


def _shown(one: Purchase) -> dict[str, Any]:
    return {
        "day": one.day,
        "amount": Money(one.minor - one.refunded_minor, one.currency),
        "order": one.order_id,
        "source": _place(one),
        "points": one.points - one.returned_points,
    }


def _place(one: Purchase) -> str:
    """Where the order's number comes from; of a receipt that staff typed, the store's code."""
    if one.source.startswith(SOURCE):
        return one.source.removeprefix(SOURCE).strip("-")
    return one.source
