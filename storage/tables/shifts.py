"""Table of the shifts at the counter."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.types import DayNumber, Id


class Shift(SQLModel, table=True):
    """What an operator has booked by hand on one local day; rises by a conditional UPDATE."""

    __tablename__ = "shifts"

    staff_id: int = Field(primary_key=True, sa_type=Id)
    day: date = Field(primary_key=True, sa_type=DayNumber)
    receipts: int
    minor: int = Field(sa_type=BigInteger)
