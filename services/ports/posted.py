"""Port of what became of messages, as people ask for it: members' staff, operators of the post."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol

LEFT: Final = "left"
"""The reason of an unclear message that somebody has decided to leave as it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `at`: when it was sent, else when it was or is due. `repeated`: it may have
    been shown twice."""

    id: int
    key: str
    rule: str
    campaign_id: int | None
    purpose: str
    state: str
    reason: str
    at: datetime
    member_id: int | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """So many messages of a rule of care stand so."""

    rule: str
    state: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Lane:
    """What waits in a lane and is due: how many, and since when the oldest is."""

    lane: int
    count: int
    since: datetime


class Missed(NamedTuple):
    """What could not reach an address: `service` and `offers` by their purpose."""

    service: int
    offers: int


class Posted(Protocol):
    """Reads of delivery rows; and what is set aside by people."""

    def of_member(self, member_ids: Sequence[int], most: int) -> list[Line]:
        """The newest messages to a member, those to merged memberships included."""

    def of_rules(self, since: datetime, now: datetime) -> list[Count]:
        """What became of care due since then, by rule."""

    def suppressed(self, rule: str, most: int) -> list[Line]:
        """What a rule did not send, newest first."""

    def waiting(self, now: datetime) -> list[Lane]:
        """What is due and waits, by lane; lanes where nothing waits are missing."""

    def later(self, now: datetime, most: int) -> int:
        """How many messages wait for a later moment; counted up to `most`."""

    def sent_since(self, since: datetime) -> int:
        """How many messages left, of the campaigns that run and of what was written lately."""

    def floods(self, now: datetime) -> list[tuple[str, datetime]]:
        """Channels that want silence and until when, the longest first."""

    def unknown(self, campaign_id: int | None, most: int) -> list[Line]:
        """Messages of which nobody knows whether they arrived, newest first, those that were let
        be left out; None: of all."""

    def unknown_counts(self) -> list[tuple[int | None, int]]:
        """How many of them, by campaign (None: of none), the most first."""

    def find(self, delivery_id: int) -> Line | None:
        """One message."""

    def leave(self, delivery_ids: Collection[int]) -> int:
        """Lets unknown ones be: they are not listed any more. How many."""

    def dead(self, most: int) -> list[tuple[str, int]]:
        """Why the newest messages that failed for good did, the most frequent reason first."""

    def missed(self, address_id: int, member_id: int, since: datetime) -> Missed:
        """What has not reached the member since they blocked this address."""
