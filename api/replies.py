"""Bodies that go out. Handlers fill them, the OpenAPI document shows them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.shapes import BigId, Day, Instant, Names, Plain, Shown


class Share(Shown):
    """One line of an explanation: a rule of a programme version, its factor, its points."""

    rule: str
    version: int
    factor: str
    points: int


class Balance(Shown):
    """A member's points by the club's clock. `debt` is what is owed, never spendable."""

    available: int
    pending: int
    held: int
    debt: int


class Booked(Shown):
    """A booked purchase. One without a member waits: no posting, no points, no balance."""

    purchase_id: BigId
    posting_id: BigId | None
    points: int
    explanation: list[Share]
    balance: Balance | None
    level: str | None


class Returned(Shown):
    """What went back to where it was paid from: money to pay out, points, stored value, how many
    vouchers can be used again."""

    money: Plain
    points: int
    credit: Plain
    vouchers: int


class Refunded(Shown):
    """A booked refund and the arithmetic of what it took back; `points` is zero or below."""

    purchase_id: BigId
    refund_id: str
    posting_id: BigId | None
    amount: Plain
    points: int
    explanation: list[Share]
    returned: Returned
    balance: Balance | None
    level: str | None


class Member(Shown):
    """A member. Phone and e-mail are shown masked: who looks a person up by them has them."""

    number: str
    state: str = Field(description="`active` or `frozen`.")
    level: str
    name: str | None
    phone: str | None
    email: str | None
    external_id: str | None
    locale: str | None = Field(description="null: as their chat has it.")
    joined_at: Instant


class Expiring(Shown):
    """Points that lapse together; they can be used on `last_day` and no longer."""

    points: int
    last_day: Day


class Points(Shown):
    """What a member has. `spendable` is what a benefit may cost now: available less debt."""

    number: str
    level: str
    available: int
    pending: int
    held: int
    debt: int
    spendable: int
    lifetime: int
    expiring: list[Expiring]


class Paid(Shown):
    """An amount of money."""

    amount: Plain
    currency: str


class Posting(Shown):
    """One line of the ledger."""

    posting_id: BigId
    kind: str
    unit: str
    points: int = Field(description="In its unit; stored value in the currency's smallest one.")
    at: Instant
    source: str
    paid: Paid | None
    store: str
    explanation: list[Share]


class Ledger(Shown):
    """Postings, the newest first. `next` asks for the page after this one."""

    items: list[Posting]
    next: str | None


class Adjusted(Shown):
    """An adjustment as it is booked."""

    posting_id: BigId
    points: int
    balance: Balance


class Asked(Shown):
    """An adjustment that waits for a second person's yes. Nothing is booked before."""

    approval_id: BigId
    points: int
    decide_by: Instant = Field(description="Nobody decides by then: it is not booked.")


class Benefit(Shown):
    """Something to have for points. `stock` is what is left; null means no limit. Members of a
    level in `level_prices` pay that price, those of a level in `early_hours` may come so many
    hours before `redeem_from`. `per_member`: so often in each period `per`."""

    id: BigId
    key: str
    kind: str
    names: Names
    terms: Names
    category: str
    partner: str
    price: int
    level_prices: dict[str, int]
    stock: int | None
    per_member: int | None
    per: str
    levels: list[str]
    early_hours: dict[str, int]
    valid_days: int
    cancel_hours: int
    giftable: bool
    redeem_from: Instant | None
    redeem_until: Instant | None
    stopped: bool = Field(description="Nobody can take it now.")


class Benefits(Shown):
    """Benefits that members can see now. `next` asks for the page after this one."""

    items: list[Benefit]
    next: str | None


class Voucher(Shown):
    """An issued voucher. The code is not kept with this answer, it is filled in each time; it is
    empty once the member has handed the voucher on. `used`: there is nothing to hand in, it counts
    at once."""

    voucher_id: BigId
    code: str
    state: str = Field(description="As it was issued: `issued` or `used`.")
    names: Names
    price: int
    last_day: Day
    balance: Balance


class AtTill(Shown):
    """A voucher as a till sees it. `takes_off`: what it takes off a bill of `amount`, null for one
    that lowers no bill or where no amount was given; `held_until`: how long it is this till's."""

    voucher_id: BigId
    state: str = Field(description="`held` for this till, `used`, or `issued` when released.")
    kind: str
    names: Names
    terms: Names
    last_day: Day
    member: str = Field(description="The end of the member's number.")
    level: str
    takes_off: Plain | None
    held_until: Instant | None
    used_at: Instant | None


class Fault(Shown):
    """One thing that is wrong, with what to do about it."""

    detail: str
    pointer: str | None = Field(default=None, description="JSON Pointer into the body.")
    parameter: str | None = Field(default=None, description="Of the path or the query.")
    header: str | None = None


class Problem(Shown):
    """RFC 9457. `code` is the last part of `type`; `data` has the facts of the refusal."""

    type: str = Field(pattern=r"^urn:memberbot:problem:[a-z_.]+$")
    title: str
    status: int
    detail: str
    code: str
    data: dict[str, Any] | None = None
    errors: list[Fault] | None = None
