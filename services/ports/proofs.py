"""Port of the audit: invariants that the database itself can count, and postings to stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from domain.ledger import Posting


@dataclass(frozen=True, slots=True)
class Proof:
    """One invariant: how many were checked, how many break it, some of them by id."""

    name: str
    checked: int
    wrong: int = 0
    examples: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.wrong == 0


@dataclass(frozen=True, slots=True)
class Chain:
    """One account's postings in order, and the head that the account keeps."""

    member_id: int
    unit: str
    head: str
    postings: tuple[Posting, ...]


class Proofs(Protocol):
    """What `memberbot audit` asks the database."""

    def snapshot(self) -> None:
        """Lets all that follows see one moment, while the club goes on."""

    def counted(self) -> Iterator[Proof]:
        """The invariants that are one statement each."""

    def chains(self) -> Iterator[Chain]:
        """Every account with all its postings, read piece by piece."""

    def missing_triggers(self) -> list[str]:
        """Tables that may only grow and are not guarded by the database."""
