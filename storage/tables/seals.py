"""Tables of the nightly seals; both only grow. They hold no personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class Seal(SQLModel, table=True):
    """A part of a night's seal; `digest` covers it, its heads and the digest before it."""

    __tablename__ = "seals"
    __table_args__ = (UniqueConstraint("day", "upto"),)

    number: int = Field(primary_key=True, sa_type=Id)
    day: str
    after: int = Field(sa_type=BigInteger)
    upto: int = Field(sa_type=BigInteger)
    target: int = Field(sa_type=BigInteger)
    heads: int
    at: datetime = Field(sa_type=Instant)
    digest: str = Field(sa_type=String(64))


class SealHead(SQLModel, table=True):
    """The head of one account's chain as a seal covers it; each is sealed once."""

    __tablename__ = "seal_heads"
    __table_args__ = (
        UniqueConstraint("member_id", "unit", "seq"),
        {"sqlite_with_rowid": False},
    )

    seal: int = Field(primary_key=True, sa_type=Id)
    member_id: int = Field(primary_key=True, sa_type=Id)
    unit: str = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: str = Field(sa_type=String(64))
