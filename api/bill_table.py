"""The operations of bills and of stored value."""

from __future__ import annotations

from typing import Any, Final

from api import bill_shapes as shapes
from api import bills
from api.operations import Operation

_WHO: Final = (
    "member.not_found",
    "member.several",
    "member.bad_number",
    "phone.bad",
    "email.bad",
)
_MONEY: Final = ("amount.bad", "currency.unknown", "currency.wrong")
_STEPS: Final[list[dict[str, Any]]] = [
    {
        "kind": "level",
        "before": "128.50",
        "off": "6.43",
        "after": "122.07",
        "points": 0,
        "voucher_id": None,
    },
    {
        "kind": "points",
        "before": "122.07",
        "off": "5.00",
        "after": "117.07",
        "points": 500,
        "voucher_id": None,
    },
]

BILLS: Final = (
    Operation(
        "POST",
        "/bills/quote",
        "quoteBill",
        "Work a bill out, step by step",
        "purchases:write",
        bills.quote,
        {200: shapes.Quoted},
        (*_WHO, *_MONEY, "bill.voucher", "till.codes_locked"),
        body=shapes.Quote,
        reads=True,
        about=(
            "The level's discount, vouchers, points and stored value in the order of the club's"
            " rules. Nothing is booked or held. Points and stored value are used as far as they"
            " can be. Wrong codes of vouchers are limited for each key and network address."
        ),
        examples={
            "everything": {
                "member": "ext:c-1001",
                "currency": "CNY",
                "amount": "128.50",
                "points": 500,
                "use_all": ["credit"],
            }
        },
        reply_example={
            "currency": "CNY",
            "gross": "128.50",
            "steps": _STEPS,
            "to_pay": "117.07",
            "unused": [],
            "points_possible": 6100,
            "credit_possible": "0.00",
        },
        refused=bills.refused,
    ),
    Operation(
        "POST",
        "/bills",
        "settleBill",
        "Book a bill with all that pays for it",
        "purchases:write",
        bills.settle,
        {201: shapes.Settled, 200: shapes.Settled},
        (
            *_WHO,
            *_MONEY,
            "member.frozen",
            "member.closed",
            "bill.voucher",
            "till.codes_locked",
            "bill.points",
            "bill.credit",
            "bill.changed",
            "purchase.invalid",
            "purchase.too_early",
            "store.not_found",
            "payment.invalid",
            "points.too_few",
        ),
        body=shapes.Bill,
        keyed="may",
        about=(
            "As the quote, and booked as a purchase under source and order id: 201. The same again"
            " changes nothing and gets the stored body: 200. Exactly what is asked for is used:"
            " points in whole steps, every voucher. A refund of the purchase returns everything to"
            " its own."
        ),
        examples={
            "everything": {
                "source": "pos-1",
                "order_id": "B-17",
                "member": "ext:c-1001",
                "occurred_at": "2026-01-31T12:00:00+08:00",
                "currency": "CNY",
                "amount": "128.50",
                "use_all": ["points", "credit"],
            }
        },
        reply_example={
            "purchase_id": "318904112345678901",
            "posting_id": "318904112345678902",
            "gross": "128.50",
            "steps": _STEPS,
            "to_pay": "117.07",
            "points": 117,
            "explanation": [{"rule": "base", "version": 1, "factor": "1", "points": 117}],
            "balance": {"available": 795, "pending": 0, "held": 0, "debt": 0},
            "level": "diamond",
        },
        refused=bills.refused,
    ),
    Operation(
        "POST",
        "/members/{id}/top-ups",
        "topUpCredit",
        "Pay stored value in",
        "credit:write",
        bills.top_up,
        {201: shapes.ToppedUp, 200: shapes.ToppedUp},
        (
            *_WHO,
            *_MONEY,
            "member.frozen",
            "member.closed",
            "credit.none",
            "credit.too_small",
            "credit.ceiling",
            "credit.undone",
            "award.bad_receipt",
            "store.not_found",
        ),
        body=shapes.TopUp,
        keyed="must",
        about=(
            "With the bonus that the club gives on top; principal and bonus are kept apart. The"
            " same receipt again changes nothing: 200; with another amount or member, or after the"
            " top-up was undone: 409."
        ),
        examples={
            "hundred": {
                "source": "pos-1",
                "receipt": "T-17",
                "currency": "CNY",
                "amount": "500.00",
            }
        },
        reply_example={
            "topup_id": "318904112345679101",
            "posting_id": "318904112345679102",
            "currency": "CNY",
            "paid": "500.00",
            "bonus": "40.00",
            "total": "540.00",
            "points": 0,
        },
    ),
)
