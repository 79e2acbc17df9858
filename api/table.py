"""All operations of the API, in the order in which the reference lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api import members, purchases, pushing, replies, requests
from api.bill_table import BILLS
from api.operations import Operation
from api.till_table import TILL

_FIND: Final = (
    "member.not_found",
    "member.several",
    "member.bad_number",
    "phone.bad",
    "email.bad",
)
_MOVES: Final = ("member.frozen", "member.closed")
_BALANCE: Final[Mapping[str, int]] = {"available": 178, "pending": 0, "held": 0, "debt": 0}
_WHY: Final = [
    {"rule": "base", "version": 1, "factor": "1", "points": 128},
]

OPERATIONS: Final = (
    Operation(
        "POST",
        "/purchases",
        "bookPurchase",
        "Book a purchase",
        "purchases:write",
        purchases.book,
        {201: replies.Booked, 200: replies.Booked},
        (
            *_MOVES,
            "purchase.invalid",
            "purchase.too_early",
            "amount.bad",
            "currency.unknown",
            "currency.wrong",
            "store.not_found",
            "payment.invalid",
            "till.codes_locked",
            "points.too_few",
            "member.bad_number",
            "phone.bad",
            "email.bad",
        ),
        body=requests.Purchase,
        keyed="may",
        about=(
            "Books an order under its source and order id: 201. The same again changes nothing and"
            " gets the stored body: 200. Other content under the same ids: 409. Without a member"
            " who is known, the order waits and is booked when they appear. `payments` are taken"
            " in the same transaction: if one cannot be, nothing is booked."
        ),
        examples={
            "order": {
                "source": "pos-1",
                "order_id": "A-17",
                "member": "ext:c-1001",
                "occurred_at": "2026-01-31T12:00:00+08:00",
                "currency": "CNY",
                "amount": "128.50",
                "lines": [
                    {
                        "sku": "4711",
                        "name": "Green tea",
                        "category": "tea",
                        "quantity": 1,
                        "amount": "128.50",
                    }
                ],
            },
            "paid_otherwise": {
                "source": "pos-1",
                "order_id": "A-18",
                "member": "ext:c-1001",
                "occurred_at": "2026-01-31T12:00:00+08:00",
                "currency": "CNY",
                "amount": "100.00",
                "payments": [
                    {"kind": "points", "points": 500, "amount": "5.00"},
                    {"kind": "credit", "amount": "20.00"},
                    {"kind": "voucher", "code": "7K4M 9QXT 2HWD RB5E", "amount": "10.00"},
                ],
            },
        },
        reply_example={
            "purchase_id": "318904112345678901",
            "posting_id": "318904112345678902",
            "points": 128,
            "explanation": _WHY,
            "balance": _BALANCE,
            "level": "member",
        },
        refused=purchases.refused,
    ),
    Operation(
        "POST",
        "/purchases/{order_id}/refunds",
        "refundPurchase",
        "Refund a purchase, whole or in part",
        "purchases:write",
        purchases.refund,
        {201: replies.Refunded, 200: replies.Refunded},
        (
            "purchase.not_found",
            "refund.already",
            "refund.invalid",
            "refund.too_large",
            "purchase.invalid",
            "amount.bad",
            "member.bad_number",
            "phone.bad",
            "email.bad",
        ),
        body=requests.Refund,
        keyed="may",
        about=(
            "Neither amount nor lines: all that is left. An amount is spread over the lines; lines"
            " are counted from 1 in the order given. The points taken back are those given less"
            " those that the reduced order would have earned. What points and stored value paid"
            " returns pro rata to where it came from, exact over several refunds; a voucher that"
            " is still valid can be used again when all of the order has come back."
        ),
        examples={
            "whole": {
                "source": "pos-1",
                "refund_id": "R-1",
                "occurred_at": "2026-02-01T10:00:00+08:00",
                "amount": None,
            },
            "lines": {
                "source": "pos-1",
                "refund_id": "R-2",
                "occurred_at": "2026-02-01T10:00:00+08:00",
                "lines": [{"line": 1, "quantity": 1}],
            },
        },
        reply_example={
            "purchase_id": "318904112345678901",
            "refund_id": "R-1",
            "posting_id": "318904112345678950",
            "amount": "128.50",
            "points": -128,
            "explanation": [
                {"rule": "refund.given", "version": 1, "factor": "", "points": 128},
                {"rule": "refund.kept", "version": 1, "factor": "", "points": 0},
            ],
            "returned": {"money": "128.50", "points": 0, "credit": "0.00", "vouchers": 0},
            "balance": {"available": 50, "pending": 0, "held": 0, "debt": 0},
            "level": "member",
        },
    ),
    Operation(
        "POST",
        "/members",
        "addMember",
        "Make a member",
        "members:write",
        members.add,
        {201: replies.Member},
        (
            "member.exists",
            "name.bad",
            "phone.bad",
            "email.bad",
            "city.bad",
            "zone.unknown",
            "birthday.unreadable",
            "birthday.unclear",
            "birthday.impossible",
            "guardian.needed",
        ),
        body=requests.NewMember,
        keyed="must",
        about=(
            "For a person who has accepted the club rules at a counter. Gives number, first level"
            " and welcome points, and books the purchases that waited for them. In the chat they"
            " are recognised by their verified phone."
        ),
        examples={
            "person": {
                "rules_accepted": True,
                "name": "Li Wei",
                "phone": "+8613800138000",
                "external_id": "c-1001",
                "locale": "zh",
            }
        },
        reply_example={
            "number": "123456788",
            "state": "active",
            "level": "member",
            "name": "Li Wei",
            "phone": "138****8000",
            "email": None,
            "external_id": "c-1001",
            "locale": "zh",
            "joined_at": "2026-01-31T04:00:00Z",
        },
    ),
    Operation(
        "GET",
        "/members/{id}",
        "getMember",
        "Look a member up",
        "members:read",
        members.show,
        {200: replies.Member},
        _FIND,
        about="By member number, or by `phone:`, `email:`, `telegram:` or `ext:` and the rest.",
    ),
    Operation(
        "GET",
        "/members/{id}/points",
        "getPoints",
        "A member's points",
        "members:read",
        members.points,
        {200: replies.Points},
        _FIND,
        about="As of the club's clock: what is available, pending, held, owed, and lapses when.",
    ),
    Operation(
        "GET",
        "/members/{id}/ledger",
        "getLedger",
        "A member's postings",
        "members:read",
        members.postings,
        {200: replies.Ledger},
        _FIND,
        query=requests.LedgerPage,
        about=(
            "Of one unit, the newest first, each with its explanation. Ask on with `before` ="
            " `next`."
        ),
    ),
    Operation(
        "POST",
        "/members/{id}/adjustments",
        "adjustPoints",
        "Give or take points by hand",
        "points:adjust",
        members.adjust,
        {201: replies.Adjusted, 202: replies.Asked},
        (
            *_FIND,
            *_MOVES,
            "points.too_few",
            "adjustment.zero",
            "adjustment.no_reason",
            "adjustment.over_limit",
        ),
        body=requests.Adjustment,
        keyed="must",
        about="Signed, with a reason; audited under the name of the key, which has a limit for "
        "each day. More than the programme lets one person decide is answered with 202: it is "
        "booked when a second person, an operator of the club, has agreed in the chat.",
        examples={"goodwill": {"points": 100, "reason": "Late delivery of order A-17"}},
        reply_example={
            "posting_id": "318904112345679001",
            "points": 100,
            "balance": {"available": 278, "pending": 0, "held": 0, "debt": 0},
        },
    ),
    Operation(
        "POST",
        "/members/{id}/redemptions",
        "redeemBenefit",
        "Take a benefit for points",
        "vouchers:write",
        members.redeem,
        {201: replies.Voucher},
        (
            *_FIND,
            *_MOVES,
            "benefit.not_found",
            "benefit.unavailable",
            "benefit.price_changed",
            "rules.not_accepted",
            "points.too_few",
        ),
        body=requests.Redemption,
        keyed="must",
        about=(
            "Takes the points, at the price for the member's level, and issues the voucher in one"
            " transaction. Of the last one in stock exactly one caller gets it; while members wait"
            " for it nobody overtakes them. The same again gets the same answer, code included."
        ),
        examples={"tea": {"benefit": "free-tea"}},
        finish=members.with_code,
    ),
    Operation(
        "GET",
        "/benefits",
        "listBenefits",
        "What members can have for points",
        "benefits:read",
        members.offers,
        {200: replies.Benefits},
        query=requests.BenefitsPage,
        about=(
            "Those that members can see now, in the order of the catalogue. Ask on with `after` ="
            " `next`."
        ),
    ),
    *BILLS,
    *TILL,
)


SIGNED: Final = pushing.signed(OPERATIONS[0], OPERATIONS[1])


def parameters(operation: Operation) -> list[str]:
    """The names in an operation's path."""
    return [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]


def problems(operation: Operation) -> tuple[str, ...]:
    """Every problem that an operation may answer with, its own and everybody's."""
    of_all = ["key.missing", "key.unknown", "key.too_many_tries", "key.scope"]
    if operation.signed:
        of_all = ["key.signature", "key.too_many_tries", "key.conflict", "member.closed"]
    of_all += ["request.unreadable", "request.invalid", "club.failed", "club.unavailable"]
    if operation.keyed:
        # The stored answer about a member who has been erased since.
        of_all += ["key.conflict", "member.closed"]
    if operation.body is not None:
        of_all += ["request.not_json", "request.media_type", "request.too_large"]
        of_all += ["request.impossible"]
    return tuple(dict.fromkeys([*operation.problems, *of_all]))


def find(name: str) -> Operation:
    """The operation of that name; raises LookupError."""
    for operation in (*OPERATIONS, *SIGNED):
        if operation.name == name:
            return operation
    raise LookupError(name)


PATHS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "source": ("The till or shop that pushes.", {"examples": ["pos-1"]}),
    "code": (
        "The voucher's code, typed as one likes: spaces, dashes and small letters are forgiven.",
        {"examples": ["7K4M9QXT2HWDRB5E"]},
    ),
    "order_id": ("The order id of the purchase.", {"examples": ["A-17"]}),
    "id": (
        "A member number, or `phone:…`, `email:…`, `telegram:…` (user id), `ext:…`.",
        {"examples": ["ext:c-1001"]},
    ),
}
