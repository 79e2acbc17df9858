"""What was promised and has to be made ready and handed over (监督权益落实)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class OrderState(StrEnum):
    """SEMANTICS: Benefits. The first two are open."""

    ORDERED = "ordered"
    READY = "ready"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


OPEN: Final = (OrderState.ORDERED, OrderState.READY)
LONGEST_NOTE: Final = 300


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The order that a voucher has led to. `due_on` is the last day, local to the programme, on
    which it may become ready; `staff_id` and `store_id` say who had it last and where it waits."""

    voucher_id: int
    benefit_id: int
    member_id: int
    state: OrderState
    ordered_at: datetime
    due_on: date
    ready_at: datetime | None = None
    delivered_at: datetime | None = None
    staff_id: int | None = None
    store_id: int | None = None
    note: str = ""

    def days_late(self, today: date) -> int:
        """How many days it should have been ready for; 0 or less while there is time, and what
        is ready is not late."""
        return (today - self.due_on).days if self.state is OrderState.ORDERED else 0
