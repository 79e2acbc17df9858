"""Tables of campaigns: what operators send to many, to whom, and the cards that show how far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
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
