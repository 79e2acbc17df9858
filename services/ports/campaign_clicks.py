"""Port of counted links: where they lead, whose message it was, who followed them how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Message(NamedTuple):
    """A message of a campaign and who has it. Of a correction it is the campaign that was
    corrected."""

    row_id: int
    campaign_id: int
    member_id: int


class TappedMessage(NamedTuple):
    """A message in a chat."""

    channel: str
    account: str
    user: str
    message_id: str


class Click(NamedTuple):
    """A member followed a link (`target`: its id in digits) or tapped a button (its intent) so
    many times."""

    campaign_id: int
    member_id: int
    target: str
    first_at: datetime
    last_at: datetime
    times: int


class CampaignClicks(Protocol):
    """Links of campaigns and who followed them."""

    def put(self, campaign_id: int, links: Mapping[int, str]) -> int:
        """Keeps where links lead, by their ids; how many are new."""

    def url(self, link_id: int) -> str | None:
        """Where a link leads."""

    def messages(self, row_ids: Iterable[int]) -> dict[int, Message]:
        """Those of the rows whose members are still with the club."""

    def tapped(self, messages: Sequence[TappedMessage]) -> dict[TappedMessage, Message]:
        """Those that are messages of campaigns, of members who are still with the club."""

    def count(self, clicks: Sequence[Click]) -> None:
        """Adds to what was counted before."""
