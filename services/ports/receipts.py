"""Port of the receipts that members photographed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.receipts import Reason, ReceiptPhoto


@dataclass(frozen=True, slots=True)
class Twin:
    """A purchase or another receipt that could be the same one."""

    member_id: int | None
    store_id: int | None
    day: date
    minor: int
    state: str


@dataclass(frozen=True, slots=True)
class Near:
    """A picture of before: the receipt it belongs to and its near hash."""

    receipt_id: int
    member_id: int
    near_hash: str
    state: str


class Receipts(Protocol):
    """The register of photographed receipts. Its hashes of pictures and its order keys are
    unique."""

    def add(self, receipt: ReceiptPhoto) -> bool:
        """Adds a receipt; False if its picture or its order waits or is booked already."""

    def get(self, receipt_id: int) -> ReceiptPhoto | None: ...
    def by_picture(self, picture_hash: str) -> ReceiptPhoto | None: ...
    def by_order(self, order_key: str) -> ReceiptPhoto | None: ...
    def of_member(self, member_id: int, most: int) -> list[ReceiptPhoto]:
        """The member's receipts, newest first."""

    def sent_since(self, member_id: int, since: datetime) -> int:
        """How many receipts the member has sent since a moment, whatever became of them."""

    def waiting(self, most: int) -> list[ReceiptPhoto]:
        """What waits for staff, oldest first."""

    def count_waiting(self) -> int: ...
    def waiting_of(self, member_id: int) -> list[ReceiptPhoto]: ...
    def near(self, but: int, since: datetime, most: int) -> list[Near]:
        """Near hashes of the newest other pictures."""

    def alike(self, receipt: ReceiptPhoto) -> list[Twin]:
        """Other receipts of the store that day over the same amount, waiting or booked."""

    def orders(self, numbers: Sequence[str]) -> list[Twin]:
        """Purchases of any source with one of these numbers that are not void."""

    def booked_alike(self, receipt: ReceiptPhoto, most: int) -> list[Twin]:
        """Purchases of its store, day and amount among the newest that are not void."""

    def book(self, receipt_id: int, minor: int, staff_id: int | None, now: datetime) -> bool:
        """Waiting → booked; True for exactly one caller."""

    def booked(self, receipt_id: int, purchase_id: int) -> None:
        """Notes the purchase that it has become."""

    def refuse(self, receipt_id: int, reason: Reason, staff_id: int | None, now: datetime) -> bool:
        """Waiting → refused; the receipt can be sent again. True for exactly one caller."""

    def withdraw(self, receipt_id: int, now: datetime) -> bool:
        """Waiting → withdrawn."""
