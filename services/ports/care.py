"""Ports of care and campaigns: who is due, and what was sent to many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.ports.post import Recipient

Span = tuple[datetime, datetime]
"""From a moment to before another."""


class Care(Protocol):
    """Read-only questions about what is due; their cost grows with the answer."""

    def zones(self) -> list[str]:
        """The zones that members have chosen for themselves."""

    def birthdays(
        self,
        days: Sequence[tuple[int, int]],
        zone: str | None,
        after: int,
        most: int,
        *,
        lunar: bool = False,
    ) -> list[int]:
        """Active and frozen members born on one of these (month, day), by id from `after` on;
        `zone` None: those who follow the programme's. `lunar`: days of the Chinese calendar."""

    def joined(
        self,
        spans: Sequence[Span],
        zone: str | None,
        after: int,
        most: int,
        *,
        but: str = "",
    ) -> list[tuple[int, datetime]]:
        """Active and frozen members who joined in one of these spans of time, and when; by id
        from `after` on, those of a zone. `but`: not those of a source."""

    def first_joined(self) -> datetime | None:
        """When the first member joined."""

    def everyone(self, zone: str | None, after: int, most: int) -> list[int]:
        """Active and frozen members of a zone, by id from `after` on."""

    def willing(self, purpose: str, zone: str | None, after: int, most: int) -> list[int]:
        """Of these, those who agree to messages of a purpose."""

    def before(self, member_id: int, rule: str) -> tuple[int, datetime | None]:
        """How many messages of a rule a member was sent or will be, and when the last was due."""

    def expiring(self, since: datetime, until: datetime, after: int, most: int) -> list[int]:
        """Members with points left that expire in since ≤ t < until, by id from `after` on."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A message to many. `reached`: the last member looked at while recipients are written."""

    id: int
    kind: str
    state: str
    purpose: str
    content: Mapping[str, Any]
    author_id: int
    address_id: int
    made_at: datetime
    started_at: datetime
    reached: int
    filled_at: datetime | None
    finished_at: datetime | None
    reason: str
    audience: Mapping[str, Any] = field(default_factory=dict)
    approved_hash: str = ""
    paid: bool = False


class Campaigns(Protocol):
    """Campaigns and their audience."""

    def add(self, campaign: Campaign) -> bool:
        """Adds a campaign; False if that id exists."""

    def get(self, campaign_id: int) -> Campaign:
        """The campaign; raises LookupError."""

    def lock(self, campaign_id: int) -> None:
        """Nobody else counts or changes what became of its messages until this commits."""

    def open(self) -> list[Campaign]:
        """Campaigns that are not finished."""

    def move(self, campaign_id: int, before: tuple[str, ...], after: str, reason: str) -> bool:
        """Changes the state if it is one of `before`."""

    def fill(self, campaign_id: int, reached: int, filled_at: datetime | None) -> None:
        """Notes how far recipients are written."""

    def finish(self, campaign_id: int, at: datetime) -> bool:
        """Marks it finished, once."""

    def audience(self, purpose: str, after: int, most: int) -> tuple[list[Recipient], int | None]:
        """Of the next `most` members who ever gave that consent, from `after` on by id: those who
        are active, still agree and can be reached; and where to go on, None at the end."""

    def count(self, purpose: str) -> int:
        """How many the audience is."""
