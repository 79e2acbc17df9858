"""Tables of pictures that the club shows, and where platforms keep theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from storage.types import Instant


class Picture(SQLModel, table=True):
    """A picture of the catalogue, found by the SHA-256 of the file that it came in."""

    __tablename__ = "pictures"

    key: str = Field(primary_key=True)
    media_type: str
    width: int
    height: int
    content: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Instant)


class PictureFile(SQLModel, table=True):
    """The id under which one account of a platform has a picture already."""

    __tablename__ = "picture_files"

    key: str = Field(primary_key=True, foreign_key="pictures.key")
    channel: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    file_id: str
