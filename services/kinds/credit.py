"""Stored value for points: the amount is there at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.ledger import Kind as Kinds
from domain.payments import BONUS
from domain.points import Unit
from services import ledger
from services.credit_holding import check_ceiling
from services.file_values import Amount, Section
from services.kinds.kind import Kind, is_exact, minor_of

if TYPE_CHECKING:
    from domain.vouchers import Voucher
    from services.ports import Work


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

    def issued(self, work: Work, voucher: Voucher, now: datetime) -> None:
        """Books the amount as bonus; raises CreditOff, CreditCeiling. The member is locked."""
        minor = int(voucher.promise["detail"]["amount_minor"])
        check_ceiling(work, voucher.member_id, minor)
        ledger.give(
            work,
            voucher.member_id,
            minor,
            unit=Unit.CREDIT,
            kind=Kinds.BONUS,
            key=f"voucher:{voucher.id}:credit",
            source=(BONUS, voucher.id),
            now=now,
        )

    def kept(self, detail: Any, currency: str) -> dict[str, object]:
        return {"amount_minor": minor_of(detail.amount, currency)}
