"""Stored value for points: the amount is there at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.kinds.kind import Kind, is_exact, minor_of
from services.programme_schema import Amount, Section


class Detail(Section):
    """The `amount` that is put on the member's account."""

    amount: Amount


class Credit(Kind):
    """积分兑换储值: given by the club, so it is bonus and never paid out."""

    key = "credit"
    detail = Detail
    at_once = True
    free = False

    def problems(self, detail: Any, currency: str) -> Iterator[tuple[str, str]]:
        if detail.amount <= 0 or not is_exact(detail.amount, currency):
            yield "detail.amount", "must be more than zero, in whole coins of the club's currency"

    def kept(self, detail: Any, currency: str) -> dict[str, object]:
        return {"amount_minor": minor_of(detail.amount, currency)}
