"""Refusals about orders that have to be made ready and handed over."""

from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class OrderNotFound(Refused):
    code: ClassVar[str] = "order.not_found"


@dataclass(eq=False)
class StoreUnclear(Refused):
    """No store is called what was typed, or several are."""

    text: str
    code: ClassVar[str] = "order.no_store"


@dataclass(eq=False)
class OrderMoved(Refused):
    """Somebody was faster, or the order is at its end. state: a domain.fulfilments.OrderState;
    `staff` who had it last, "" if that was nobody of the staff."""

    state: str
    staff: str
    code: ClassVar[str] = "order.moved"
