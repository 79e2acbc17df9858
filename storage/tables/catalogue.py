"""Tables of what members do in the catalogue, and of what its order is made of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class Favourite(SQLModel, table=True):
    """A benefit that a member has marked."""

    __tablename__ = "benefit_favourites"
    __table_args__ = (Index("ix_benefit_favourites_fans", "benefit_id", "member_id"),)

    member_id: int = Field(primary_key=True, sa_type=Id, foreign_key="members.id")
    benefit_id: int = Field(primary_key=True, sa_type=Id, foreign_key="benefits.id")
    at: datetime = Field(sa_type=Instant)


class BenefitWait(SQLModel, table=True):
    """A place on the waiting list of a benefit: `waiting → offered → taken | lapsed | left`.

    An offer holds one of the stock until `offered_until`; that one is out of `benefits.stock`.
    `active` is 1 while it waits or is offered, else empty, so that nobody waits twice.
    """

    __tablename__ = "benefit_waits"
    __table_args__ = (
        UniqueConstraint("member_id", "benefit_id", "active"),
        Index("ix_benefit_waits_next", "benefit_id", "state", "id"),
        Index("ix_benefit_waits_due", "state", "offered_until"),
    )

    id: int = Field(primary_key=True, sa_type=Id)
    benefit_id: int = Field(sa_type=Id, foreign_key="benefits.id")
    member_id: int = Field(sa_type=Id, foreign_key="members.id")
    active: int | None = None
    state: str
    since: datetime = Field(sa_type=Instant)
    offered_at: datetime | None = Field(default=None, sa_type=Instant)
    offered_until: datetime | None = Field(default=None, sa_type=Instant)
    voucher_id: int | None = Field(default=None, sa_type=Id)


class BenefitDemand(SQLModel, table=True):
    """How often a benefit was redeemed in the last 90 days, as the night has counted it, and how
    many goods it is about."""

    __tablename__ = "benefit_demand"

    benefit_id: int = Field(primary_key=True, sa_type=Id, foreign_key="benefits.id")
    redeemed: int
    goods: int


class BenefitGood(SQLModel, table=True):
    """Goods that a benefit is about, by the till's article number."""

    __tablename__ = "benefit_goods"
    __table_args__ = ({"sqlite_with_rowid": False},)

    sku: str = Field(primary_key=True)
    benefit_id: int = Field(primary_key=True, sa_type=Id, foreign_key="benefits.id", index=True)
