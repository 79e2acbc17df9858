"""The operations of tills that have their own system."""

from __future__ import annotations

from typing import Any, Final

from api import replies, requests, vouchers
from api.operations import Operation

_CODE: Final = ("till.code_unknown", "till.codes_locked", "store.not_found")
_STANDS: Final = ("till.held", "till.taken", "voucher.not_usable")
_REPLY: Final[dict[str, Any]] = {
    "voucher_id": "318904112345679100",
    "state": "held",
    "kind": "discount",
    "names": {"zh": "满100减20", "en": "20 off from 100"},
    "terms": {},
    "last_day": "2026-03-31",
    "member": "•••• 5678 8",
    "level": "gold",
    "takes_off": "20.00",
    "held_until": "2026-01-31T04:02:00Z",
    "used_at": None,
}
_STORE: Final = {"store": "sh-01"}

TILL: Final = (
    Operation(
        "POST",
        "/vouchers/{code}/hold",
        "holdVoucher",
        "Look at a voucher and hold it",
        "vouchers:use",
        vouchers.hold,
        {200: replies.AtTill},
        (*_CODE, *_STANDS, "amount.bad"),
        body=requests.Holding,
        keyed="may",
        about=(
            "No other till can use it for the two minutes after; the same one holds it anew. The"
            " tills of one key are told apart by `till`, and are one without it."
            " Wrong codes are limited for each key and network address."
        ),
        examples={"bill": {"store": "sh-01", "amount": "128.50"}},
        reply_example=_REPLY,
        refused=vouchers.refused,
    ),
    Operation(
        "POST",
        "/vouchers/{code}/use",
        "useVoucher",
        "Use a voucher",
        "vouchers:use",
        vouchers.use,
        {200: replies.AtTill},
        (*_CODE, *_STANDS, "till.undone_before", "member.frozen"),
        body=requests.Till,
        keyed="must",
        about=(
            "Once, whoever asks: all others are told who used it and when. Its member gets a"
            " receipt. A hold is not needed first. To pay a bill with it send it among the"
            " `payments` of the purchase instead."
        ),
        examples={"store": _STORE},
        reply_example={
            **_REPLY,
            "state": "used",
            "takes_off": None,
            "held_until": None,
            "used_at": "2026-01-31T04:01:10Z",
        },
        refused=vouchers.refused,
    ),
    Operation(
        "POST",
        "/vouchers/{code}/release",
        "releaseVoucher",
        "Release a voucher",
        "vouchers:use",
        vouchers.release,
        {200: replies.AtTill},
        _CODE,
        body=requests.Till,
        keyed="may",
        about="Ends this till's hold, so that others can use it at once; without one: nothing.",
        examples={"store": _STORE},
        reply_example={**_REPLY, "state": "issued", "takes_off": None, "held_until": None},
        refused=vouchers.refused,
    ),
)
