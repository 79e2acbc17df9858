"""The bill of a member at the till: amount, what it is paid with, every step, the receipt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.flow import Flow, Step
from bot.messages import Button, Reply, Rows
from domain.bill_errors import BillChanged
from domain.errors import Refused
from domain.money import Money
from domain.till_errors import SessionOver
from handlers import till, till_undo
from handlers.parts import CANCEL, number, refusal, whole
from handlers.turns import Turn, actor
from services import (
    awarding,
    bill_telling,
    billing,
    masks,
    member_codes,
    portraits,
    serving,
    settling,
)
from services.billing import Asked, Quote
from services.member_codes import Session
from services.settling import Settled

BILL = Flow("bill", (Step("amount"), Step("card"), Step("points")), timedelta(hours=1))
STOP: Rows = ((CANCEL,),)
ALL = "all"
SHOWN = 6  # vouchers to choose from
# What may be typed behind amount and receipt: everything of that kind is used.
WORDS = {"points": "points", "积分": "points", "credit": "credit", "储值": "credit"}


def start(turn: Turn) -> Reply:
    """The bill of the member who is served; asks for the amount."""
    session = member_codes.session(turn.work, number(turn), actor(turn), turn.now)
    return _begin(turn, session)


def with_voucher(turn: Turn) -> Reply:
    """A bill with the voucher that the cashier has just scanned."""
    session = serving.bill_for(turn.work, number(turn), actor(turn), turn.now)
    return _begin(turn, session, (str(number(turn)),))


def typed(turn: Turn) -> Reply:
    """`/bill AMOUNT RECEIPT points credit` for the member who is served, as much as there is."""
    session = member_codes.current(turn.work, actor(turn), turn.now)
    if session is None:
        raise SessionOver
    asked = _begin(turn, session)
    return _amount(turn, " ".join(turn.args)) if turn.args else asked


def _begin(turn: Turn, session: Session, chosen: tuple[str, ...] = ()) -> Reply:
    member = turn.work.members.get(session.member_id)
    portraits.not_own(turn.person.member_id, member.id)
    member.may_move_points()
    if session.voucher_id is not None:
        chosen = (str(session.voucher_id),)
    data = {"member": str(member.id), "vouchers": list(chosen), "receipt": ""}
    turn.start(BILL, "amount", **data, points=0, credit=0)
    currency = turn.work.programmes.current().currency
    return Reply("bill.amount", {**_masked(turn), "currency": currency}, STOP)


def take_amount(turn: Turn) -> Reply:
    """For how much, perhaps with the receipt number and what is to be used."""
    return _amount(turn, turn.text)


def take_receipt(turn: Turn) -> Reply:
    """The receipt number, while the card is open."""
    try:
        receipt = awarding.read_receipt(turn.work, turn.text, actor(turn))
    except Refused as refused:
        return refusal(refused, STOP)
    turn.go("card", receipt=receipt)
    return _card(turn)


def _amount(turn: Turn, text: str) -> Reply:
    words = text.split()
    while words and words[-1].casefold() in WORDS:
        turn.go("amount", **{WORDS[words.pop().casefold()]: ALL})
    try:
        amount, receipt = awarding.read_paid(turn.work, " ".join(words))
        receipt = awarding.read_receipt(turn.work, receipt, actor(turn)) if receipt else ""
    except Refused as refused:
        return refusal(refused, STOP)
    turn.go("card", minor=amount.minor, receipt=receipt)
    return _card(turn)


# -- choosing ---------------------------------------------------------------------------


def card(turn: Turn) -> Reply:
    """The card as it stands now."""
    return _card(turn, edit=True)


def toggle_voucher(turn: Turn) -> Reply:
    """Uses one of the member's vouchers, or no longer. The last one chosen counts where a bill
    takes no more."""
    chosen, this = list(turn.data["vouchers"]), turn.arg()
    most = turn.work.programmes.current().bill.vouchers
    if this in chosen:
        chosen.remove(this)
    else:
        chosen = [*chosen, this][-most:] if most else []
    turn.go("card", vouchers=chosen)
    return _card(turn, edit=True)


def toggle_points(turn: Turn) -> Reply:
    """As many points as can be used, or none."""
    turn.go("card", points=0 if turn.data["points"] else ALL)
    return _card(turn, edit=True)


def ask_points(turn: Turn) -> Reply:
    """Asks how many points."""
    seen = _quote(turn)
    rate = turn.work.programmes.current().bill.points
    turn.go("points")
    values = {"step": rate.step if rate else 0, "most": seen.bill.points_possible}
    back = Button("button.back", "bill.show", here=True)
    return Reply("bill.points_ask", values, ((back,),))


def take_points(turn: Turn) -> Reply:
    """So many points: whole steps, and no more than can be used."""
    before = turn.data["points"]
    turn.go("points", points=whole(turn.text))
    try:
        billing.check(turn.work, _quote(turn), _asked(turn))
    except Refused as refused:
        turn.go("points", points=before)
        return refusal(refused, STOP)
    turn.go("card")
    return _card(turn)


def toggle_credit(turn: Turn) -> Reply:
    """As much stored value as can be used, or none."""
    turn.go("card", credit=0 if turn.data["credit"] else ALL)
    return _card(turn, edit=True)


# -- booking ----------------------------------------------------------------------------


def settle(turn: Turn) -> Reply:
    """Books it; the member gets a receipt by the same transaction."""
    _session(turn)
    receipt, shown = turn.data["receipt"], int(turn.data["shown"])
    try:
        ticket = settling.ticket(turn.work, receipt, turn.person.member_id, actor(turn))
        done = settling.settle(turn.work, _asked(turn), ticket, shown, actor(turn), turn.now)
    except BillChanged as changed:  # nothing is written by then
        again = Button("bill.button_again", "bill.show", here=True)
        return refusal(changed, ((again,), (CANCEL,)))
    values = {**_masked(turn), **_done(turn, done), "receipt": receipt}
    member_id = int(turn.data["member"])
    turn.start(till.FLOW)
    undo = ((till_undo.button(done.event.id),),) if values["undo_minutes"] else ()
    return Reply("bill.done", values, (*undo, *till.back(turn, member_id)), edit=True)


def _done(turn: Turn, done: Settled) -> dict[str, Any]:
    programme, kept = turn.work.programmes.current(), done.kept
    return {
        "gross": Money(kept.gross, programme.currency),
        "lines": bill_telling.lines(turn.work, kept.steps, programme.currency),
        "to_pay": Money(kept.to_pay, programme.currency),
        "points": done.purchase.points,
        "receipts_left": done.left.receipts,
        "money_left": done.left.money,
        "undo_minutes": programme.till.undo_minutes,
    }


# -- what is shown ----------------------------------------------------------------------


def _card(turn: Turn, *, edit: bool = False) -> Reply:
    seen, session = _quote(turn), _session(turn)
    turn.go("card", shown=seen.bill.to_pay)
    values = {
        **_masked(turn),
        "gross": seen.money(seen.bill.gross),
        "lines": bill_telling.lines(turn.work, seen.bill.steps, seen.currency),
        "to_pay": seen.to_pay,
        "receipt": turn.data["receipt"],
        "unused": [dict(seen.vouchers[one].names) for one in seen.bill.unused],
        "blocked": seen.blocked and session.voucher_id is None,
    }
    return Reply("bill.card", values, _rows(turn, seen, session), edit=edit)


def _rows(turn: Turn, seen: Quote, session: Session) -> Rows:
    rows: list[tuple[Button, ...]] = [(one,) for one in _vouchers(turn, seen, session)]
    if session.voucher_id is None:
        rows += _points(turn, seen)
        rows += _credit(turn, seen)
    if turn.data["receipt"]:
        values = {"amount": seen.to_pay}
        settle = Button("bill.button_settle", "bill.settle", effect=True, here=True, values=values)
        rows.append((settle,))
    return (*rows, (CANCEL,))


def _vouchers(turn: Turn, seen: Quote, session: Session) -> list[Button]:
    """Those that lower this bill, the chosen ones marked."""
    chosen = turn.data["vouchers"]
    buttons = []
    for choice in seen.choices:
        this = str(choice.voucher.id)
        if session.voucher_id not in (None, choice.voucher.id):
            continue
        if choice.off or this in chosen:
            values = {
                "names": dict(choice.voucher.names),
                "off": seen.money(choice.off),
                "on": this in chosen,
            }
            buttons.append(
                Button("bill.button_voucher", "bill.voucher", (this,), here=True, values=values)
            )
    return buttons[:SHOWN]


def _points(turn: Turn, seen: Quote) -> list[tuple[Button, ...]]:
    rate, possible = turn.work.programmes.current().bill.points, seen.bill.points_possible
    if rate is None or not possible:
        return []
    on = bool(seen.bill.points)
    points = seen.bill.points if on else possible
    off = seen.money(points // rate.step * rate.minor)
    values = {"points": points, "off": off, "on": on}
    use = Button("bill.button_points", "bill.points_all", here=True, values=values)
    other = Button("bill.button_points_other", "bill.points_other", here=True)
    return [(use, other)] if possible > rate.step else [(use,)]


def _credit(turn: Turn, seen: Quote) -> list[tuple[Button, ...]]:
    possible = seen.bill.credit_possible
    if not possible:
        return []
    values = {"off": seen.money(possible), "on": bool(turn.data["credit"])}
    return [(Button("bill.button_credit", "bill.credit", here=True, values=values),)]


def _session(turn: Turn) -> Session:
    """The running session with the bill's member; raises SessionOver."""
    member_id = int(turn.data["member"])
    return member_codes.session(turn.work, member_id, actor(turn), turn.now)


def _quote(turn: Turn) -> Quote:
    return billing.quote(turn.work, _asked(turn), actor(turn), turn.now)


def _asked(turn: Turn) -> Asked:
    """The bill as chosen so far; a session by a voucher uses that voucher and nothing else."""
    data = turn.data
    asked = Asked(
        int(data["member"]),
        int(data["minor"]),
        tuple(int(one) for one in data["vouchers"]),
        _most(data["points"]),
        _most(data["credit"]),
    )
    return billing.only(asked, _session(turn).voucher_id)


def _most(wish: int | str) -> int | None:
    return None if wish == ALL else int(wish)


def _masked(turn: Turn) -> dict[str, object]:
    seen = masks.masked(turn.work, int(turn.data["member"]))
    return {"name": seen.name, "number": seen.number, "level": dict(seen.level)}
