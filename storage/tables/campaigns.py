"""Tables of campaigns: what operators send to many, to whom, and the cards that show how far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json

_OPEN = text("finished_at IS NULL")


class Campaign(SQLModel, table=True):
    """A message to many members; each recipient is a delivery row.

    `draft → in_review → approved → scheduled → running ⇄ paused → finished | cancelled`.
    `kind`: `broadcast`, or `correction` and `recall` of the campaign `of_id`. What was approved is
    told by `approved_hash`, a hash of words, audience and time; only that is sent. Recipients are
    written in slices: `reached` is the last member looked at, `filled_at` is set when there are
    no more. A cancelled campaign is finished when its last waiting row is skipped. `retry_at` is
    set while failed rows are armed again.

    `plan` (JSON, see domain.campaign_plans) holds what a campaign with a goal has beside its
    words: name, goal, budget, gift, share held out, how its moment is chosen, the window in which
    purchases count. `salt`: by which members fall to variants and to the share held out.
    `spent_minor`: what its gifts have cost so far, in minor units of the programme's currency;
    `budget_minor`: beyond that it pauses and asks (None: no limit). `result`: the figures as
    they stood when its window was over.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    kind: str
    state: str
    purpose: str
    wording_id: int | None = Field(default=None, sa_type=Id)
    content: Any = Field(sa_type=Json)
    audience: Any = Field(sa_type=Json)
    of_id: int | None = Field(default=None, sa_type=Id)
    author_id: int = Field(sa_type=Id)
    address_id: int = Field(sa_type=Id)
    approver_id: int | None = Field(default=None, sa_type=Id)
    approved_hash: str = ""
    paid: bool = False
    made_at: datetime = Field(sa_type=Instant)
    send_at: datetime | None = Field(default=None, sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    planned: int | None = None
    reached: int = Field(default=0, sa_type=Id)
    filled_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    retry_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""
    name: str = ""
    plan: Any = Field(default_factory=dict, sa_type=Json)
    salt: int = Field(default=0, sa_type=Id)
    budget_minor: int | None = Field(default=None, sa_type=BigInteger)
    spent_minor: int = Field(default=0, sa_type=BigInteger)
    result: Any = Field(default=None, sa_type=Json, nullable=True)
    counted_at: datetime | None = Field(default=None, sa_type=Instant)


class CampaignVariant(SQLModel, table=True):
    """One of the texts of a campaign that tries several: `letter` A, B, …; `share` in percent of
    those who get one."""

    __tablename__ = "campaign_variants"
    __table_args__ = ({"sqlite_with_rowid": False},)

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    letter: str = Field(primary_key=True)
    wording_id: int = Field(sa_type=Id)
    share: int


class CampaignTask(SQLModel, table=True):
    """A line of a campaign's checklist, and whose it is."""

    __tablename__ = "campaign_tasks"
    __table_args__ = ({"sqlite_with_rowid": False},)

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    position: int = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    owner_id: int | None = Field(default=None, sa_type=Id)
    due_on: int | None = None
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    done_by: int | None = Field(default=None, sa_type=Id)


class CampaignSubject(SQLModel, table=True):
    """A member of an experiment: which variant they got, or that they were `held` out.

    Written with the recipients, only for campaigns with variants, a share held out or a gift.
    """

    __tablename__ = "campaign_subjects"
    __table_args__ = ({"sqlite_with_rowid": False},)

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id", index=True)
    letter: str = ""
    held: bool = False
    at: datetime = Field(sa_type=Instant)


class CampaignGrant(SQLModel, table=True):
    """The gift that a campaign gave to a member, once: points or a voucher, and what it cost."""

    __tablename__ = "campaign_grants"
    __table_args__ = ({"sqlite_with_rowid": False},)

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id", index=True)
    posting_id: int | None = Field(default=None, sa_type=Id)
    voucher_id: int | None = Field(default=None, sa_type=Id)
    points: int = 0
    cost_minor: int = Field(default=0, sa_type=BigInteger)
    given_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class CampaignLink(SQLModel, table=True):
    """Where a counted link of a campaign leads; only these are ever redirected to."""

    __tablename__ = "campaign_links"

    id: int = Field(primary_key=True, sa_type=Id)
    campaign_id: int = Field(sa_type=Id, foreign_key="campaigns.id")
    url: str = Field(sa_type=Text)

    __table_args__ = (UniqueConstraint("campaign_id", "url"),)


class CampaignClick(SQLModel, table=True):
    """A member followed a link of a campaign or tapped a button under it. `target`: the link's
    id in digits, or the button's intent."""

    __tablename__ = "campaign_clicks"
    __table_args__ = ({"sqlite_with_rowid": False},)

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id", index=True)
    target: str = Field(primary_key=True)
    first_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    times: int = 1


class CampaignFigures(SQLModel, table=True):
    """What a campaign whose window is open has brought so far, counted now and then for lists;
    gone when its result is kept."""

    __tablename__ = "campaign_figures"

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    at: datetime = Field(sa_type=Instant)
    data: Any = Field(sa_type=Json)


class CampaignListed(SQLModel, table=True):
    """A member on the uploaded list of a campaign."""

    __tablename__ = "campaign_lists"
    __table_args__ = ({"sqlite_with_rowid": False},)

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id", index=True)


class CampaignCard(SQLModel, table=True):
    """A message in an operator's chat that shows how far a campaign is and is kept up to date."""

    __tablename__ = "campaign_cards"

    campaign_id: int = Field(primary_key=True, sa_type=Id, foreign_key="campaigns.id")
    address_id: int = Field(primary_key=True, sa_type=Id, foreign_key="addresses.id", index=True)
    message_id: str
    shown: str = ""
