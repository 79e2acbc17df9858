"""Port of a restored backup: what may have been sent already is taken out of the post."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Doubts(Protocol):
    """Messages and campaigns of the hours that a restored database does not know of."""

    def doubt(self, until: datetime, written_before: datetime, reason: str) -> int:
        """Makes everything unknown that waits or was on its way, was due by `until` and was
        written before a moment, or is no reply; how many messages."""

    def doubt_new(self, campaign_id: int, made_at: datetime, reason: str) -> int:
        """Puts the recipients of a campaign that were written at a moment to `unknown`; how
        many."""

    def pause(self, until: datetime, reason: str) -> int:
        """Pauses the campaigns that went on, or were to begin, by a moment; how many."""
