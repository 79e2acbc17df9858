"""The table of expiries that were moved to a later moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class ExpiryExtension(SQLModel, table=True):
    """Open lots of one member (None: of everybody) were given a later expiry, and why.

    Append-only. `kind`: an activity under sliding expiry (`purchase`, `redemption`, `checkin`,
    `survey`) or `switch_on`, when a club began to let points expire. Every effective expiry of a
    lot is the posted one or the `until` of such a row.
    """

    __tablename__ = "expiry_extensions"
    __table_args__ = (Index("ix_expiry_extensions_member", "member_id", "until"),)

    id: int = Field(primary_key=True, sa_type=Id)
    member_id: int | None = Field(default=None, sa_type=Id)
    unit: str
    at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    kind: str
    rule_version: int
