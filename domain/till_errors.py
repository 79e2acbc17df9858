"""Refusals at the till: held elsewhere, used by somebody, undone too late, no session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from domain.errors import Refused


@dataclass(eq=False)
class VoucherHeld(Refused):
    """Another till looks at it: `by` at `store` since `at` (ISO, with `zone`)."""

    names: Mapping[str, str]
    by: str
    store: str
    at: str
    zone: str
    code: ClassVar[str] = "till.held"


@dataclass(eq=False)
class VoucherTaken(Refused):
    """It was used: by `by` (a member of staff, or a till system's key; "" where nobody knows) at
    `store` (may be ""), at `at` (ISO, with `zone`)."""

    names: Mapping[str, str]
    by: str
    store: str
    at: str
    zone: str
    code: ClassVar[str] = "till.taken"
