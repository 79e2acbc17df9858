"""Tables of points by hand: how much of the day's limit is used, and which expired points came
back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.types import Id


class AdjustedDay(SQLModel, table=True):
    """Points that one operator (`staff:ID`) or API key (`api:NAME`) has given and taken by hand
    on one day of the programme; rises by a conditional UPDATE up to the limit."""

    __tablename__ = "adjusted_days"

    who: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    used: int = Field(sa_type=BigInteger)


class Reinstatement(SQLModel, table=True):
    """So many points of an expiry posting were given again by another posting. Append-only."""

    __tablename__ = "reinstatements"

    posting_id: int = Field(primary_key=True, sa_type=Id)
    expired_id: int = Field(primary_key=True, sa_type=Id, index=True)
    amount: int = Field(sa_type=BigInteger)
