"""Port of the changes that wait for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.approvals import Approval, ApprovalState
from services.ports.club import Actor


class Approvals(Protocol):
    """The register of requests."""

    def add(self, approval: Approval, key: str) -> bool:
        """Adds a request; False if one with this key is there."""

    def get(self, approval_id: int) -> Approval | None: ...
    def by_key(self, key: str) -> Approval | None: ...
    def open(self, now: datetime, most: int) -> list[Approval]:
        """Those that can still be decided, the oldest first."""

    def lapsed(self, now: datetime, most: int) -> list[Approval]:
        """Those that are open still though their time is over, the longest over first."""

    def settle(
        self,
        approval_id: int,
        before: ApprovalState,
        after: ApprovalState,
        actor: Actor,
        now: datetime,
    ) -> bool:
        """Changes the state if it is still `before`, and notes who decided."""
