"""Signed webhooks: a shop pushes its purchases and refunds; a signature stands for the key."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from api import purchases, requests
from api.operations import Call, Operation
from api.problems import Fault, Problem
from services.answers import Answer

TIMESTAMP: Final = "X-Memberbot-Timestamp"
SIGNATURE: Final = "X-Memberbot-Signature"
REALM: Final = 'Memberbot-Signature realm="memberbot"'
LONGEST: Final = 200


class PushedRefund(requests.Refund):
    """A refund as it is pushed: it names its order in the body."""

    order_id: requests.Id


def refused() -> Problem:
    """The signature is missing or wrong, too old, or of nobody; which of these is not told."""
    return Problem("key.signature", headers={"WWW-Authenticate": REALM})


def book(call: Call) -> Answer:
    """Books a purchase that its source has signed."""
    _own_source(call)
    return purchases.book(call)


def refund(call: Call) -> Answer:
    """Books a refund that its source has signed."""
    _own_source(call)
    path = {**call.path, "order_id": call.body.order_id}
    return purchases.refund(replace(call, path=path))


def _own_source(call: Call) -> None:
    """A source speaks for itself only."""
    if call.body.source != call.path["source"]:
        fault = Fault("pointer", "/source", "refused")
        raise Problem("request.other_source", {"source": call.path["source"]}, (fault,))


def signed(booked: Operation, refunded: Operation) -> tuple[Operation, ...]:
    """The operations of webhooks, made of those that keys open."""
    return (
        replace(
            booked,
            path="/webhooks/{source}/purchases",
            name="pushPurchase",
            summary="Push a purchase, signed",
            scope="",
            run=book,
            problems=(*booked.problems, "request.other_source"),
            keyed="",
            about=(
                "What `POST /purchases` does, for a shop that signs instead of having a key. The"
                " source in the path is the one in the body."
            ),
        ),
        replace(
            refunded,
            path="/webhooks/{source}/refunds",
            name="pushRefund",
            summary="Push a refund, signed",
            scope="",
            run=refund,
            problems=(*refunded.problems, "request.other_source"),
            body=PushedRefund,
            keyed="",
            about="What `POST /purchases/{order_id}/refunds` does; the body names the order.",
            examples={
                name: {**body, "order_id": "A-17"} for name, body in refunded.examples.items()
            },
        ),
    )
