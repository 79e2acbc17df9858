"""Port of operators' own words: their versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from domain.wordings import Wording


class Wordings(Protocol):
    """Versions of words; they never change."""

    def add(self, wording: Wording) -> bool:
        """Adds a version; False if that version of the key exists."""

    def get(self, wording_id: int) -> Wording:
        """The version; raises LookupError."""

    def contents(self, wording_ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
        """What is rendered of each version that exists; one statement at most."""

    def newest(self, key: str) -> Wording | None:
        """The version of a key that was made last."""

    def versions(self, key: str) -> list[Wording]:
        """All versions of a key, newest first."""

    def in_use(self, key: str) -> int | None:
        """The version that messages of a key are written from now on, None: the shipped words."""

    def all_in_use(self) -> dict[str, int]:
        """The version in use of every key that has one."""

    def use(self, key: str, wording_id: int | None, at: datetime) -> None:
        """Writes the messages of a key from that version on; None: from the shipped words."""
