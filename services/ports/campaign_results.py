"""Port of what campaigns brought: counted inside the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from services.ports.campaigns import Campaign


class Span(NamedTuple):
    """What counts as bought after a message: so long, in a currency. `first` and `last`: the local
    days outside of which nothing can count."""

    window: timedelta
    currency: str
    first: date
    last: date


class Arm(NamedTuple):
    """Who got one text, or was held out: how many, how many of them bought, how often, for how
    much (minor units, less what was refunded), with the sums of each one's squared and cubed."""

    letter: str
    held: bool
    members: int
    buyers: int
    payers: int
    purchases: int
    revenue: int
    squares: float
    cubes: float


class Given(NamedTuple):
    """Gifts that stand: how many members have one, how many points, what they cost."""

    members: int
    vouchers: int
    points: int
    cost_minor: int
    revoked: int


class Target(NamedTuple):
    """A link or a button (`name`: the address, or the intent) and who followed it."""

    name: str
    is_link: bool
    members: int
    times: int


class Reached(NamedTuple):
    """A member of a campaign for a list. `what`: as their delivery row stands, or `held`."""

    member_id: int
    number: str
    name: str
    letter: str
    what: str
    reason: str
    at: datetime | None
    clicked: datetime | None
    redeemed: bool
    purchases: int
    revenue: int


class CampaignResults(Protocol):
    """What campaigns brought."""

    def arms(self, campaign_id: int, span: Span) -> list[Arm]:
        """All who were assigned, by text and held out or not; of a campaign without groups those
        it was written to."""

    def clicked(self, campaign_id: int) -> dict[str, int]:
        """How many members followed a link or tapped a button, by the letter of their text; the
        way out is no answer."""

    def parted(self, campaign_id: int) -> int:
        """How many members took the way out under it."""

    def redeemed(self, campaign_id: int) -> dict[str, int]:
        """How many members used the gift's voucher, by the letter of their text."""

    def given(self, campaign_id: int) -> Given:
        """The campaign's gifts."""

    def targets(self, campaign_id: int, most: int) -> list[Target]:
        """What was followed, the most popular first."""

    def reached(self, campaign_id: int, span: Span, after: int, most: int) -> list[Reached]:
        """The members of a campaign by id from `after` on."""

    def last_sent(self, campaign_id: int) -> datetime | None:
        """When its last message was sent."""

    def unsettled(self, most: int) -> list[Campaign]:
        """Campaigns that were sent and whose result is not kept yet, the oldest first."""

    def settle(self, campaign_id: int, result: object | None, now: datetime) -> bool:
        """Keeps the result for good, once; with None only that its author was told."""


class Going(NamedTuple):
    """A campaign that was begun and whose result is not kept yet; `figured_at`: when its figures
    were last counted."""

    id: int
    started_at: datetime
    figured_at: datetime | None


class CampaignList(Protocol):
    """Campaigns as lists show them, with the figures that are kept of them."""

    def count(self, staff_id: int) -> int:
        """How many an operator sees: all but the drafts of others; less than 0 sees all."""

    def page(self, staff_id: int, skip: int, most: int) -> list[Campaign]:
        """Some of them, the newest first."""

    def figures(self, campaign_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
        """The figures (services.campaign_figures) that are kept of campaigns, if there are any:
        the result, else what was counted last."""

    def going(self) -> list[Going]:
        """Campaigns whose figures still grow, those first that were counted longest ago."""

    def keep(self, campaign_id: int, data: Mapping[str, Any], at: datetime) -> None:
        """Keeps what was counted."""
