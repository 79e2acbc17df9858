"""`/approvals`: what waits for somebody's yes, and the yes or no to it."""

from __future__ import annotations

from bot.messages import Button, Reply, Rows
from domain.approvals import Approval, ApprovalState
from domain.errors import NotAllowed
from handlers import menu
from handlers.parts import number
from handlers.turns import Turn, actor
from services import approvals

SEE = "approval:see"
LIST = Button("button.approvals", "approvals")


def show_all(turn: Turn) -> Reply:
    """What waits for this operator's decision, and what they themselves have asked for."""
    found = [one for one in approvals.waiting(turn.work, turn.now) if _concerns(turn, one)]
    lines = [approvals.card(turn.work, one, turn.now)["approval"] for one in found]
    rows = tuple((_open(one, place),) for place, one in enumerate(found, 1))
    back = ((menu.CARD,),) if turn.person.member_id is not None else ()
    return Reply("approval.list", {"approvals": lines}, (*rows, *back))


def show(turn: Turn) -> Reply:
    """One request with its buttons."""
    return _card(turn, approvals.find(turn.work, number(turn)))


def yes(turn: Turn) -> Reply:
    """Approves it, which carries it out."""
    return _decide(turn, yes=True)


def no(turn: Turn) -> Reply:
    """Sends it back."""
    return _decide(turn, yes=False)


def _decide(turn: Turn, *, yes: bool) -> Reply:
    if turn.person.staff is None:
        raise NotAllowed(SEE)
    return _card(
        turn, approvals.decide(turn.work, number(turn), yes, actor(turn), turn.now), edit=True
    )


def _card(turn: Turn, approval: Approval, *, edit: bool = False) -> Reply:
    if not approval.whole:
        return Reply("approval.gone", {}, ((LIST,),), edit=edit)
    values = approvals.card(turn.work, approval, turn.now)
    return Reply(approval.summary, values, (*_buttons(turn, approval), (LIST,)), edit=edit)


def _buttons(turn: Turn, approval: Approval) -> Rows:
    """Yes and no for who may say it."""
    staff = turn.person.staff
    own = staff is not None and staff.id == approval.asked_by
    open_ = approval.state_at(turn.now) is ApprovalState.OPEN
    if own or not open_ or not turn.person.may(approval.permission):
        return ()
    return tuple(
        tuple(Button(label, intent, args) for label, intent, args in row)
        for row in approvals.buttons(approval)
    )


def _concerns(turn: Turn, approval: Approval) -> bool:
    staff = turn.person.staff
    asked = staff is not None and staff.id == approval.asked_by
    return asked or turn.person.may(approval.permission)


def _open(approval: Approval, place: int) -> Button:
    values = {"place": place, "kind": approval.kind}
    return Button("button.approval_open", "approval.show", (str(approval.id),), values=values)
