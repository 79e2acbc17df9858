"""What a kind of benefit decides: what its file says, what it takes off a bill, what happens when
its voucher is issued or given back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from domain.money import exponent
from services.file_values import Section

if TYPE_CHECKING:
    from domain.programme import Level
    from domain.vouchers import Voucher
    from services.ports import Work


class Plain(Section):
    """`detail:` of kinds that need none."""


class Kind:
    """A kind of benefit. SEMANTICS: Benefits. A new one is a class in this package and one line in
    services/kinds/__init__.py.

    `at_once`: nothing is handed in, the voucher counts as used when it is issued. `on_bill`: the
    voucher lowers a bill. `free`: it may cost no points.
    """

    key: ClassVar[str]
    detail: ClassVar[type[Section]] = Plain
    at_once: ClassVar[bool] = False
    on_bill: ClassVar[bool] = False
    free: ClassVar[bool] = True

    def problems(self, detail: Any, currency: str) -> Iterator[tuple[str, str]]:
        """What is wrong with the file's detail: its part, and what to do."""
        yield from ()

    def kept(self, detail: Any, currency: str) -> dict[str, object]:
        """The file's detail as it is kept, money in minor units."""
        return {}

    def takes_off(self, detail: Mapping[str, Any], minor: int, level: Level) -> int:
        """How much of a bill of `minor` its voucher pays for a member of a level; 0 if the bill
        is too small for it. A level keeps what was promised to its former names. Minor units."""
        return 0

    def issued(self, work: Work, voucher: Voucher, now: datetime) -> None:
        """What else happens in the transaction that issues a voucher."""

    def cancelled(self, work: Work, voucher: Voucher, now: datetime) -> None:
        """What else happens in the transaction that takes one back."""


def minor_of(amount: Decimal, currency: str) -> int:
    """An amount of the file in minor units."""
    return int(amount.scaleb(exponent(currency)))


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether the currency has coins for an amount."""
    return not amount.scaleb(exponent(currency)) % 1
