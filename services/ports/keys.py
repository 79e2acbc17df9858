"""Port of the API's keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: its name, its public prefix, the SHA-256 of the whole key."""

    id: int
    name: str
    prefix: str
    hash: str
    scopes: tuple[str, ...]
    made_at: datetime
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How it stands in the audit."""
        return f"api:{self.name}"

    def may(self, scope: str) -> bool:
        """Whether the key opens that scope; it opens none by default."""
        return self.revoked_at is None and scope in self.scopes


class ApiKeys(Protocol):
    """The register of API keys."""

    def add(self, key: ApiKey) -> bool:
        """Adds a key; False if the prefix is taken."""

    def all(self) -> list[ApiKey]:
        """All keys by name, revoked ones too."""

    def by_prefix(self, prefix: str) -> ApiKey | None: ...

    def revoke(self, key_id: int, at: datetime) -> bool:
        """Revokes a key; False if it was revoked before."""
