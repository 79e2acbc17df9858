"""What is refused about partners, their codes and the stock of benefits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class PartnerNotFound(Refused):
    key: str
    code: ClassVar[str] = "partner.not_found"

    def data(self) -> dict[str, object]:
        return {"key": self.key}


@dataclass(eq=False)
class BadPartnerKey(Refused):
    key: str
    code: ClassVar[str] = "partner.bad_key"

    def data(self) -> dict[str, object]:
        return {"key": self.key}


@dataclass(eq=False)
class UnknownBenefit(Refused):
    """There is no benefit with that key."""

    key: str
    code: ClassVar[str] = "benefit.unknown_key"

    def data(self) -> dict[str, object]:
        return {"key": self.key}


@dataclass(eq=False)
class TakesNoCodes(Refused):
    """The vouchers of a benefit bear codes of our own."""

    key: str
    code: ClassVar[str] = "benefit.takes_no_codes"

    def data(self) -> dict[str, object]:
        return {"key": self.key}


@dataclass(eq=False)
class NobodyToPay(Refused):
    """Codes have a wholesale price, but the benefit names no partner, so no settlement would have
    them."""

    key: str
    code: ClassVar[str] = "benefit.nobody_to_pay"

    def data(self) -> dict[str, object]:
        return {"key": self.key}


@dataclass(eq=False)
class BatchNotFound(Refused):
    key: str
    code: ClassVar[str] = "batch.not_found"

    def data(self) -> dict[str, object]:
        return {"key": self.key}


@dataclass(eq=False)
class BatchComplete(Refused):
    """Members have codes of the batch, or can get them any moment."""

    key: str
    code: ClassVar[str] = "batch.complete"

    def data(self) -> dict[str, object]:
        return {"key": self.key}


@dataclass(eq=False)
class StockUnchangeable(Refused):
    """A stock cannot change so: `why` is `unlimited`, `counted` (by a partner's codes) or
    `too_few` (only `left` are left)."""

    why: str
    names: Mapping[str, str] = field(default_factory=dict)
    left: int = 0
    code: ClassVar[str] = "stock.unchangeable"

    def data(self) -> dict[str, object]:
        return {"why": self.why, "names": dict(self.names), "left": self.left}
