"""The till: what can happen there, and how it is written down for the day's closing."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TillKind(StrEnum):
    """SEMANTICS: Benefits. `bill`: a purchase that was paid at our till; `award`: one that was
    entered for its points alone; `refund`: a part of one of these two that came back; `topup`,
    `payout`: stored value paid in or out; `undo`: one of these taken back, of a `bill` or `award`
    what its refunds have left."""

    USE = "use"
    BILL = "bill"
    AWARD = "award"
    REFUND = "refund"
    TOPUP = "topup"
    PAYOUT = "payout"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class TillEvent:
    """One line of the till's journal.

    `day` is the store's local day. `amount_minor`: what the cash drawer got (negative: gave);
    `points` and `credit_minor`: how the member's accounts changed; `undoes`: the event that this
    one takes back, its figures turned round (less what was refunded before).
    """

    id: int
    key: str
    kind: TillKind
    day: date
    at: datetime
    channel: str
    staff_id: int | None
    store_id: int | None
    member_id: int | None = None
    voucher_id: int | None = None
    purchase_id: int | None = None
    posting_id: int | None = None
    amount_minor: int = 0
    points: int = 0
    credit_minor: int = 0
    undoes: int | None = None
