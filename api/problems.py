"""Problem documents (RFC 9457): which refusal is answered with which status, and how it reads.

The one table of statuses is here; the sentences are in wording.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from api import wording
from domain.errors import Refused

TYPE: Final = "urn:memberbot:problem:"
MEDIA: Final = "application/problem+json"
UNLISTED: Final = 422

# Problems of the request itself; the rest are refusals of the club, by their own codes.
STATUS: Final[Mapping[str, int]] = {
    "request.not_json": 400,
    "request.invalid": 400,
    "request.unreadable": 400,
    "key.missing": 401,
    "key.unknown": 401,
    "key.signature": 401,
    "key.scope": 403,
    "request.not_found": 404,
    "request.method": 405,
    "request.too_large": 413,
    "request.media_type": 415,
    "request.impossible": 422,
    "key.too_many_tries": 429,
    "club.failed": 500,
    "club.unavailable": 503,
    # -- what is not there, or stands in the way ------------------------------------------
    "member.not_found": 404,
    "purchase.not_found": 404,
    "benefit.not_found": 404,
    "key.conflict": 409,
    "member.exists": 409,
    "member.several": 409,
    "member.frozen": 409,
    "member.closed": 409,
    "rules.not_accepted": 409,
    "points.too_few": 409,
    "refund.already": 409,
    "bill.changed": 409,
    "credit.ceiling": 409,
    "credit.undone": 409,
    "benefit.unavailable": 409,
    "benefit.price_changed": 409,
    # -- what fits the schema and cannot be taken all the same -----------------------------
    "member.bad_number": 422,
    "phone.bad": 422,
    "email.bad": 422,
    "name.bad": 422,
    "city.bad": 422,
    "zone.unknown": 422,
    "birthday.unreadable": 422,
    "birthday.unclear": 422,
    "birthday.impossible": 422,
    "guardian.needed": 422,
    "amount.bad": 422,
    "currency.unknown": 422,
    "currency.wrong": 422,
    "purchase.invalid": 422,
    "purchase.too_early": 422,
    "refund.invalid": 422,
    "refund.too_large": 422,
    "payment.invalid": 422,
    "bill.voucher": 422,
    "bill.points": 422,
    "bill.credit": 422,
    "credit.none": 422,
    "credit.too_small": 422,
    "award.bad_receipt": 422,
    "store.not_found": 422,
    "request.other_source": 422,
    "adjustment.zero": 422,
    "adjustment.no_reason": 422,
    "adjustment.over_limit": 422,
    # -- at the till ------------------------------------------------------------------------
    "till.code_unknown": 404,
    "till.held": 409,
    "till.taken": 409,
    "till.undone_before": 409,
    "voucher.not_usable": 409,
    "till.codes_locked": 429,
}
_WHERE: Final[Mapping[str, str]] = {
    "store.not_found": "/store",
    "currency.wrong": "/currency",
    "currency.unknown": "/currency",
    "purchase.too_early": "/occurred_at",
    "bill.points": "/points",
    "bill.credit": "/credit",
    "bill.changed": "/to_pay",
    "benefit.price_changed": "/price",
    "credit.too_small": "/amount",
    "credit.ceiling": "/amount",
    "award.bad_receipt": "/receipt",
    "credit.undone": "/receipt",
    "adjustment.zero": "/points",
    "adjustment.no_reason": "/reason",
}
_REASONS: Final[Mapping[str, str]] = {
    "source": "/source",
    "order_id": "/order_id",
    "refund_id": "/refund_id",
    "in_future": "/occurred_at",
    "sum": "/amount",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a request: where, by which rule, and the rule's numbers.

    `place`: `pointer` (JSON Pointer into the body), `parameter` (query or path) or `header`.
    """

    place: str
    name: str
    rule: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class Problem(Exception):
    """The request is answered with a problem document; the transaction is undone."""

    def __init__(
        self,
        code: str,
        data: Mapping[str, Any] | None = None,
        faults: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.data = code, dict(data or {})
        self.faults, self.headers = faults, dict(headers or {})

    @property
    def status(self) -> int:
        return STATUS.get(self.code, UNLISTED)

    def document(self, language: str) -> dict[str, Any]:
        """The JSON body in a language."""
        data = _plain(self.data)
        body: dict[str, Any] = {
            "type": TYPE + self.code,
            "title": wording.title(self.code, language),
            "status": self.status,
            "detail": wording.detail(self.code, data, language),
            "code": self.code,
        }
        if data:
            body["data"] = data
        if self.faults:
            body["errors"] = [_told(fault, language) for fault in self.faults]
        return body


def _told(fault: Fault, language: str) -> dict[str, str]:
    detail = wording.rule(fault.rule, fault.facts, language)
    return {fault.place: fault.name, "detail": detail}


def problem_of(error: Refused) -> Problem:
    """The problem that a refusal of the club is."""
    facts, at = error.data(), pointer_of(error)
    faults = (Fault("pointer", at, "refused"),) if at else ()
    return Problem(error.code, facts, faults)


def pointer_of(error: Refused) -> str:
    """Where in the body a refusal points to, "" for the whole."""
    noted = getattr(error, "pointer", "")
    if noted:
        return str(noted)
    line, reason = getattr(error, "line", 0), getattr(error, "reason", "")
    if error.code == "payment.invalid":
        number = getattr(error, "payment", 0)
        return f"/payments/{number - 1}" if number else "/payments"
    if error.code == "refund.invalid" and reason == "member":
        return "/member"
    if error.code == "purchase.invalid":
        return f"/lines/{line - 1}" if line else _REASONS.get(reason, "")
    return _WHERE.get(error.code, "")


@contextmanager
def at(pointer: str) -> Iterator[None]:
    """Notes on a refusal raised inside which part of the body it is about."""
    try:
        yield
    except Refused as error:
        error.pointer = pointer  # type: ignore[attr-defined]
        raise


_LONGEST = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _plain(value: Any) -> Any:
    """Facts as JSON data: moments and days as ISO texts, long and odd texts cut and cleaned."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value)[:_LONGEST])
