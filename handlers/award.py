"""`/award`: staff book a purchase in the chat, in one line or step by step, and undo it."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.errors import Refused
from domain.members import Member
from domain.money import Money
from handlers.parts import number, refusal
from handlers.portrait import CANCEL
from handlers.turns import Turn, actor
from services import awarding, finding, masks, portraits
from services.awarding import Booked, Receipt

AWARD = Flow("award", (Step("who"), Step("amount"), Step("receipt"), Step("sure")))
NEXT = Button("button.award_next", "award")
STOP: Rows = ((CANCEL,),)


def award(turn: Turn) -> Reply:
    """`/award NUMBER AMOUNT RECEIPT`, as much of it as there is, or asks who bought."""
    turn.start(AWARD)
    if turn.args:
        return _who(turn, " ".join(turn.args))
    return Reply("award.who", {}, STOP)


def of_member(turn: Turn, member_id: int) -> Reply:
    """A purchase of a member who is known, such as the one whose code the till has scanned."""
    try:
        _may_collect(turn, finding.standing(turn.work, member_id))
    except Refused as refused:
        return refusal(refused, STOP)
    turn.start(AWARD, "amount", member=str(member_id))
    return Reply("award.amount", {**_masked(turn), "currency": _currency(turn)}, STOP)


def take_who(turn: Turn) -> Reply:
    """Who bought, perhaps with what stands on the receipt."""
    return _who(turn, turn.text)


def take_amount(turn: Turn) -> Reply:
    """For how much, perhaps with the receipt number."""
    return _paid(turn, turn.text)


def take_receipt(turn: Turn) -> Reply:
    """Which receipt; one of a store is booked once."""
    return _receipt(turn, turn.text)


def _who(turn: Turn, text: str) -> Reply:
    who, rest = awarding.split(turn.work, text)
    look = finding.look(turn.work, who, actor(turn), turn.now)
    if look.member is None:
        return refusal(look.problem, STOP)
    try:
        _may_collect(turn, look.member)
    except Refused as refused:
        return refusal(refused, STOP)
    turn.go("amount", member=str(look.member.id))
    if rest:
        return _paid(turn, rest)
    return Reply("award.amount", {**_masked(turn), "currency": _currency(turn)}, STOP)


def _may_collect(turn: Turn, member: Member) -> None:
    portraits.not_own(turn.person.member_id, member.id)
    member.may_move_points()


def _paid(turn: Turn, text: str) -> Reply:
    try:
        amount, rest = awarding.read_paid(turn.work, text)
    except Refused as refused:
        return refusal(refused, STOP)
    turn.go("receipt", minor=amount.minor)
    if rest:
        return _receipt(turn, rest)
    return Reply("award.receipt", {"amount": amount}, STOP)


def _receipt(turn: Turn, text: str) -> Reply:
    try:
        receipt = awarding.read_receipt(turn.work, text, actor(turn))
    except Refused as refused:
        return refusal(refused, STOP)
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
    booked = awarding.award(turn.work, receipt, actor(turn), turn.now)
    turn.end()
    values |= {
        "points": booked.outcome.purchase.points,
        "receipts_left": booked.receipts_left,
        "money_left": booked.money_left,
        "undo_minutes": booked.undo_minutes,
    }
    return Reply("award.done", values, (*_undo(booked), (NEXT,)), edit=True)


def _undo(booked: Booked) -> Rows:
    if not booked.undo_minutes:
        return ()
    purchase = booked.outcome.purchase
    return ((Button("button.award_undo", "award.undo", (str(purchase.id),)),),)


def undo(turn: Turn) -> Reply:
    """Takes back the receipt that was just entered."""
    own = turn.person.member_id
    undone = awarding.undo(turn.work, number(turn), own, actor(turn), turn.now)
    if undone is None:
        return Reply("award.undone_before", {}, ((NEXT,),))
    values = {"amount": undone.amount, "receipt": undone.receipt, "points": undone.points}
    return Reply("award.undone", values, ((NEXT,),), edit=True)


def _masked(turn: Turn) -> dict[str, object]:
    seen = masks.masked(turn.work, int(turn.data["member"]))
    return {"name": seen.name, "number": seen.number, "level": dict(seen.level)}


def _amount(turn: Turn) -> Money:
    return Money(int(turn.data["minor"]), _currency(turn))


def _currency(turn: Turn) -> str:
    return turn.work.programmes.current().currency
