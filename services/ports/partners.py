"""Ports of partners and of the codes that they gave us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.partners import Batch, Partner, Settled


class Partners(Protocol):
    """Partners, their batches of codes, and which voucher has which code. Codes are sealed and
    found by keyed hash here; callers see plain codes."""

    def all(self) -> list[Partner]:
        """Every partner in the order of their keys."""

    def get(self, key: str) -> Partner | None: ...
    def save(self, partner: Partner) -> str:
        """Adds or changes the partner with its key: `added`, `changed` or `same`."""

    def take_code(self, benefit_id: int, voucher_id: int) -> str | None:
        """The oldest free code of a benefit, from now on this voucher's; None if none is free.
        Those of a batch that is not complete are not free. Exactly one voucher gets it; asked
        again for the same voucher it is the same code."""

    def free(self, benefit_id: int) -> int:
        """How many codes of a benefit's complete batches no voucher has."""

    def batch(self, key: str) -> Batch | None: ...
    def add_batch(self, batch: Batch) -> None: ...
    def in_use(self, codes: Sequence[str], beside: int = 0) -> list[str]:
        """Those of the codes that another batch than `beside` has, or a voucher."""

    def add_codes(self, batch_id: int, benefit_id: int, codes: Sequence[str]) -> None:
        """Keeps codes for a batch; those that are kept already are left alone."""

    def kept(self, batch_id: int) -> int:
        """How many codes are kept for a batch."""

    def complete(self, batch_id: int, codes: int) -> bool:
        """Notes that a batch has all its codes, for exactly one caller."""

    def drop(self, batch_id: int) -> bool:
        """Forgets a batch that was never completed, and those of its codes that nobody has; False
        if it is complete or gone."""

    def settled(self, partner: str, start: datetime, end: datetime) -> list[Settled]:
        """What became of each of a partner's batches from a time (inclusive) until a time."""
