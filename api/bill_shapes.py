"""Bodies of bills and of stored value, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.replies import Balance, Share
from api.requests import MOST_LINES, MOST_POINTS, PurchaseLine, TillName
from api.shapes import Amount, BigId, Body, Currency, Id, Moment, Plain, Reference, Shown, Whole
from api.shapes import line as text

MOST_VOUCHERS = 20
Code = Annotated[str, text(100, 1)]


class Quote(Body):
    """A bill before anything is taken off, and what the member wants to use for it."""

    member: Reference
    currency: Currency
    amount: Amount
    till: TillName | None = Field(default=None, description="As in holding a voucher.")
    vouchers: list[Code] = Field(
        default=[], max_length=MOST_VOUCHERS, description="Codes of the member's vouchers."
    )
    points: Whole = Field(default=0, ge=0, le=MOST_POINTS, description="So many points.")
    credit: Amount = Field(default="0", description="So much stored value.")
    use_all: list[Literal["points", "credit"]] = Field(
        default=[],
        max_length=2,
        description="As much of it as can be used, whatever `points` or `credit` says.",
    )


class Bill(Quote):
    """A bill to be booked under the source and order id of the till."""

    source: Id
    order_id: Id
    occurred_at: Moment
    store: Annotated[str, text(32, 1)] | None = Field(default=None, description="Its code.")
    lines: list[PurchaseLine] = Field(
        default=[],
        max_length=MOST_LINES,
        description="Before anything is taken off; their amounts add up to `amount`.",
    )
    to_pay: Amount | None = Field(
        default=None, description="What the member was shown. Another sum now: nothing is booked."
    )


class TopUp(Body):
    """Money that a member pays in."""

    source: Id = Field(description="The till; with `receipt` it names the top-up.")
    receipt: Annotated[str, text(96, 1)]
    currency: Currency
    amount: Amount
    store: Annotated[str, text(32, 1)] | None = Field(default=None, description="Its code.")


# -- going out --------------------------------------------------------------------------


class Step(Shown):
    """What one step takes off, and what it uses for that."""

    kind: str = Field(description="`level`, `voucher`, `points` or `credit`.")
    before: Plain
    off: Plain
    after: Plain
    points: int
    voucher_id: BigId | None


class Quoted(Shown):
    """A bill step by step. `to_pay` is paid in money; `unused` vouchers take nothing off;
    `points_possible` and `credit_possible` are the most that could be used."""

    currency: str
    gross: Plain
    steps: list[Step]
    to_pay: Plain
    unused: list[BigId]
    points_possible: int
    credit_possible: Plain


class Settled(Shown):
    """A booked bill. `points` are those that it brought."""

    purchase_id: BigId
    posting_id: BigId | None
    gross: Plain
    steps: list[Step]
    to_pay: Plain
    points: int
    explanation: list[Share]
    balance: Balance
    level: str


class ToppedUp(Shown):
    """A booked top-up: what was paid in, what the club gave on top, what the member has now, the
    points that it brought."""

    topup_id: BigId
    posting_id: BigId
    currency: str
    paid: Plain
    bonus: Plain
    total: Plain
    points: int
