"""Booking purchases and refunds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from api import replies, requests
from api import vouchers as at_till
from api.common import balance, level, plain, shares
from api.operations import Call
from api.problems import at
from domain import money
from domain.codes import read_code
from domain.errors import RefundInvalid, Refused
from domain.payments import PaidBy, Payment, PaymentInvalid
from domain.purchases import Line, Order, RefundLine, check_moment
from domain.refusals import BadCode
from services import purchases, receipt_doubles, refunds, vouchers
from services.answers import CREATED, OK, Answer, once_by_own_id
from services.booking import Incoming, Outcome, store_id
from services.matching import parse_email, parse_member
from services.phones import parse_phone, region_of
from services.ports.sales import Claim


def book(call: Call) -> Answer:
    """Books a purchase, once per source and order id."""
    body: requests.Purchase = call.body
    if any(paid.code for paid in body.payments):
        at_till.check_open(call)
    incoming = Incoming(
        _order(body),
        tuple(_claims(call, body)),
        store_id=store_id(call.work, body.store or ""),
        payments=tuple(_payments(body)),
        holder=vouchers.holder_of(replace(call.actor, till=body.till or "")),
    )

    def effect() -> Answer:
        receipt_doubles.make_way(call.work, incoming, call.now)
        outcome = purchases.book(call.work, incoming, call.now)
        member_id = outcome.purchase.member_id
        status = CREATED if outcome.new else OK
        return Answer(status, plain(_booked(call, outcome)), member_id, again=not outcome.new)

    key = f"{body.source}\0{body.order_id}"
    return once_by_own_id(call.work, "purchase", key, call.now, effect)


def refused(call: Call, error: Refused) -> None:
    """Counts a code that is of no voucher of the member."""
    if isinstance(error, PaymentInvalid) and error.reason == "unknown":
        at_till.note_not_theirs(call, call.body.payments[error.payment - 1].code)


def _order(body: requests.Purchase) -> Order:
    with at("/amount"):
        minor = _minor(body.amount, body.currency)
    lines = tuple(_lines(body)) or (Line(minor),)
    store = body.store or ""
    return Order(body.source, body.order_id, body.occurred_at, body.currency, minor, lines, store)


def _lines(body: requests.Purchase) -> Iterator[Line]:
    for index, line in enumerate(body.lines):
        with at(f"/lines/{index}/amount"):
            minor = _minor(line.amount, body.currency)
        yield Line(minor, line.quantity, line.category, line.sku, line.name)


def _payments(body: requests.Purchase) -> Iterator[Payment]:
    for index, paid in enumerate(body.payments):
        with at(f"/payments/{index}/amount"):
            minor = _minor(paid.amount, body.currency)
        yield Payment(PaidBy(paid.kind), minor, paid.points or 0, _code(paid.code or ""))


def _code(text: str) -> str:
    """A voucher's code in its one spelling; what is none stays as it is and finds nothing."""
    try:
        return read_code(text)
    except BadCode:
        return text


def _claims(call: Call, body: requests.Purchase) -> Iterator[Claim]:
    """What the order says of its buyer, the surest first."""
    region = region_of(call.work.programmes.current().currency)
    if body.member:
        with at("/member"):
            yield parse_member(body.member, region)
    if body.phone:
        with at("/phone"):
            yield Claim("phone", parse_phone(body.phone, region))
    if body.email:
        with at("/email"):
            yield Claim("email", parse_email(body.email))


def _booked(call: Call, outcome: Outcome) -> replies.Booked:
    purchase = outcome.purchase
    member_id = purchase.member_id
    return replies.Booked(
        purchase_id=str(purchase.id),
        posting_id=str(purchase.posting_id) if purchase.posting_id else None,
        points=purchase.points,
        explanation=shares(outcome.explanation),
        balance=balance(call, member_id) if member_id else None,
        level=level(call, member_id) if member_id else None,
    )


# -- refunds ----------------------------------------------------------------------------


def refund(call: Call) -> Answer:
    """Books a refund, once per source and refund id."""
    body: requests.Refund = call.body
    purchase = purchases.find(call.work, body.source, call.path["order_id"])
    if body.lines and body.amount is not None:
        raise RefundInvalid("both")
    check_moment(body.occurred_at, call.now, None, call.work.programmes.current().zone)
    asked = refunds.Asked(
        body.source,
        purchase.order_id,
        body.refund_id,
        body.occurred_at,
        _amount(body.amount, purchase.currency, "/amount"),
        tuple(_parts(body, purchase.currency)),
        member_id=_whose(call, body),
    )

    def effect() -> Answer:
        outcome = refunds.refund(call.work, asked, call.now)
        member_id = outcome.purchase.member_id
        status = CREATED if outcome.new else OK
        return Answer(status, plain(_refunded(call, outcome)), member_id, again=not outcome.new)

    key = f"{body.source}\0{body.refund_id}"
    return once_by_own_id(call.work, "refund", key, call.now, effect)


def _whose(call: Call, body: requests.Refund) -> int | None:
    """The member a refund names, 0 for nobody's; None if it names none."""
    if not body.member:
        return None
    with at("/member"):
        claim = parse_member(body.member, region_of(call.work.programmes.current().currency))
    return call.work.purchases.match([claim]).get(claim, 0)


def _parts(body: requests.Refund, currency: str) -> Iterator[RefundLine]:
    for index, part in enumerate(body.lines):
        minor = _amount(part.amount, currency, f"/lines/{index}/amount")
        yield RefundLine(part.line, part.quantity, minor)


def _refunded(call: Call, outcome: refunds.Outcome) -> replies.Refunded:
    purchase, row = outcome.purchase, outcome.refund
    member_id = purchase.member_id
    posting = call.work.ledger.posting(row.posting_id) if row.posting_id else None
    return replies.Refunded(
        purchase_id=str(purchase.id),
        refund_id=row.refund_id,
        posting_id=str(row.posting_id) if row.posting_id else None,
        amount=money.plain(row.minor, purchase.currency),
        points=-row.taken_points,
        explanation=shares(posting.explanation if posting else ()),
        returned=_returned(outcome),
        balance=balance(call, member_id) if member_id else None,
        level=level(call, member_id) if member_id else None,
    )


def _returned(outcome: refunds.Outcome) -> replies.Returned:
    back, currency = outcome.back, outcome.purchase.currency
    paid_out = outcome.refund.minor if back.money is None else back.money
    return replies.Returned(
        money=money.plain(paid_out, currency),
        points=back.points,
        credit=money.plain(back.credit, currency),
        vouchers=len(back.opened),
    )


def _amount(text: str | None, currency: str, pointer: str) -> int | None:
    if text is None:
        return None
    with at(pointer):
        return _minor(text, currency)


def _minor(text: str, currency: str) -> int:
    return money.parse_money(text, currency).minor
