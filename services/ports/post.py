"""Ports of the post: delivery rows, written in the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to be rendered when it is sent.

    `buttons`: rows of (label key, intent, args). `surely`: repeated after an unclear outcome
    (receipts, tickets); else it goes out at most once. `dedupe`: the occasion; a second notice of
    the same occasion is not written. `purpose`: a consent purpose, `service` always goes.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...] = ()
    purpose: str = "service"
    surely: bool = True
    dedupe: str | None = None
    due_at: datetime | None = None
    campaign_id: int | None = None


class Deliveries(Protocol):
    """Where messages wait to be sent."""

    def to_member(self, member_id: int, notice: Notice, now: datetime) -> int | None:
        """Writes the notice for the member's preferred reachable address; None if there is none
        or the occasion was written before."""

    def to_address(self, address_id: int, notice: Notice, now: datetime) -> int | None:
        """Writes the notice for one address."""
