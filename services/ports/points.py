"""Ports of the ledger and of levels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.ledger import Account, Booked, Posting, Share
from domain.points import Lot, Portion, Take


@dataclass(frozen=True, slots=True)
class Summary:
    """A balance at one moment of the club's clock. `debt` is what is owed, positive.

    `expiring`: what is lost when, soonest first.
    """

    available: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0
    lifetime: int = 0
    expiring: tuple[Portion, ...] = ()

    @property
    def expires_next(self) -> datetime | None:
        return self.expiring[0].at if self.expiring else None

    @property
    def expiring_next(self) -> int:
        return self.expiring[0].amount if self.expiring else 0

    @property
    def spendable(self) -> int:
        """What can be paid with now; a debt comes first."""
        return self.available - self.debt


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One posting as a member sees it; `explanation` adds up to `amount`."""

    posting_id: int
    kind: str
    amount: int
    at: datetime
    source_type: str
    source_id: str
    rule_version: int
    explanation: tuple[Share, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LevelStep:
    """A line of the level history. `event` as domain.standings.Event says; `reason`: the occasion
    (`purchase`, `import`, `join`, `review`, `manual`, …); `until`: the last day it holds."""

    member_id: int
    at: datetime
    from_level: str
    to_level: str
    reason: str
    source_id: str = ""
    event: str = ""
    until: date | None = None


class Ledger(Protocol):
    """Postings, accounts and lots. Whoever books holds the member's lock."""

    def summary(self, member_id: int, unit: str, now: datetime) -> Summary:
        """What a member has, by the clock."""

    def account(self, member_id: int, unit: str) -> Account:
        """The account as it stands; an empty one for a member without postings."""

    def accounts(self, member_ids: Collection[int], unit: str) -> dict[int, Account]:
        """The accounts that exist, by member."""

    def lots(self, member_id: int, unit: str) -> list[Lot]:
        """All lots with something left."""

    def lots_by_id(self, lot_ids: Collection[int]) -> dict[int, Lot]: ...

    def booked(self, keys: Collection[str]) -> set[str]:
        """Those of the idempotency keys that have a posting."""

    def by_key(self, key: str) -> tuple[Posting, str] | None:
        """The posting with an idempotency key and its content hash."""

    def posting(self, posting_id: int) -> Posting:
        """One posting with legs, lots and takes; raises LookupError."""

    def is_reversed(self, posting_id: int) -> bool: ...

    def append(self, booked: Booked, content_hash: str) -> None:
        """Writes a posting with everything that belongs to it."""

    def append_all(self, booked: Sequence[tuple[Booked, str]]) -> None:
        """Writes many; of one account the last state counts."""

    def takes_of(self, posting_id: int) -> tuple[Take, ...]: ...

    def add_reason(self, posting_id: int, member_id: int, reason: str) -> None:
        """Keeps free text beside a posting, where it can be erased."""

    def history(
        self, member_id: int, unit: str, before_id: int | None, size: int
    ) -> list[HistoryRow]:
        """The newest postings first, those before an id."""


class Levels(Protocol):
    """The record of changes of level."""

    def record(self, steps: Iterable[LevelStep]) -> None:
        """Writes lines of the history."""

    def show(self, levels: Iterable[tuple[int, str, datetime]]) -> None:
        """Keeps the level that counts, by member, and since when."""

    def changes(self, member_id: int) -> list[LevelStep]:
        """All changes of a member, newest first."""
