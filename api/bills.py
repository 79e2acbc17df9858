"""Bills that are worked out here for tills, and stored value that is paid in there."""

from __future__ import annotations

from api import bill_shapes as shapes
from api import vouchers as at_till
from api.common import balance, level, member_of, plain, shares
from api.operations import Call
from api.problems import at, pointer_of
from domain import money
from domain.bill_errors import BillVoucher
from domain.bills import Step
from domain.club_errors import ReceiptTaken
from domain.errors import KeyConflict, Refused, WrongCurrency
from domain.purchases import Line, check_moment
from services import billing, finding, settling, stored_value, vouchers
from services.answers import CREATED, OK, Answer, once_by_own_id
from services.billing import Asked
from services.booking import store_id
from services.ports.club import Actor
from services.settling import Settled, Ticket
from services.stored_value import TopUp


def quote(call: Call) -> Answer:
    """A bill step by step; nothing is booked."""
    body: shapes.Quote = call.body
    _check_currency(call, body.currency)
    asked = _asked(call, body)
    actor = Actor(call.actor.name, till=body.till or "")
    seen = billing.quote(call.work, asked, actor, call.now)
    bill = seen.bill
    reply = shapes.Quoted(
        currency=seen.currency,
        gross=money.plain(bill.gross, seen.currency),
        steps=_steps(bill.steps, seen.currency),
        to_pay=seen.to_pay.plain(),
        unused=[str(one) for one in bill.unused],
        points_possible=bill.points_possible,
        credit_possible=money.plain(bill.credit_possible, seen.currency),
    )
    return Answer(OK, plain(reply))


def settle(call: Call) -> Answer:
    """Books a bill, once per source and order id, with exactly what was asked for."""
    body: shapes.Bill = call.body
    _check_currency(call, body.currency)
    check_moment(
        body.occurred_at,
        call.now,
        call.work.programmes.current().opened_on,
        call.work.programmes.current().zone,
    )
    asked = _asked(call, body, tuple(_lines(body)))
    place = store_id(call.work, body.store or "")
    ticket = Ticket(
        body.source, body.order_id, None, place, body.occurred_at, channel="api", exact=True
    )
    shown = None
    if body.to_pay is not None:
        with at("/to_pay"):
            shown = _minor(body.to_pay, body.currency)

    def effect() -> Answer:
        actor = Actor(call.actor.name, None, place, body.till or "")
        done = settling.settle(call.work, asked, ticket, shown, actor, call.now)
        reply = plain(_settled(call, done))
        status = CREATED if done.new else OK
        return Answer(status, reply, done.purchase.member_id, again=not done.new)

    key = f"{body.source}\0{body.order_id}"
    return once_by_own_id(call.work, "bill", key, call.now, effect)


def _settled(call: Call, done: Settled) -> shapes.Settled:
    purchase = done.purchase
    assert purchase.member_id is not None
    return shapes.Settled(
        purchase_id=str(purchase.id),
        posting_id=str(purchase.posting_id) if purchase.posting_id else None,
        gross=money.plain(done.kept.gross, purchase.currency),
        steps=_steps(done.kept.steps, purchase.currency),
        to_pay=money.plain(done.kept.to_pay, purchase.currency),
        points=purchase.points,
        explanation=shares(done.explanation),
        balance=balance(call, purchase.member_id),
        level=level(call, purchase.member_id),
    )


def refused(call: Call, error: Refused) -> None:
    """Counts a code that is of no voucher of the member."""
    if isinstance(error, BillVoucher) and error.reason == "unknown":
        number = int(pointer_of(error).rpartition("/")[2])
        at_till.note_not_theirs(call, call.body.vouchers[number])


def _asked(call: Call, body: shapes.Quote, lines: tuple[Line, ...] = ()) -> Asked:
    if body.vouchers:
        at_till.check_open(call)
    with at("/member"):
        member = finding.find(call.work, body.member)
        member_id = finding.standing(call.work, member.id).id
    with at("/amount"):
        minor = _minor(body.amount, body.currency)
    with at("/credit"):
        credit = _minor(body.credit, body.currency)
    return Asked(
        member.id,
        minor,
        tuple(
            _voucher(call, member_id, number, code) for number, code in enumerate(body.vouchers)
        ),
        None if "points" in body.use_all else body.points,
        None if "credit" in body.use_all else credit,
        lines,
    )


def _voucher(call: Call, member_id: int, number: int, code: str) -> int:
    """The member's voucher; another member's is as unknown as one that nobody has."""
    with at(f"/vouchers/{number}"):
        voucher, _ = vouchers.by_code(call.work, code)
        if voucher is None or voucher.member_id != member_id:
            raise BillVoucher("unknown", {})
        return voucher.id


def _lines(body: shapes.Bill) -> list[Line]:
    found = []
    for index, line in enumerate(body.lines):
        with at(f"/lines/{index}/amount"):
            minor = _minor(line.amount, body.currency)
        found.append(Line(minor, line.quantity, line.category, line.sku, line.name))
    return found


def _steps(steps: tuple[Step, ...], currency: str) -> list[shapes.Step]:
    return [
        shapes.Step(
            kind=str(step.kind),
            before=money.plain(step.before, currency),
            off=money.plain(step.off, currency),
            after=money.plain(step.after, currency),
            points=step.points,
            voucher_id=None if step.voucher_id is None else str(step.voucher_id),
        )
        for step in steps
    ]


# -- stored value -----------------------------------------------------------------------


def top_up(call: Call) -> Answer:
    """Books a top-up, once per source and receipt."""
    body: shapes.TopUp = call.body
    _check_currency(call, body.currency)
    member = member_of(call)
    with at("/amount"):
        minor = _minor(body.amount, body.currency)
    place = store_id(call.work, body.store or "")
    asked = TopUp(member.id, minor, body.source, body.receipt, None, place)
    actor = Actor(call.actor.name, None, place)
    try:
        done = stored_value.top_up(call.work, asked, actor, call.now)
    except ReceiptTaken:
        raise KeyConflict(f"{body.source}/{body.receipt}") from None
    reply = shapes.ToppedUp(
        topup_id=str(done.event.id),
        posting_id=str(done.event.posting_id),
        currency=done.paid.currency,
        paid=done.paid.plain(),
        bonus=done.bonus.plain(),
        total=done.total.plain(),
        points=done.points,
    )
    return Answer(CREATED if done.new else OK, plain(reply), member.id)


def _check_currency(call: Call, currency: str) -> None:
    ours = call.work.programmes.current().currency
    if currency != ours:
        raise WrongCurrency(currency, ours)


def _minor(text: str, currency: str) -> int:
    return money.parse_money(text, currency).minor
