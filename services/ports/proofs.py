"""Port of the audit: invariants that the database itself can count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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
class Part:
    """A piece of the audit: one invariant of the members first < id ≤ last."""

    name: str
    first: int
    last: int


class Proofs(Protocol):
    """What `memberbot audit` asks the database."""

    def snapshot(self) -> None:
        """Lets all that follows see one moment, while the club goes on."""

    def parts(self, size: int) -> list[Part]:
        """The whole audit in pieces of some `size` postings each, in the order of invariants."""

    def prove(self, part: Part) -> Proof:
        """Counts what breaks an invariant; what cannot be read breaks it, too."""

    def missing_triggers(self) -> list[str]:
        """Tables that may only grow and are not guarded by the database."""
