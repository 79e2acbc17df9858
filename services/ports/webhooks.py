"""Port of the webhooks: who pushes to us under which secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Webhook:
    """A secret of a source, by its name; the secret itself is read apart."""

    id: int
    name: str
    source: str
    made_at: datetime
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How it stands in the audit."""
        return f"webhook:{self.name}"


class Webhooks(Protocol):
    """The register of webhooks; secrets are sealed and opened here."""

    def add(self, webhook: Webhook, secret: str) -> None: ...
    def all(self) -> list[Webhook]:
        """All of them by name, revoked ones too."""

    def secrets(self, source: str) -> list[tuple[Webhook, str]]:
        """The live ones of a source, each with its secret."""

    def revoke(self, webhook_id: int, at: datetime) -> bool:
        """Revokes one and forgets its secret; False if it was revoked before."""
