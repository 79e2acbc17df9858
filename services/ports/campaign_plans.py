"""Ports of campaigns with a plan: their texts, who fell where, what was given, the checklist."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.campaign_plans import Split


class Variant(NamedTuple):
    """One of several texts. `share`: percent of those who get one."""

    letter: str
    wording_id: int
    share: int


@dataclass(frozen=True, slots=True)
class Tried:
    """How a campaign scatters its members: by a salt, held out or to the words of a letter."""

    salt: int
    split: Split
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a member got with a campaign, once."""

    campaign_id: int
    member_id: int
    posting_id: int | None
    voucher_id: int | None
    points: int
    cost_minor: int
    given_at: datetime
    revoked_at: datetime | None = None


class Habit(NamedTuple):
    """How often a member was there at an hour (UTC) of the day, and what their own day is."""

    member_id: int
    hour: int
    times: int
    zone: str
    quiet_from: int | None
    quiet_to: int | None


class Sums(NamedTuple):
    """What a campaign gave: to how many members, points, cost in minor units; and to how many of
    them it was taken back."""

    members: int
    points: int
    cost_minor: int
    revoked: int


class Unused(NamedTuple):
    """What of a campaign's gifts is unused: how many members have how many of the points left, and
    how many vouchers there are."""

    holders: int
    points: int
    vouchers: int

    @property
    def members(self) -> int:
        return self.holders + self.vouchers


class Fell(NamedTuple):
    """How many fell to a text ("" for the only one) or were held out, and how many of their
    messages were sent."""

    letter: str
    held: bool
    members: int
    sent: int


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a checklist. `due_on`: a day as date.toordinal counts."""

    campaign_id: int
    position: int
    text: str
    owner_id: int | None = None
    due_on: int | None = None
    done_at: datetime | None = None
    done_by: int | None = None


class CampaignVariants(Protocol):
    """The texts that campaigns try."""

    def of(self, campaign_id: int) -> list[Variant]:
        """In the order of their letters; none for a campaign with one text."""

    def put(self, campaign_id: int, variants: Sequence[Variant]) -> None:
        """Replaces them."""


class CampaignSubjects(Protocol):
    """Who fell where. The rows are written with those of the recipients."""

    def counts(self, campaign_id: int) -> dict[str, int]:
        """How many by letter; `held` for those who were held out."""

    def fell(self, campaign_id: int) -> list[Fell]:
        """Who fell where and was sent a message, the texts by their letters before the held
        out."""

    def reword(self, rows_of: int, original_id: int, within: tuple[int, int]) -> None:
        """Gives waiting rows of a correction, or of the original itself, the words that the
        newest texts of `rows_of` have for the member's letter in the original."""

    def reword_as(self, rows_of: int, words_of: int, original_id: int) -> None:
        """As `reword` for all waiting rows, with the words of another campaign's letters."""

    def habits(self, campaign_id: int, within: tuple[int, int], since: datetime) -> list[Habit]:
        """At which hours of the day recipients `within` (after, upto) bought since a moment."""

    def due(self, campaign_id: int, member_ids: Collection[int], at: datetime) -> None:
        """When waiting rows of these members leave."""


class CampaignGrants(Protocol):
    """What campaigns gave, each member once."""

    def owed(self, campaign_id: int, within: tuple[int, int]) -> list[int]:
        """Members with a waiting row `within` (after, upto) who have got nothing, by id."""

    def spend(self, campaign_id: int, minor: int) -> bool:
        """Takes so much of the budget, if it is there; less than nothing gives it back."""

    def add(self, grant: Grant) -> bool:
        """Adds what was given; False if the member has something of this campaign already."""

    def refuse(self, campaign_id: int, member_id: int, reason: str) -> None:
        """The member's waiting message is not sent."""

    def unwrite(self, campaign_id: int, within: tuple[int, int]) -> None:
        """Takes rows of recipients away that this transaction has written."""

    def sums(self, campaign_id: int) -> Sums: ...
    def unused(self, campaign_id: int, now: datetime, most: int) -> list[Grant]:
        """Some of which there is something left to take back."""

    def unused_sums(self, campaign_id: int, now: datetime) -> Unused:
        """All of which there is something left to take back."""

    def revoked(self, grant: Grant, at: datetime, cost_minor: int) -> bool:
        """Notes that one was taken back and what of its cost stays; False if it was before."""


class CampaignTasks(Protocol):
    """The checklists of campaigns."""

    def of(self, campaign_id: int) -> list[Task]: ...
    def get(self, campaign_id: int, position: int) -> Task | None: ...
    def put(self, task: Task) -> None:
        """Adds a line, or overwrites that of its position."""

    def remove(self, campaign_id: int, position: int) -> bool: ...
