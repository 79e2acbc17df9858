"""Bodies and queries that come in. The OpenAPI document is made of these very classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.shapes import (
    Amount,
    Body,
    Count,
    Currency,
    Id,
    Moment,
    Pieces,
    Price,
    Reference,
    SomePoints,
    Whole,
    line,
)

MOST_LINES = 1000
MOST_PAYMENTS = 20
MOST_POINTS = 1_000_000_000
LARGEST_PAGE = 100
CURSOR = r"^[0-9]{1,19}$"


class PurchaseLine(Body):
    """One item of an order: what was paid for it after discounts."""

    amount: Amount
    quantity: Whole = Field(
        default=1, ge=0, le=1_000_000, description="Pieces; 0 for goods that are weighed."
    )
    sku: Annotated[str, line(100)] = ""
    name: Annotated[str, line(200)] = ""
    category: Annotated[str, line(100)] = ""


class Payment(Body):
    """A part of the bill that was not paid in money. It is taken in the same transaction."""

    kind: Literal["points", "credit", "voucher"] = Field(
        description="`credit`: the member's stored value."
    )
    amount: Amount = Field(description="How much of the bill it pays.")
    points: SomePoints | None = Field(default=None, description="How many; only for `points`.")
    code: Annotated[str, line(100, 1)] | None = Field(
        default=None, description="The voucher's code; only for `voucher`."
    )


TillName = Annotated[str, line(40, 1)]


class Purchase(Body):
    """An order as a till or a shop knows it. Unmatched ones wait until their member appears."""

    source: Id = Field(description="The till or shop; with `order_id` it names the purchase.")
    order_id: Id
    member: Reference | None = None
    phone: Annotated[str, line(40, 1)] | None = None
    email: Annotated[str, line(254, 3)] | None = None
    occurred_at: Moment
    currency: Currency
    amount: Amount
    store: Annotated[str, line(32, 1)] | None = Field(default=None, description="Its code.")
    till: TillName | None = Field(default=None, description="As in holding a voucher.")
    lines: list[PurchaseLine] = Field(
        default=[],
        max_length=MOST_LINES,
        description="Their amounts add up to `amount`. Left out: one line of the whole amount.",
    )
    payments: list[Payment] = Field(
        default=[],
        max_length=MOST_PAYMENTS,
        description=(
            "What of `amount` points, stored value and vouchers paid; the rest is money. Points"
            " are earned on money and on stored value that was paid in."
        ),
    )


class RefundLine(Body):
    """A part of one line: so many pieces, or an amount."""

    line: Whole = Field(ge=1, le=MOST_LINES, description="From 1, in the order given.")
    quantity: Pieces | None = None
    amount: Amount | None = None


class Refund(Body):
    """A refund of a whole order (neither amount nor lines), of an amount, or of lines."""

    source: Id
    refund_id: Id
    member: Reference | None = Field(
        default=None, description="Whose order it is; another's is refused."
    )
    occurred_at: Moment
    amount: Amount | None = None
    lines: list[RefundLine] = Field(default=[], max_length=MOST_LINES)


class NewMember(Body):
    """A person who joins at a till or in a shop. The chat is linked later, by their phone."""

    rules_accepted: Literal[True] = Field(
        description="The person has accepted the club rules in force; it is recorded."
    )
    name: Annotated[str, line(80, 1)] | None = None
    phone: Annotated[str, line(40, 1)] | None = None
    email: Annotated[str, line(254, 3)] | None = None
    external_id: Annotated[str, line(100, 1)] | None = Field(
        default=None, description="Your own id of this person, found as `ext:…`."
    )
    birthday: (
        Annotated[str, Field(pattern=r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$", max_length=10)] | None
    ) = Field(default=None, description="`1990-05-20`, or `05-20` without the year.")
    gender: Literal["female", "male", "other"] | None = None
    city: Annotated[str, line(80, 1)] | None = None
    locale: Literal["zh", "en"] | None = None
    time_zone: Annotated[str, line(60, 1)] | None = None


class Adjustment(Body):
    """Points given or taken by hand."""

    points: Whole = Field(
        ge=-MOST_POINTS, le=MOST_POINTS, description="Above zero gives, below zero takes."
    )
    reason: Annotated[str, line(500, 1)]


class Redemption(Body):
    """A benefit that a member takes for points."""

    benefit: Annotated[str, line(100, 1)] = Field(description="Its id or key.")
    price: Price | None = Field(
        default=None, description="In points, as the member was told; another one is not taken."
    )


class Till(Body):
    """Which till does something with a voucher."""

    store: Annotated[str, line(32, 1)] | None = Field(default=None, description="Its code.")
    till: TillName | None = Field(
        default=None,
        description=(
            "Which of this key's tills it is, by a name of yours: what one holds, the others"
            " cannot have. All that send none are one."
        ),
    )


class Holding(Till):
    """A till that looks at a voucher, perhaps for a bill."""

    amount: Amount | None = Field(
        default=None, description="Of the bill, to be told what the voucher takes off it."
    )


class BenefitsPage(Body):
    """Which part of the catalogue is asked for."""

    limit: Count = Field(default=LARGEST_PAGE, ge=1, le=LARGEST_PAGE)
    after: Annotated[str, Field(pattern=CURSOR, max_length=19)] | None = Field(
        default=None, description="`next` of the page before."
    )


class LedgerPage(Body):
    """Which part of a member's postings is asked for."""

    unit: Literal["points", "growth", "credit"] = "points"
    limit: Count = Field(default=20, ge=1, le=LARGEST_PAGE)
    before: Annotated[str, Field(pattern=CURSOR, max_length=19)] | None = Field(
        default=None, description="`next` of the page before."
    )
