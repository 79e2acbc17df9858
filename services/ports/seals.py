"""Port of the nightly seals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from domain.seals import Head, Seal


class Seals(Protocol):
    """The seals so far, and the accounts that have grown since. Both tables only grow."""

    def last(self) -> Seal | None:
        """The newest seal."""

    def by_digest(self, digest: str) -> Seal | None:
        """The seal with that digest."""

    def newest_posting(self) -> int:
        """The newest posting's id, 0 without any."""

    def batch_end(self, after: int, upto: int, size: int) -> int:
        """The id of the last of the next `size` postings; `upto` when there are fewer."""

    def grown(self, after: int, upto: int) -> list[Head]:
        """The heads, by member and unit, of accounts with postings in after < id ≤ upto that no
        seal covers as they stand."""

    def add(self, seal: Seal, heads: Sequence[Head]) -> None:
        """Writes a seal with its heads."""
