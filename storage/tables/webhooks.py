"""Table of webhooks: who pushes purchases to us, and the secret that signs them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant


class Webhook(SQLModel, table=True):
    """A secret by which a source signs what it pushes; several may live side by side. It is
    sealed, and emptied when it is revoked."""

    __tablename__ = "webhooks"

    id: int = Field(primary_key=True, sa_type=Id)
    name: str
    source: str = Field(index=True)
    secret: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
