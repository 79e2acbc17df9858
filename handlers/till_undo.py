"""Taking back what was done at the till, with a reason."""

from __future__ import annotations

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from handlers.parts import CANCEL, number
from handlers.turns import Turn, actor
from services import undoing
from services.undoing import Undoer

FLOW = Flow("till_undo", (Step("reason"),))
REASONS = ("mistake", "changed", "twice", "other")
NEXT = Button("button.till_next", "till")


def button(event_id: int) -> Button:
    """The button that takes a line of the journal back."""
    return Button("button.till_undo", "till.undo", (str(event_id),))


def offered(turn: Turn, voucher_id: int) -> Rows:
    """The button for the newest use of a voucher, if it is this operator's to take back."""
    event = turn.work.till_events.of_voucher(voucher_id)
    if event is None or not undoing.possible(turn.work, event.id, who(turn), turn.now):
        return ()
    return ((button(event.id),),)


def ask(turn: Turn) -> Reply:
    """Why it is taken back: one of the usual reasons, or typed."""
    event = undoing.find(turn.work, number(turn), who(turn), turn.now)
    turn.start(FLOW, event=str(event.id))
    found = turn.work.vouchers.get(event.voucher_id) if event.voucher_id is not None else None
    values = {"kind": str(event.kind), "names": dict(found.names) if found else {}}
    rows = tuple(
        (Button(f"button.undo_{one}", "till.undo_do", (one,), here=True),) for one in REASONS[:3]
    )
    return Reply("till.undo_ask", values, (*rows, (CANCEL,)))


def pick(turn: Turn) -> Reply:
    """One of the usual reasons."""
    return _undo(turn, turn.arg() if turn.arg() in REASONS else "")


def reason(turn: Turn) -> Reply:
    """A reason that was typed."""
    return _undo(turn, turn.text)


def _undo(turn: Turn, why: str) -> Reply:
    event_id = int(turn.data["event"])
    turn.end()
    done = undoing.undo(turn.work, event_id, why, who(turn), turn.now)
    about = {"kind": str(done.event.kind), "names": dict(done.names), "money": None}
    values = {**about, **done.values}
    return Reply("till.undone", values, ((NEXT,),), edit=True)


def who(turn: Turn) -> Undoer:
    """The operator who writes, as undoing sees them."""
    staff = turn.person.staff
    return Undoer(actor(turn), staff.role if staff else "", turn.person.member_id)
