"""Refusals of handing vouchers on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class CannotHandOn(Refused):
    """why: `never` (its benefit does not allow it) or the domain.vouchers.VoucherState that it
    is in."""

    why: str
    names: Mapping[str, str]
    code: ClassVar[str] = "handing.cannot"


@dataclass(eq=False)
class HandingGone(Refused):
    """why: `unknown` (no such link), `own` (one's own voucher), `taken` (somebody was quicker),
    `withdrawn`, `lapsed`, or `used_up`: the voucher itself is not to be had any more."""

    why: str
    code: ClassVar[str] = "handing.gone"
