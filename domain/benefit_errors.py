"""Refusals of waiting lists, of prices that are not the ones shown, and of vouchers that cannot be
given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class CannotWait(Refused):
    """why: `no_list` (the benefit has none), `to_be_had` (it is not sold out), or the
    domain.benefits.Why for which the member could not have it anyway."""

    why: str
    names: Mapping[str, str]
    code: ClassVar[str] = "waiting.refused"


@dataclass(eq=False)
class PriceChanged(Refused):
    """It costs `price` points now, not those that were `shown` to whoever said yes."""

    shown: int
    price: int
    names: Mapping[str, str]
    code: ClassVar[str] = "benefit.price_changed"


@dataclass(eq=False)
class CannotCancel(Refused):
    """why: `never` (it cannot be given back), `too_late` (since `until`, ISO, with `zone`),
    `handed_on`, or the domain.vouchers.VoucherState that it is in."""

    why: str
    names: Mapping[str, str]
    until: str | None = None
    zone: str = "UTC"
    code: ClassVar[str] = "cancelling.refused"
