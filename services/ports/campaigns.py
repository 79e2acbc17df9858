"""Ports of campaigns: their register, who gets them, and the rows of their recipients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.campaigns import Audience
from services.ports.audiences import Meant, When
from services.ports.campaign_plans import Tried
from services.ports.post import Notice


@dataclass(frozen=True, slots=True)
class Campaign:
    """A message to many. `reached`: the last member looked at while recipients are written.

    `content`: small facts beside the words: `list` (of an uploaded list), `by` (who had a hand in
    it), `key` (of the asking), `rounds` (how often it was finished).
    """

    id: int
    kind: str
    state: str
    purpose: str
    content: Mapping[str, Any]
    author_id: int
    address_id: int
    made_at: datetime
    started_at: datetime | None = None
    reached: int = 0
    filled_at: datetime | None = None
    finished_at: datetime | None = None
    reason: str = ""
    audience: Mapping[str, Any] = field(default_factory=dict)
    approved_hash: str = ""
    paid: bool = False
    wording_id: int | None = None
    of_id: int | None = None
    approver_id: int | None = None
    send_at: datetime | None = None
    planned: int | None = None
    retry_at: datetime | None = None
    name: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    salt: int = 0
    budget_minor: int | None = None
    spent_minor: int = 0
    result: Mapping[str, Any] | None = None
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A message in an operator's chat that shows how far a campaign is."""

    campaign_id: int
    address_id: int
    message_id: str
    shown: str


class Campaigns(Protocol):
    """The register of campaigns."""

    def add(self, campaign: Campaign) -> bool:
        """Adds a campaign; False if that id exists."""

    def get(self, campaign_id: int) -> Campaign:
        """The campaign; raises LookupError."""

    def lock(self, campaign_id: int) -> None:
        """Nobody else counts or changes what became of its messages until this commits."""

    def newest(self, most: int) -> list[Campaign]:
        """The newest campaigns."""

    def open(self) -> list[Campaign]:
        """Campaigns that are being sent or stopped."""

    def steps(self, now: datetime) -> list[int]:
        """Campaigns for which something is to be done now: begin, write recipients, skip what was
        stopped, finish."""

    def corrections(self, campaign_id: int) -> list[Campaign]:
        """Its corrections and recalls, the newest first."""

    def move(self, campaign_id: int, before: tuple[str, ...], after: str, reason: str) -> bool:
        """Changes the state if it is one of `before`."""

    def change(self, campaign_id: int, before: tuple[str, ...], **values: Any) -> bool:
        """Overwrites fields by name if the state is one of `before`."""

    def fill(self, campaign_id: int, reached: int, filled_at: datetime | None) -> None:
        """Notes how far recipients are written."""

    def finish(self, campaign_id: int, at: datetime) -> bool:
        """Marks it finished, once."""

    def put_list(self, campaign_id: int, member_ids: Iterable[int]) -> None:
        """Replaces the members on the campaign's list."""

    def put_card(self, campaign_id: int, address_id: int, message_id: str) -> None:
        """Remembers the card of a chat; an older one of that chat is forgotten."""

    def cards(self) -> list[Card]:
        """The cards that may have something new to show."""

    def cards_of(self, campaign_id: int) -> list[Card]: ...
    def show_card(self, card: Card, before: str, shown: str) -> bool:
        """Notes what a card shows, if it showed `before`."""


class Hours(NamedTuple):
    """Members of a slice with the same zone ("": the programme's) and quiet hours."""

    key: str
    zone: str
    quiet_from: int | None
    quiet_to: int | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The next members to look at, up to an id; no hours: there are none left."""

    upto: int
    looked_at: int
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of a campaign have in common. `tried`: how its members are scattered."""

    campaign_id: int
    purpose: str
    lane: int
    wording_id: int | None
    paid: bool
    message: Mapping[str, Any]
    now: datetime
    tried: Tried | None = None


class Standing(NamedTuple):
    """What decides beside the audience whether a member gets a promotion: the state of the
    membership, whether they agreed, have a chat that is not blocked, and have a complaint open;
    `locale`: in which language they are written to."""

    state: str
    agreed: bool
    reachable: bool
    complains: bool
    locale: str


class Named(NamedTuple):
    """A recipient who was looked for by name."""

    id: int
    number: str
    name: str


class Audiences(Meant, Protocol):
    """Who gets a campaign: counted and written inside the database."""

    def count(
        self, campaign_id: int, audience: Audience, when: When, tried: Tried | None = None
    ) -> dict[str, int]:
        """How many would get it, by language; `tried`: without those who would be held out."""

    def more_than(self, campaign_id: int, audience: Audience, when: When, number: int) -> bool:
        """Whether more than a number of members would get it; cheap for small numbers."""

    def left_out(self, campaign_id: int, audience: Audience, when: When) -> tuple[int, int]:
        """How many of the audience cannot be reached, and how many have not agreed (0 for
        everybody, which is who agreed)."""

    def page(
        self, campaign_id: int, audience: Audience, when: When, after: int, most: int
    ) -> list[int]:
        """Recipients by id from `after` on."""

    def slice(self, campaign_id: int, audience: Audience, after: int, most: int) -> Slice:
        """The next members that are looked at."""

    def write(
        self,
        shape: Shape,
        audience: Audience,
        when: When,
        within: tuple[int, int],
        due: Mapping[str, datetime],
        ids: int,
    ) -> int:
        """Writes a row for each recipient among the members `within` (after, upto); how many.
        Who has one already or is held out gets none. `ids`: the first of a block of ids."""

    def place(
        self,
        campaign_id: int,
        audience: Audience,
        when: When,
        within: tuple[int, int],
        tried: Tried,
    ) -> None:
        """Notes where the recipients `within` fell, after their rows were written."""

    def places(
        self, campaign_id: int, audience: Audience, when: When, tried: Tried
    ) -> dict[str, int]:
        """How many would fall where, by letter; `held` for those who would be held out."""

    def standing(self, member_id: int) -> Standing:
        """How a member stands to promotions; raises LookupError."""

    def has(self, campaign_id: int, audience: Audience, when: When, member_id: int) -> bool:
        """Whether a member is meant, whether they can be reached or not."""

    def named(
        self, campaign_id: int, audience: Audience, when: When, name: str, most: int
    ) -> list[Named]:
        """Recipients of exactly that name, large or small letters alike, by id."""


class Recipient(NamedTuple):
    """What became of one recipient's message."""

    row_id: int
    number: str
    name: str
    state: str
    reason: str
    at: datetime | None


class CampaignRows(Protocol):
    """The delivery rows of campaigns."""

    def states(self, campaign_id: int) -> dict[str, int]:
        """How many stand where."""

    def reasons(self, campaign_id: int) -> dict[tuple[str, str], int]:
        """How many were skipped or are dead, by state and reason."""

    def sent_since(self, campaign_id: int, since: datetime) -> int:
        """How many were sent since a moment."""

    def is_open(self, campaign_id: int) -> bool:
        """Whether some still wait or are on their way."""

    def sent_of(self, campaign_id: int, after: int, most: int) -> Slice:
        """The next members whose message was sent."""

    def follow(
        self,
        shape: Shape,
        of_id: int,
        act: str,
        within: tuple[int, int],
        ids: int,
        young: datetime | None = None,
    ) -> int:
        """Writes an editing or deleting row for each message that a campaign has sent to members
        `within`; what was sent before `young` is skipped as too old. How many rows."""

    def youngest(self, campaign_id: int) -> datetime | None:
        """When the last message was sent."""

    def older(self, campaign_id: int, than: datetime) -> int:
        """How many were sent before a moment."""

    def skip(self, campaign_id: int, most: int) -> int:
        """Skips some waiting rows of a stopped campaign; how many."""

    def retry(self, campaign_id: int, now: datetime, most: int, wording_id: int | None) -> int:
        """Arms some failed rows again that failed for a passing reason or were refused, with
        other words if they are given; how many."""

    def reword(self, row_id: int, wording_id: int) -> None:
        """Gives one row other words."""

    def failed(self, campaign_id: int) -> int:
        """How many `retry` would arm."""

    def recipients(self, campaign_id: int, after: int, most: int) -> list[Recipient]:
        """What became of each, by row id from `after` on."""

    def unknown(self, campaign_id: int, most: int) -> list[tuple[int, int]]:
        """Rows whose outcome nobody knows: (row id, member id), the newest first."""

    def refresh(self, dedupe: str, message_id: str, notice: Notice, now: datetime) -> bool:
        """Arms the row of a card again with new content; False if there is none to arm or it is
        on its way."""
