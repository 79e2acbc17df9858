"""Port of the API's stored answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it was given. `body` is plain JSON data."""

    content_hash: str
    status: int
    body: Any


class Answers(Protocol):
    """Answers to writes, by scope (caller and operation) and keyed hash of the caller's key."""

    def claim(self, scope: str, key: str, content_hash: str, at: datetime) -> Stored | None:
        """Claims the key: None for the first to come, else what is stored. A second claim waits
        until the first transaction has ended."""

    def keep(self, scope: str, key: str, status: int, body: Any, member_id: int | None) -> None:
        """Stores the answer under a key that this transaction has claimed; `member_id`: whom it
        is about, so that it can be erased with them."""
