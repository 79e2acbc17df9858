"""Tables of partners, and of the codes that they gave us to hand on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant, Json


class Partner(SQLModel, table=True):
    """Another firm whose offers members can have. `names` are texts per language."""

    __tablename__ = "partners"

    key: str = Field(primary_key=True)
    names: Any = Field(sa_type=Json)


class PartnerBatch(SQLModel, table=True):
    """Codes that came in one file, for `wholesale_minor` each."""

    __tablename__ = "partner_batches"

    id: int = Field(primary_key=True, sa_type=Id)
    key: str = Field(unique=True)
    benefit_id: int = Field(sa_type=Id, foreign_key="benefits.id", index=True)
    partner: str = ""
    codes: int
    wholesale_minor: int
    content_hash: str
    staff_id: int | None = Field(default=None, sa_type=Id)
    at: datetime = Field(sa_type=Instant)


class PartnerCode(SQLModel, table=True):
    """A code that a partner gave us: free until one voucher has it. Sealed, found by its keyed
    hash, as the codes of vouchers are."""

    __tablename__ = "partner_codes"
    __table_args__ = (Index("ix_partner_codes_free", "batch_id", "voucher_id", "id"),)

    id: int = Field(primary_key=True, sa_type=Id)
    batch_id: int = Field(sa_type=Id, foreign_key="partner_batches.id")
    benefit_id: int = Field(sa_type=Id, foreign_key="benefits.id")
    code: str = Field(sa_type=Text)
    code_index: str = Field(unique=True)
    voucher_id: int | None = Field(default=None, sa_type=Id, unique=True)
